import { createHash } from "node:crypto";
import { type HandoffId, handoffIdOf, MAX_ATTEMPTS } from "@secret-handoff/protocol";
import type {
  Approval,
  CheckResponse,
  CredentialClass,
  HandoffView,
  ParsedCheckRequest,
  ParsedCreateRequest,
  Right,
  Subject,
} from "@secret-handoff/protocol/api";
import { ProblemError } from "../http/problem.ts";
import { isBarred, viewOf } from "../store/handoff-record.ts";
import type { NewHandoff } from "../store/handoffs.ts";
import { newRecipientId, type RecipientId, type Recipients } from "../store/recipients.ts";
import type { Requests } from "../store/requests.ts";
import { subjectId } from "../store/subjects.ts";
import { type Admitted, admit, checkShape, type Proposed, requirePolicy } from "./admission.ts";
import { type Caller, requireRight } from "./callers.ts";
import { checkVersion, type ProposedVersion, type SubjectDeps, SubjectPointer } from "./once-per-version.ts";
import { type Approved, bindRequest, evaluateRequest, requireFree } from "./request-use.ts";
import { requestEnded } from "./requests.ts";

export type CreateDeps = SubjectDeps & {
  readonly requests: Requests;
  readonly classes: readonly CredentialClass[];
  readonly recipients: Recipients;
};

/** 201 for what was created now, 200 for what was there before. */
export type Created = { readonly status: 200 | 201; readonly view: HandoffView };

/**
 * Creates a handoff, or reports the one that makes it unnecessary. Order: put the handoff, move the subject's pointer, end the
 * previous handoff; the loser of a race ends its own.
 * @throws ProblemError 400, 403 `not_allowed`, 409, 422 `policy` with every broken rule
 */
export async function create(
  deps: CreateDeps,
  caller: Caller,
  body: ParsedCreateRequest,
  now: number,
): Promise<Created> {
  checkShape(body);
  const proposed = { ...body, mailedCode: body.emailVerifier !== undefined };
  const admitted = admit(deps.classes, caller, ["send"], proposed, now);
  const id = handoffIdOf(body.linkVerifier);
  const approved = await requireAdmitted(deps, admitted, proposed, caller, now, id);
  const address = admitted.recipient;
  const recipient = address === undefined ? undefined : await deps.recipients.idOf(address, now);
  const handoff = newHandoff(body, caller, recipient, approved?.approvals);
  const pointer =
    body.subject && recipient !== undefined
      ? new SubjectPointer(
          deps,
          subjectId(caller.owner, body.subject.secret, recipient),
          handoff,
          versionProposedBy(caller, ["send"], body.subject, body.resend),
          now,
        )
      : undefined;

  const first = await pointer?.lookUp();
  if (first?.earlier) return { status: 200, view: first.earlier };
  if (approved) await bindRequest(deps, approved, id, caller, now);
  if (!(await deps.handoffs.put(handoff, now))) return repeated(deps, handoff, pointer, now);
  const earlier = await pointer?.move(first);
  return earlier ? { status: 200, view: earlier } : { status: 201, view: viewOfNew(handoff, now) };
}

/** The id is taken: by this very create, whose answer was lost, or by another. */
async function repeated(
  deps: CreateDeps,
  handoff: NewHandoff,
  pointer: SubjectPointer | undefined,
  now: number,
): Promise<Created> {
  const found = await deps.handoffs.get(handoff);
  if (found && isBarred(found) && found.metadata.request === handoff.metadata.request)
    throw requestEnded("denied");
  const isSame = found?.createDigest && Buffer.compare(found.createDigest, handoff.createDigest) === 0;
  if (!isSame || found.owner !== handoff.owner) {
    throw new ProblemError("id_taken", "This id is taken. Seal again, which makes a new one.");
  }
  const view = viewOf(found, now);
  // The first try may have died between its put and the pointer.
  const earlier = view.state === "open" ? await pointer?.move(undefined) : undefined;
  return { status: 200, view: earlier ?? view };
}

/**
 * Says what a create would do, and creates nothing.
 * @throws ProblemError as {@link create}
 */
