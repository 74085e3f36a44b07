import { emailHintOf } from "@secret-handoff/protocol";
import {
  type Approval,
  type ApprovalRequest,
  type CredentialClass,
  countedApprovals,
  isRequestId,
  missingApprovals,
  type RequestView,
  requestViolations,
  unknownClass,
} from "@secret-handoff/protocol/api";
import { ProblemError } from "../http/problem.ts";
import { readAddress } from "../http/request.ts";
import type { Clock } from "../runtime.ts";
import type { Handoffs } from "../store/handoffs.ts";
import { isRecipientId, type Recipients } from "../store/recipients.ts";
import { type RequestRecord, stateOf } from "../store/request-record.ts";
import { newRequestId, type Requests } from "../store/requests.ts";
import { type Caller, requireRight } from "./callers.ts";
import type { AskReviews } from "./github-reviews.ts";
import { may } from "./rights.ts";

/** Seconds that an approval is worth, unless the deployment says otherwise. */
export const APPROVAL_SECONDS = 86_400;

export type RequestDeps = {
  readonly requests: Requests;
  readonly handoffs: Handoffs;
  readonly classes: readonly CredentialClass[];
  readonly recipients: Recipients;
  /** Seconds. */
  readonly approvalSeconds?: number | undefined;
  readonly askReviews: AskReviews;
  readonly clock: Clock;
};

/** Others who write to the same request at once make a call start again; more often than this is a fault. */
export const MAX_ROUNDS = 20;

/**
 * Asks to hand over. What no approval could make good is refused at once.
 * @throws ProblemError 400, 403 `not_allowed`, 422 `policy`
 */
export async function ask(deps: RequestDeps, caller: Caller, body: ApprovalRequest): Promise<RequestView> {
  const recipients = body.recipients.map((address, index) =>
    readAddress(address, `field recipients.${index}`),
  );
  for (const [name, values] of Object.entries({ recipients, secrets: body.secrets })) {
    if (new Set(values).size < values.length) {
      throw new ProblemError("malformed", `The field ${name} names one twice.`);
    }
  }
  // Its name says nothing of what is in it, and whoever approves must know.
  if (body.secrets.some((secret) => secret.startsWith("bundle:"))) {
    throw new ProblemError(
      "malformed",
      "The field secrets names a set. Name each secret of it instead of bundle:….",
    );
  }
  const credentialClass = deps.classes.find(({ name }) => name === body.class);
  if (credentialClass) requireRight(caller, ["send"], body.class);
  const broken = credentialClass
    ? requestViolations(credentialClass, { ...body, recipients })
    : [unknownClass(deps.classes)];
  if (broken.length > 0) {
    const detail = broken.map((each) => each.detail).join(" ");
    throw new ProblemError("policy", detail, { extensions: { broken } });
  }
  const { actor, person, requestOwner, owner, run } = caller;
  const now = deps.clock();
  const record = await deps.requests.put(
    newRequestId(),
    {
      class: body.class,
      secrets: body.secrets,
      recipients: await Promise.all(recipients.map((address) => deps.recipients.idOf(address, now))),
      expiresIn: body.expiresIn,
      reason: body.reason,
      issue: body.issue,
      requester: actor,
      person,
      owner: requestOwner,
      eventOwner: owner,
      run,
      attempt: actor.kind === "github" ? actor.attempt : undefined,
    },
    now + (deps.approvalSeconds ?? APPROVAL_SECONDS),
    now,
  );
  return viewOfRequest(record, deps.classes, { caller, addresses: recipients, now });
}

/**
 * The request, if the caller may know it: its own, or of a class that it may approve or audit.
 * @param onUnknown called with one that the caller may not know, or without any where there is none of this id
 * @throws ProblemError 404
 */
