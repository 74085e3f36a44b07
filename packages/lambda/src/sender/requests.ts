import { emailHintOf } from "@secret-handoff/protocol";
import {
  type Approval,
  type ApprovalRequest,
  type CredentialClass,
  countedApprovals,
  type DecisionRequest,
  durationInWords,
  foreignRecipients,
  missingApprovals,
  type PolicyViolation,
  type RequestView,
  saysSomething,
} from "@secret-handoff/protocol/api";
import { readAddress } from "../http/app.ts";
import { ProblemError } from "../http/problem.ts";
import type { Clock } from "../runtime.ts";
import type { Handoffs } from "../store/handoffs.ts";
import { isRecipientId, type Recipients } from "../store/recipients.ts";
import {
  newRequestId,
  type RequestRecord,
  type Requests,
  type StoredApproval,
  stateOf,
} from "../store/requests.ts";
import { type Caller, requireRight } from "./callers.ts";
import type { AskReviews } from "./github-reviews.ts";
import { personOfEnvironment, personOfLogin, samePerson } from "./persons.ts";
import { may, mayApprove, rolesOf } from "./rights.ts";

/** Seconds that an approval is worth, unless the deployment says otherwise. */
const APPROVAL_SECONDS = 86_400;

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
  const broken = violations(deps.classes, credentialClass, body, recipients);
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

/** What a class has against a request, whoever approves it. */
function violations(
  classes: readonly CredentialClass[],
  credentialClass: CredentialClass | undefined,
  { expiresIn, reason }: ApprovalRequest,
  recipients: readonly string[],
): readonly PolicyViolation[] {
  if (!credentialClass) {
    const known = classes.map(({ name }) => name).join(", ");
    return [{ rule: "class", detail: `This service knows the classes ${known}.` }];
  }
  const { name, expiresWithin, reasonRequired, recipientDomains } = credentialClass;
  const rules: readonly (readonly [broken: boolean, violation: PolicyViolation])[] = [
    [
      expiresIn > expiresWithin,
      {
        rule: "expiry",
        detail: `Class ${name} allows at most ${durationInWords(expiresWithin)} until expiry.`,
      },
    ],
    [
      reasonRequired === true && !saysSomething(reason),
      { rule: "reason", detail: `Class ${name} requires a reason.` },
    ],
    [
      foreignRecipients(credentialClass, recipients).length > 0,
      {
        rule: "recipient",
        detail: `Class ${name} may be sent only to addresses in ${recipientDomains?.join(", ")}.`,
      },
    ],
  ];
  return rules.filter(([broken]) => broken).map(([, violation]) => violation);
}

/**
 * The request, if the caller may know it: its own, or of a class that it may approve or audit.
 * @param onForeign told of one that the caller may not know
 * @throws ProblemError 404
 */
export async function knownRequest(
  { requests }: Pick<RequestDeps, "requests">,
  caller: Caller,
  id: string,
  onForeign?: (record: RequestRecord) => Promise<void>,
): Promise<RequestRecord> {
  const found = await requests.get(id);
  const isOwn = found?.asked.owner === caller.requestOwner;
  const mayKnow = found && (["approve", "audit"] as const).some((right) => may(caller, right, found.class));
  if (found && (isOwn || mayKnow)) return found;
  if (found) await onForeign?.(found);
  throw new ProblemError("not_found", "There is no request with this id, or it is not yours to see.");
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
    // A hint tells no recipient from another, and whoever approves must.
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

/** The request as a decision left it. One that changed nothing has left no event. */
export type Decided = { readonly record: RequestRecord; readonly isWritten: boolean };

/**
 * Gives an approval. Somebody who approves what is approved for that role already changes nothing.
 * @throws ProblemError 403 `not_approver`, 404, 409 `same_person` or `request_ended`, 503
 */
export async function approve(
  deps: RequestDeps,
  caller: Caller,
  id: string,
  body: DecisionRequest,
): Promise<Decided> {
  let seen = await knownRequest(deps, caller, id);
  const { credentialClass } = requireApprover(deps, caller, seen, body.role);
  requireOpen(seen, deps.clock());
  const approver = await approverOf(deps, caller, seen, credentialClass, body);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const now = deps.clock();
    requireOpen(seen, now);
    requireAnother(seen, approver);
    const counted = countedApprovals(credentialClass, seen.approvals).map(({ role }) => role);
    if (!missingApprovals(credentialClass, counted).includes(body.role))
      return { record: seen, isWritten: false };
    const approval = approvalOf(body, approver, now);
    const lifetime = deps.approvalSeconds ?? APPROVAL_SECONDS;
    const isDone = await deps.requests.approve(seen, approval, caller.actor, lifetime, now);
    seen = await knownRequest(deps, caller, id);
    if (isDone) return { record: seen, isWritten: true };
  }
  throw contended();
}