export async function check(
  deps: CreateDeps,
  caller: Caller,
  body: ParsedCheckRequest,
  now: number,
): Promise<CheckResponse> {
  checkShape(body);
  const proposed = { ...body, mailedCode: body.mailedCode ?? body.emailVerifier !== undefined };
  const { handoffs, subjects, recipients } = deps;
  const admitted = admit(deps.classes, caller, ["send", "check"], proposed, now);
  const approved = await requireAdmitted(deps, admitted, proposed, caller, now);
  const { recipient } = admitted;
  if (!body.subject || recipient === undefined) return { outcome: "create" };
  // To whom nothing was handed over before has no subject either. It is looked for all the same: what a check takes must not tell whether
  // anybody else has handed something to this address.
  const known = (await recipients.find(recipient)) ?? newRecipientId();
  const subject = subjectId(caller.owner, body.subject.secret, known);
  const version = versionProposedBy(caller, ["send", "check"], body.subject, body.resend);
  const { newest, earlier } = await checkVersion(handoffs, await subjects.get(subject), version, now);
  if (earlier) return { outcome: "earlier", handoff: earlier };
  if (approved) await requireFree(deps, approved, now);
  const isOpen = newest && viewOf(newest, now).state === "open";
  return { outcome: "create", ...(isOpen ? { supersedes: newest.id } : {}) };
}

/**
 * Judges a proposal by its class, and by the request that it names: a class without approvals costs no call.
 * @param handoff the one to be created
 * @returns what the request gives; undefined where none is named
 * @throws ProblemError 409 `request_ended`, 422
 */
async function requireAdmitted(
  { requests, recipients, handoffs }: CreateDeps,
  admitted: Admitted,
  proposed: Proposed,
  caller: Caller,
  now: number,
  handoff?: HandoffId,
): Promise<Approved | undefined> {
  const { credentialClass, recipient: address } = admitted;
  const { request } = proposed;
  if (request === undefined) {
    requirePolicy(admitted, caller, proposed, undefined, now);
    return undefined;
  }
  const [record, recipient] = await Promise.all([
    requests.get(request),
    // Whom a request names is in the directory since.
    address === undefined ? undefined : recipients.find(address),
  ]);
  const asking = { caller, recipient, handoff };
  const evaluation = await evaluateRequest({ handoffs }, record, credentialClass, proposed, asking, now);
  requirePolicy(admitted, caller, proposed, evaluation, now);
  return "record" in evaluation ? evaluation : undefined;
}

function versionProposedBy(
  caller: Caller,
  anyOf: readonly Right[],
  subject: Subject,
  resend = false,
): ProposedVersion {
  const requireClass = (className: string) => requireRight(caller, anyOf, className);
  return { ...subject, resend, requireClass };
}

/** The handoff that an admitted create asks for. @param recipient its id in the trail */
function newHandoff(
  body: ParsedCreateRequest,
  caller: Caller,
  recipient: RecipientId | undefined,
  approvals: readonly Approval[] | undefined,
): NewHandoff {
  return {
    id: handoffIdOf(body.linkVerifier),
    class: body.class,
    flags: body.flags,
    expiresAt: body.expiresAt,
    claimVerifier: body.claimVerifier,
    receiptVerifier: body.receiptVerifier,
    emailVerifier: body.emailVerifier,
    envelope: body.envelope,
    header: body.header,
    createDigest: digestOf(body, recipient),
    owner: caller.owner,
    secret: body.subject?.secret,
    versionId: body.subject?.versionId,
    run: caller.run,
    metadata: {
      sender: caller.actor,
      members: body.members,
      recipient,
      reason: body.reason,
      request: body.request,
      approvals,
    },
  };
}

/** What the create answers: the handoff right after it was put. */
function viewOfNew(handoff: NewHandoff, now: number): HandoffView {
  const unread = { mailedAt: undefined, claimedAt: undefined, deliveredAt: undefined, bouncedAt: undefined };
  return viewOf(
    {
      ...handoff,
      ...unread,
      state: "open",
      createdAt: now,
      changedAt: now,
      leaseUntil: undefined,
      attemptsLeft: MAX_ATTEMPTS,
    },
    now,
  );
}

/**
 * SHA-256 over the create, bytes in base64url, keys in order. In the place of the address stands the recipient's id, which is
 * random: nobody who reads the table tests guesses of an address by it.
 */
function digestOf(body: ParsedCreateRequest, recipient: RecipientId | undefined): Uint8Array {
  const named = { ...body, ...(body.subject ? { subject: { ...body.subject, recipient } } : {}) };
  const ordered = Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1));
  const plain = JSON.stringify(ordered, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64url") : value,
  );
  return createHash("sha256").update(plain).digest();
}
