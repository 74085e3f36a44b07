import type { ApprovalRequest, RequestView } from "@secret-handoff/protocol/api";
import {
  addressOf,
  awaitApproval,
  type Deadline,
  ErrorCollector,
  formatDuration,
  longestLife,
  requestedSecrets,
  requestProblem,
  SenderError,
  type ServiceClient,
} from "@secret-handoff/sdk";
import { SAY_EVERY_MS, SPARE_SECONDS } from "./await-receipts.ts";
import { commentOn, type IssueChoice, issueChoice } from "./github/issue-comments.ts";
import { openService } from "./github/service-token.ts";
import { checkClassSet, everyRecipient } from "./inputs/deliver-inputs.ts";
import { type Draft, type InputReader, type Inputs, isSet, readInputs } from "./inputs/table.ts";
import { reportProblems } from "./report/outcomes.ts";
import { requestSummary } from "./report/request-summary.ts";
import { type StepContext, withTimeout } from "./step-context.ts";

/** request, approve and deny: asking for approval, and giving it from a job in a protected environment. */

export type RequestOperation = Extract<Inputs["operation"], "request" | "approve" | "deny">;

/** @returns the exit code: 0 when everything that was asked for was done */
export async function runOnRequest(
  operation: RequestOperation,
  read: InputReader,
  context: StepContext,
): Promise<0 | 1> {
  const errors = new ErrorCollector();
  const run = operation === "request" ? readAsk(read, errors) : readDecision(operation, read, errors);
  if (!run || errors.errors.length > 0) return reportProblems(errors.errors, context);
  const service = openService(run.endpoint, context).client;
  const done = await errors.attemptAsync(async () => {
    const view = await withTimeout(run.timeout, context, (deadline) => run.work(service, context, deadline));
    await report(view, run.issue, context);
    if (run.awaitFor === undefined || view.state !== "pending") return view;
    const decided = await approvalOf(view.id, run.awaitFor, service, context);
    await report(decided, run.issue, context);
    const problem = requestProblem(decided);
    if (problem) throw problem;
    return decided;
  });
  return done ? 0 : reportProblems(errors.errors, context);
}

type RequestRun = {
  readonly endpoint: string;
  /** Seconds. */
  readonly timeout: number;
  readonly issue: IssueChoice | undefined;
  /** Seconds to wait for people. */
  readonly awaitFor: number | undefined;
  readonly work: (service: ServiceClient, context: StepContext, deadline: Deadline) => Promise<RequestView>;
};

async function report(
  view: RequestView,
  issue: IssueChoice | undefined,
  context: StepContext,
): Promise<void> {
  const { workflow } = context;
  const { id, state, missing, denied } = view;
  workflow.output("request-id", id);
  workflow.output("request-state", state);
  workflow.output("missing-approvals", JSON.stringify(missing));
  const needs = missing.length === 0 || denied ? "" : `; needs approval by ${missing.join(" and ")}`;
  workflow.info(`Request ${id} is ${state}${needs}.`);
  const summary = requestSummary(view);
  await workflow.summarise(summary);
  await commentOn(issue, summary, context);
}

function readAsk(read: InputReader, errors: ErrorCollector): RequestRun | undefined {
  const names = [
    "endpoint",
    "class",
    "secret-ids",
    "source",
    "role-to-assume",
    "recipients",
    "recipients-file",
    "expires-in",
    "reason",
    "region",
    "issue-number",
    "github-token",
    "await-approval",
    "timeout",
  ] as const;
  const inputs = readInputs(names, read, errors);
  const recipients = errors.attempt(() => everyRecipient(inputs, errors));
  errors.attempt(() => checkClassSet(read));
  errors.attempt(() => checkAsk(inputs, read));
  const issue = errors.attempt(() => issueChoice(inputs["issue-number"], inputs["github-token"]));
  const { endpoint, timeout, class: name, reason, "secret-ids": selectors } = inputs;
  if (errors.errors.length > 0 || !recipients || !selectors) return undefined;
  if (endpoint === undefined || timeout === undefined || name === undefined || reason === undefined)
    return undefined;
  const role = inputs.source === "sts" ? inputs["role-to-assume"] : undefined;
  const asked = { class: name, recipients: recipients.map(addressOf), reason };
  return {
    ...{ endpoint, timeout, issue },
    awaitFor: inputs["await-approval"],
    work: async (service, context, deadline) => {
      const secrets = context.openRotation(inputs.region, deadline, context.runtime);
      const [arns, expiresIn] = await Promise.all([
        requestedSecrets(selectors, secrets),
        inputs["expires-in"] ?? longestLife(name, service, deadline),
      ]);
      const body: ApprovalRequest = {
        ...asked,
        secrets: [...arns, ...(role === undefined ? [] : [role])],
        expiresIn,
        ...(issue ? { issue: issue.number } : {}),
      };
      const view = await service.ask(body, deadline);
      context.workflow.info(
        `Requested: class ${name}, for at most ${formatDuration(expiresIn)}, to ${view.recipients.join(", ")}.`,
      );
      return view;
    },
  };
}