export async function knownRequest(
  { requests }: Pick<RequestDeps, "requests">,
  caller: Caller,
  id: string,
  onUnknown?: (foreign: RequestRecord | undefined) => Promise<void>,
): Promise<RequestRecord> {
  const found = await requests.get(id);
  const isOwn = found?.asked.owner === caller.requestOwner;
  const mayKnow = found && (["approve", "audit"] as const).some((right) => may(caller, right, found.class));
  if (found && (isOwn || mayKnow)) return found;
  if (isRequestId(id)) await onUnknown?.(found);
  throw new ProblemError(
    "not_found",
    "There is no request with this id, or it is not yours to see. Check the id with whoever made it.",
  );
}

/** Of a recipient who was erased, or of whom the deployment keeps no address. */
const NO_HINT = "•••";

/** What a caller sees of a request: who its recipients are as far as the directory has their addresses. */
export async function shownRequest(
  deps: RequestDeps,
  caller: Caller,
  record: RequestRecord,
): Promise<RequestView> {
  const addresses = await Promise.all(
    record.asked.recipients.map((id) => (isRecipientId(id) ? deps.recipients.addressOf(id) : undefined)),
  );
  return viewOfRequest(record, deps.classes, { caller, addresses, now: deps.clock() });
}

type Shown = {
  readonly caller: Caller;
  /** Of its recipients, in their order, where they are known. */
  readonly addresses: readonly (string | undefined)[];
  readonly now: number;
};

function viewOfRequest(
  record: RequestRecord,
  classes: readonly CredentialClass[],
  { caller, addresses, now }: Shown,
): RequestView {
  const { asked, denied } = record;
  const state = stateOf(record, now);
  const missing = missingRoles(record, classes);
  const { issue } = asked;
  return {
    id: record.id,
    state: state !== "open" ? state : missing.length === 0 ? "approved" : "pending",
    class: record.class,
    secrets: asked.secrets,
    recipients: addresses.map((address) => (address === undefined ? NO_HINT : emailHintOf(address))),
    // Two recipients may have the same hint, and whoever approves must know which is meant.
    ...(may(caller, "approve", record.class)
      ? { recipientAddresses: addresses.map((address) => address ?? NO_HINT) }
      : {}),
    expiresIn: asked.expiresIn,
    reason: asked.reason,
    ...(issue === undefined ? {} : { issue }),
    requestedBy: requesterOf(record),
    requester: asked.requester,
    requestedAt: record.requestedAt,
    approvals: record.approvals.map(approvalView),
    missing,
    ...(denied ? { denied } : {}),
    expiresAt: record.expiresAt,
  };
}

function requesterOf({ asked: { requester } }: RequestRecord): string {
  if (requester.kind === "github") return requester.actor;
  return requester.kind === "iam" ? requester.principal : requester.kind;
}

/** An approval without what only this service compares. */
export function approvalView({ role, by, known, time, comment }: Approval): Approval {
  return { role, by, known, time, ...(comment === undefined ? {} : { comment }) };
}

function missingRoles(record: RequestRecord, classes: readonly CredentialClass[]): readonly string[] {
  const credentialClass = classes.find(({ name }) => name === record.class);
  return credentialClass
    ? missingApprovals(
        credentialClass,
        countedApprovals(credentialClass, record.approvals).map(({ role }) => role),
      )
    : [];
}

export function contended(): ProblemError {
  return new ProblemError("unavailable", "Too many calls write to the same request at once. Try again.", {
    headers: { "retry-after": "2" },
  });
}

/** Open, or used within its time: a use that comes to nothing goes to the next create. @throws ProblemError 409 `request_ended` */
export function requireUsable(record: RequestRecord, now: number): void {
  if (record.state === "denied" || record.state === "expired") throw requestEnded(record.state);
  if (record.expiresAt <= now) throw requestEnded("expired");
}

export function requestEnded(state: "denied" | "expired" | "used" | "bound_too_often"): ProblemError {
  const how = {
    denied: "The request was denied.",
    expired: "The request has expired.",
    used: "The request was used: every secret that it names has been handed to every recipient.",
    bound_too_often:
      "Handoffs by this request were made and taken back, or abandoned, too often: it serves no more of them.",
  };
  return new ProblemError("request_ended", `${how[state]} Make a new request.`);
}