/**
 * Ends a request, also one that was used. Whoever may approve may deny, even after approving. Once this has answered nothing is created by
 * the request: a create that is between its bind and its put finds its id taken. What was put before stays.
 * @throws ProblemError 403 `not_approver`, 404, 409 `request_ended`, 503
 */
export async function deny(
  deps: RequestDeps,
  caller: Caller,
  id: string,
  body: DecisionRequest,
): Promise<Decided> {
  let seen = await knownRequest(deps, caller, id);
  requireApprover(deps, caller, seen, body.role);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const now = deps.clock();
    // An earlier call may have died between its two writes.
    if (seen.state === "denied") await deps.handoffs.bar(seen, caller.actor, now);
    requireUsable(seen, now);
    const isDone = await deps.requests.deny(
      seen,
      approvalView(approvalOf(body, ownName(caller), now)),
      caller.actor,
      now,
    );
    seen = await knownRequest(deps, caller, id);
    if (!isDone) continue;
    await deps.handoffs.bar(seen, caller.actor, now);
    return { record: seen, isWritten: true };
  }
  throw contended();
}

export function contended(): ProblemError {
  return new ProblemError("unavailable", "Too many calls write to the same request at once. Try again.", {
    headers: { "retry-after": "2" },
  });
}

/** @throws ProblemError 403 `not_approver` */
function requireApprover(
  { classes }: RequestDeps,
  caller: Caller,
  { class: name }: RequestRecord,
  role: string,
): { readonly credentialClass: CredentialClass } {
  const credentialClass = classes.find((each) => each.name === name);
  if (!credentialClass?.approvals.includes(role)) {
    const roles = credentialClass?.approvals.join(" and ") || "nobody";
    throw new ProblemError("not_approver", `Class ${name} asks for approval by ${roles}, not for this role.`);
  }
  if (mayApprove(caller, role, name)) return { credentialClass };
  const list = caller.actor.kind === "iam" ? "operators" : "senders";
  const roles = rolesOf(caller, name);
  throw new ProblemError(
    "not_approver",
    `The ${list} list lets this caller approve class ${name} for ${roles.length === 0 ? "no role" : roles.join(", ")}. Add the role ${role} to its entry, or ask somebody who has it.`,
  );
}

/** @throws ProblemError 409 `request_ended` */
function requireOpen(record: RequestRecord, now: number): void {
  const state = stateOf(record, now);
  if (state !== "open") throw requestEnded(state);
}

/** Open, or used within its time: a use that comes to nothing goes to the next create. @throws ProblemError 409 `request_ended` */
export function requireUsable(record: RequestRecord, now: number): void {
  if (record.state === "denied" || record.state === "expired") throw requestEnded(record.state);
  if (record.expiresAt <= now) throw requestEnded("expired");
}

export function requestEnded(state: "denied" | "expired" | "used"): ProblemError {
  const how = {
    denied: "The request was denied.",
    expired: "The request has expired.",
    used: "The request was used: every secret that it names has been handed to every recipient.",
  };
  return new ProblemError("request_ended", `${how[state]} Make a new request.`);
}

/**
 * Approvals come from different persons, none of whom is the requester. Of whoever passed an environment's rules nobody knows that they
 * are another than anybody else on GitHub, named or not. So such an approval counts beside those that people gave over IAM only;
 * otherwise a job would get through by leaving out the token that shows who reviewed it.
 * @throws ProblemError 409 `same_person`
 */