function checkAsk(inputs: Draft<Inputs>, read: InputReader): void {
  if (!isSet("reason", read)) {
    throw new SenderError("reason", "A request says why. Set the reason input.");
  }
  const selectors = inputs["secret-ids"];
  if (selectors?.some(({ kind }) => kind !== "secret")) {
    throw new SenderError("secret_ids", "A request names each secret. Write names or ARNs, not prefix*.");
  }
  const isRole = inputs.source === "sts" && isSet("role-to-assume", read);
  if (selectors?.length === 0 && !isRole) {
    throw new SenderError(
      "input",
      "Nothing to ask for: set secret-ids, or source: sts and role-to-assume. Parameters and values cannot be requested.",
    );
  }
}

function readDecision(
  operation: "approve" | "deny",
  read: InputReader,
  errors: ErrorCollector,
): RequestRun | undefined {
  const names = [
    "endpoint",
    "request-id",
    "role",
    "comment",
    "issue-number",
    "github-token",
    "timeout",
  ] as const;
  const inputs = readInputs(names, read, errors);
  const issue = errors.attempt(() => issueChoice(inputs["issue-number"], inputs["github-token"]));
  const { endpoint, timeout, "request-id": id, role, comment, "github-token": token } = inputs;
  for (const [name, value] of [
    ["request-id", id],
    ["role", role],
  ] as const) {
    if (value === undefined && !isSet(name, read)) {
      errors.add(new SenderError("input", `The operation ${operation} needs ${name}. Set it.`));
    }
  }
  if (errors.errors.length > 0 || endpoint === undefined || timeout === undefined) return undefined;
  if (id === undefined || role === undefined) return undefined;
  const decision = {
    role,
    ...(comment === undefined ? {} : { comment }),
    ...(token === undefined ? {} : { githubToken: token.reveal() }),
  };
  return {
    ...{ endpoint, timeout, issue, awaitFor: undefined },
    work: (service, _, deadline) => service[operation](id, decision, deadline),
  };
}

/** What a look without a wait may take, seconds. */
const LOOK_SECONDS = 60;

/**
 * The request as it stands, or once people have decided.
 * @param seconds to wait at the most; undefined looks once
 * @throws SenderError why the request cannot be seen, or why the wait was cut short
 */
export async function approvalOf(
  id: string,
  seconds: number | undefined,
  service: ServiceClient,
  context: StepContext,
): Promise<RequestView> {
  const { workflow, runtime } = context;
  if (seconds === undefined) {
    return withTimeout(LOOK_SECONDS, context, (deadline: Deadline) => service.request(id, deadline));
  }
  let saidAt: number | undefined;
  const ports = {
    ...{ service, runtime },
    onApproval: ({ approvals }: RequestView) => {
      const last = approvals.at(-1);
      if (last) workflow.info(`Approved for ${last.role} by ${last.by} (${last.known}).`);
    },
    onWaiting: ({ missing }: RequestView, elapsedMs: number) => {
      if (saidAt !== undefined && elapsedMs - saidAt < SAY_EVERY_MS) return;
      saidAt = elapsedMs;
      workflow.info(
        `Waiting for approval by ${missing.join(" and ")}, at most ${formatDuration(seconds)} in all.`,
      );
    },
  };
  return withTimeout(
    seconds + SPARE_SECONDS,
    context,
    (deadline) => awaitApproval(id, ports, seconds * 1_000, deadline),
    () => new SenderError("deadline", "The wait for approval did not end in time."),
  );
}
