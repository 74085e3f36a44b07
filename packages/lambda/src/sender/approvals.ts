import { isDeepStrictEqual } from "node:util";
import {
  type CredentialClass,
  countedApprovals,
  type DecisionRequest,
  missingApprovals,
} from "@secret-handoff/protocol/api";
import { ProblemError } from "../http/problem.ts";
import { type RequestRecord, type StoredApproval, stateOf } from "../store/request-record.ts";
import type { Caller } from "./callers.ts";
import { personOfEnvironment, personOfLogin, samePerson } from "./persons.ts";
import {
  APPROVAL_SECONDS,
  approvalView,
  contended,
  knownRequest,
  MAX_ROUNDS,
  type RequestDeps,
  requestEnded,
  requireUsable,
} from "./requests.ts";
import { mayApprove, rolesOf } from "./rights.ts";

/** The request as a decision left it. One that changed nothing has left no event. */
type Decided = { readonly record: RequestRecord; readonly isWritten: boolean };

/**
 * Gives an approval. Somebody who approves what is approved for that role already changes nothing, whoever approved it: also this
 * very call, whose write is repeated when its answer is lost.
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
    if (hasApproved(seen, approver, body.role)) return { record: seen, isWritten: false };
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
    const denial = approvalView(approvalOf(body, ownName(caller), now));
    const isDone = await deps.requests.deny(seen, denial, caller.actor, now);
    seen = await knownRequest(deps, caller, id);
    // Refused, it may stand all the same: the answer was lost, and the SDK has repeated the write.
    if (!isDone && !isDeepStrictEqual(seen.denied, denial)) continue;
    await deps.handoffs.bar(seen, caller.actor, now);
    return { record: seen, isWritten: true };
  }
  throw contended();
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

/** True where the same word of the same person stands already. */
function hasApproved({ approvals }: RequestRecord, { by, known, person }: Approver, role: string): boolean {
  return approvals.some(
    (given) =>
      given.role === role && given.known === known && given.by === by && samePerson(given.person, person),
  );
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

/** So many logins fit where an approval says by whom it is, and the request keeps room for what ends it. */
const MOST_REVIEWERS = 40;

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
  const logins = new Set(reviewers.map(({ login }) => login));
  if (logins.size > MOST_REVIEWERS)
    return insist(`more than ${MOST_REVIEWERS} people have reviewed this run`);
  if (reviewerRequired && !(await requests.claimReviews(actor, record, clock()))) {
    return insist("the reviews of this run count for another request. Ask in a run of its own");
  }
  return {
    by: [...logins].join(", "),
    known: "reviewer",
    // Reviews of earlier attempts are among them, and GitHub does not say which: every one of them must be somebody else.
    person: [
      ...new Set([...unverified.person, ...reviewers.flatMap(({ login, id }) => personOfLogin(login, id))]),
    ],
  };
}