function requireAnother({ asked, approvals }: RequestRecord, { person, known }: Approver): void {
  if (samePerson(asked.person, person)) {
    throw new ProblemError("same_person", "The request is this person's own. Somebody else must approve it.");
  }
  if (approvals.some((given) => samePerson(given.person, person))) {
    throw new ProblemError(
      "same_person",
      "This person has approved the request. Somebody else must as well.",
    );
  }
  const onGitHub = approvals.filter((given) => given.known !== "iam");
  const isUnnamed = (one: Pick<Approver, "known">) => one.known === "environment";
  if (known !== "iam" && onGitHub.some((given) => isUnnamed(given) || isUnnamed({ known }))) {
    throw new ProblemError(
      "same_person",
      "Nobody has verified who reviewed one of two environments that approve this request, and it may be the same person. Give githubToken in both jobs, in the request's run with actions: read, or have somebody approve over IAM.",
    );
  }
}

/** Who approves, as far as it is known. */
type Approver = Pick<StoredApproval, "by" | "known" | "person">;

function approvalOf(
  { role, comment }: DecisionRequest,
  { by, known, person }: Approver,
  time: number,
): StoredApproval {
  return { role, by, known, time, ...(comment === undefined ? {} : { comment }), person };
}

function ownName({ actor, environment, person }: Caller): Approver {
  if (actor.kind === "iam") return { by: actor.principal, known: "iam", person };
  if (actor.kind !== "github" || environment === undefined) {
    throw new ProblemError("not_approver", "A workflow approves from a job in a protected environment.");
  }
  return {
    by: environment,
    known: "environment",
    person: personOfEnvironment(actor.repositoryId, environment),
  };
}

/**
 * Asks GitHub who reviewed, where the job gave a token for that.
 * @throws ProblemError 400, 403 `not_approver` where the class insists on a reviewer and none is verified, 503
 */
async function approverOf(
  { askReviews, requests, clock }: RequestDeps,
  caller: Caller,
  record: RequestRecord,
  { name, reviewerRequired = false }: CredentialClass,
  { githubToken }: DecisionRequest,
): Promise<Approver> {
  const { actor, environment } = caller;
  const unverified = ownName(caller);
  if (actor.kind !== "github" || environment === undefined) {
    if (githubToken === undefined) return unverified;
    throw new ProblemError("malformed", "The field githubToken is for jobs of GitHub Actions.");
  }
  const insist = (why: string): Approver => {
    if (!reviewerRequired) return unverified;
    throw new ProblemError(
      "not_approver",
      `Class ${name} asks for a reviewer whom GitHub names, and ${why}.`,
    );
  };
  if (githubToken === undefined) return insist("the call gives no githubToken");
  // A reviewer has looked at one run, and at nothing that another run, a pipeline elsewhere or a principal has asked for.
  const { requester } = record.asked;
  const isOfThisRun =
    requester.kind === "github" &&
    requester.repositoryId === actor.repositoryId &&
    requester.run === actor.run;
  if (!isOfThisRun) return insist("the review is of another run than the request's");
  const reviews = await askReviews(
    { repository: actor.repository, run: actor.run, environment },
    githubToken,
  ).catch((error: unknown) => {
    if (reviewerRequired || !(error instanceof ProblemError)) throw error;
    return { unknown: error.message };
  });
  if ("unknown" in reviews) return insist(reviews.unknown);
  const { reviewers } = reviews;
  if (reviewerRequired && !(await requests.claimReviews(actor, record, clock()))) {
    return insist("the reviews of this run count for another request. Ask in a run of its own");
  }
  return {
    by: [...new Set(reviewers.map(({ login }) => login))].join(", "),
    known: "reviewer",
    // Reviews of earlier attempts are among them, and GitHub does not say which: every one of them must be somebody else.
    person: [...unverified.person, ...reviewers.flatMap(({ login, id }) => personOfLogin(login, id))],
  };
}
