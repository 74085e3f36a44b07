import type { HandoffId, State } from "@secret-handoff/protocol";
import type { HandoffView } from "@secret-handoff/protocol/api";
import {
  type Deadline,
  ErrorCollector,
  pluralize,
  type Revocation,
  type RevokeAllFilter,
  type RotatableSecrets,
  revokeHandoffs,
  type SeenHandoff,
  SenderError,
  type ServiceClient,
  toResult,
  viewHandoffs,
} from "@secret-handoff/sdk";
import { awaitReceipts, setReceiptOutputs, warnOfPending } from "./await-receipts.ts";
import { openService } from "./github/service-token.ts";
import { type Draft, type InputReader, type Inputs, isSet, readInputs } from "./inputs/table.ts";
import { reportProblems } from "./report/outcomes.ts";
import { handoffsSummary, revocationsSummary } from "./report/summaries.ts";
import { type StepContext, withTimeout } from "./step-context.ts";

/** await-receipt, revoke and status: the operations on handoffs that were made before. */

export type ExistingOperation = Extract<Inputs["operation"], "await-receipt" | "revoke" | "status">;

/** What the operations take. */
export type ExistingInputs = {
  readonly endpoint: string;
  readonly selection: Selection;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds to wait for receipts. */
  readonly awaitFor: number;
  readonly region: string | undefined;
};

/** Which handoffs an operation is about. */
type Selection =
  /** Null is the place of a recipient who got none, as in the output of an earlier step. */
  | { readonly kind: "ids"; readonly ids: readonly (HandoffId | null)[] }
  | { readonly kind: "list"; readonly secrets: readonly string[]; readonly run?: string }
  /** To revoke: everybody's, for a caller with the right `revoke`. */
  | { readonly kind: "everyones"; readonly filter: RevokeAllFilter };

/** Seconds: an hour less than a job on GitHub's own runners may take. */
const DEFAULT_AWAIT = 5 * 3_600;

/** @returns the exit code: 0 when everything that was asked for was done */
export async function runOnExisting(
  operation: ExistingOperation,
  read: InputReader,
  context: StepContext,
): Promise<0 | 1> {
  const errors = new ErrorCollector();
  const inputs = readExistingInputs(operation, read, context.env.GITHUB_RUN_ID, errors);
  if (!inputs) return reportProblems(errors.errors, context);
  // A wait has a deadline of its own, which begins when the handoffs are known.
  const limit = inputs.timeout + (operation === "await-receipt" ? inputs.awaitFor : 0);
  return withTimeout(limit, context, async (deadline) => {
    const code = await errors.attemptAsync(() => runOperation(operation, inputs, context, deadline));
    return code ?? reportProblems(errors.errors, context);
  });
}

/** Reads every input of the operations, so that all mistakes are reported at once. @param thisRun the id of this workflow run */
export function readExistingInputs(
  operation: ExistingOperation,
  read: InputReader,
  thisRun: string | undefined,
  errors: ErrorCollector,
): ExistingInputs | undefined {
  const names = [
    "endpoint",
    "handoff-ids",
    "secret-ids",
    "run",
    "revoke-where",
    "timeout",
    "await",
    "region",
  ] as const;
  const inputs = readInputs(names, read, errors);
  const { endpoint, timeout, await: awaitFor = DEFAULT_AWAIT, region } = inputs;
  const given = (name: (typeof names)[number]) => isSet(name, read);
  const selection = errors.attempt(() => selectionOf(operation, inputs, given, thisRun));
  if (errors.errors.length > 0 || endpoint === undefined || timeout === undefined || !selection) {
    return undefined;
  }
  return { endpoint, selection, timeout, awaitFor, region };
}

function selectionOf(
  operation: ExistingOperation,
  { "handoff-ids": ids, "secret-ids": selectors = [], run, "revoke-where": filter }: Draft<Inputs>,
  isSet: (name: "handoff-ids" | "secret-ids" | "run" | "revoke-where") => boolean,
  thisRun: string | undefined,
): Selection | undefined {
  if (isSet("revoke-where")) {
    if (operation === "revoke" && !isSet("handoff-ids") && !isSet("secret-ids") && !isSet("run")) {
      return filter && { kind: "everyones", filter };
    }
    throw new SenderError(
      "input",
      "revoke-where goes with operation: revoke alone, without handoff-ids, secret-ids and run.",
    );
  }
  if (isSet("handoff-ids")) {
    if (!isSet("secret-ids") && !isSet("run")) return ids && { kind: "ids", ids };
    throw new SenderError("input", "handoff-ids goes without secret-ids and run. Drop one or the other.");
  }
  if (!isSet("secret-ids") && !isSet("run")) {
    throw new SenderError("input", "Say which handoffs: set handoff-ids, secret-ids or run.");
  }
  const secrets = selectors.map((selector) => {
    if (selector.kind === "secret") return selector.id;
    throw new SenderError(
      "secret_ids",
      "Here secret-ids takes names and ARNs, not prefix*. Name each secret.",
    );
  });
  return { kind: "list", secrets, ...runFilter(run, thisRun) };
}

function runFilter(run: string | undefined, thisRun: string | undefined) {
  if (run === undefined) return {};
  if (run !== "this") return { run };
  if (thisRun) return { run: thisRun };
  throw new SenderError("input", "The runner does not say which run this is. Write the run's number.");
}

async function runOperation(
  operation: ExistingOperation,
  { endpoint, region, selection, awaitFor }: ExistingInputs,
  context: StepContext,
  deadline: Deadline,
): Promise<0 | 1> {
  const { workflow, runtime } = context;
  const service = openService(endpoint, context).client;
  if (selection.kind === "everyones") return revokeEveryones(selection.filter, service, context, deadline);
  const secrets = context.openRotation(region, deadline, runtime);
  const errors = new ErrorCollector();
  const clients = { service, secrets };
  const { places, opened } = await selectHandoffs(operation, selection, clients, errors, context, deadline);
  for (const { message } of errors.errors) workflow.error(message);
  const ids = places.filter((id) => id !== null);
  workflow.output("handoff-ids", JSON.stringify(places));
  const run = async (): Promise<0 | 1> => {
    if (operation === "revoke") {
      const left = ids.filter((id) => !opened.has(id));
      const released = [...opened].map((id): Revocation => ({ id, ending: "released" }));
      const revocations = [...(await revokeHandoffs(left, service, deadline)), ...released];
      return reportRevocations(places, revocations, context);
    }
    if (operation === "status") {
      const handoffs = await viewHandoffs(ids, service, deadline);
      for (const { id, view } of handoffs) if (view) workflow.info(`Handoff ${id}: ${view.state}`);
      return reportHandoffs(places, { handoffs }, context);
    }
    const awaited =
      ids.length === 0 ? { handoffs: [] } : await awaitReceipts(ids, awaitFor, service, context);
    if (!("stopped" in awaited)) warnOfPending(awaited.handoffs, awaitFor, context);
    return reportHandoffs(places, awaited, context);
  };
  const code = await run();
  return errors.errors.length > 0 ? 1 : code;
}

/** Revokes what the filter means, whoever created it. Nothing found is no error: in an emergency it is what one hopes for. */
async function revokeEveryones(
  filter: RevokeAllFilter,
  service: ServiceClient,
  context: StepContext,
  deadline: Deadline,
): Promise<0 | 1> {
  const { workflow } = context;
  const done = await service.revokeAll(filter, deadline, ({ revoked, released }) =>
    workflow.info(`So far: revoked ${revoked.length}, opened before ${released.length}.`),
  );
  const revocations: readonly Revocation[] = [
    ...done.revoked.map((id) => ({ id, ending: "revoked" as const })),
    ...done.released.map(({ id }) => ({ id, ending: "released" as const })),
  ];
  const places = revocations.map(({ id }) => id);
  workflow.output("handoff-ids", JSON.stringify(places));
  return reportRevocations(places, revocations, context);
}

type Clients = { readonly service: ServiceClient; readonly secrets: RotatableSecrets };

type Selected = {
  readonly places: readonly (HandoffId | null)[];
  /** To revoke: those of which the list says that they were opened, so that there is nothing to ask the service. */
  readonly opened: ReadonlySet<HandoffId>;
};

const OPENED: ReadonlySet<State> = new Set(["claimed", "delivered", "unconfirmed"]);

/**
 * The handoffs that are selected, as far as this workflow's repository has made them. To revoke, those that are open and those that
 * were opened: whoever stops a leak must learn of both.
 * @param errors takes what was looked for and not found
 */
async function selectHandoffs(
  operation: ExistingOperation,
  selection: Exclude<Selection, { readonly kind: "everyones" }>,
  clients: Clients,
  errors: ErrorCollector,
  { workflow }: StepContext,
  deadline: Deadline,
): Promise<Selected> {
  if (selection.kind === "ids") {
    if (selection.ids.every((id) => id === null)) errors.add(nothingFound("handoff-ids names no handoff"));
    return { places: selection.ids, opened: new Set() };
  }
  const { secrets, run } = selection;
  const searches = secrets.length === 0 ? [undefined] : secrets;
  const lists = await Promise.all(
    searches.map((secret) =>
      errors.attemptAsync(async () => {
        const found = await search(secret, run, clients, deadline);
        const what = secret === undefined ? "" : ` of secret "${secret}"`;
        const where = run === undefined ? "This repository" : `Run ${run} of this repository`;
        if (!found) throw nothingFound(`${where} made no handoff${what}`);
        if (operation !== "revoke") return found;
        if (!found.some(({ state }) => state === "open")) {
          workflow.info(`No handoff${what} is open: there is nothing to revoke.`);
        }
        return found.filter(({ state }) => state === "open" || OPENED.has(state));
      }),
    ),
  );
  const views = lists.flatMap((list) => list ?? []);
  const opened = operation === "revoke" ? views.filter(({ state }) => OPENED.has(state)) : [];
  const idsOf = (some: readonly HandoffView[]) => new Set(some.map(({ id }) => id));
  return { places: [...idsOf(views)], opened: idsOf(opened) };
}

/** @returns undefined where there is none */
async function search(
  secret: string | undefined,
  run: string | undefined,
  { service, secrets }: Clients,
  deadline: Deadline,
): Promise<readonly HandoffView[] | undefined> {
  const find = async (arn: string | undefined) => {
    const filter = { ...(arn === undefined ? {} : { secret: arn }), ...(run === undefined ? {} : { run }) };
    const found = await service.list(filter, deadline);
    return found.length === 0 ? undefined : found;
  };
  if (secret === undefined) return find(undefined);
  if (!secret.startsWith("arn:")) return find((await secrets.stages(secret)).arn);
  // An ARN without its last six characters names the secret as well, and its name may end like them: only the service knows.
  const found = await find(secret);
  if (found) return found;
  const whole = await toResult(secrets.stages(secret));
  return whole instanceof SenderError || whole.arn === secret ? undefined : find(whole.arn);
}

function nothingFound(what: string): SenderError {
  return new SenderError(
    "input",
    `${what}. Check handoff-ids, secret-ids, run, the region and the account; several secrets that went in one handoff are found by run or by id.`,
  );
}

async function reportHandoffs(
  places: readonly (HandoffId | null)[],
  { handoffs, stopped }: { readonly handoffs: readonly SeenHandoff[]; readonly stopped?: SenderError },
  context: StepContext,
): Promise<0 | 1> {
  const { workflow } = context;
  const byId = new Map(handoffs.map((one) => [one.id, one]));
  const ordered = places.map((id) => (id === null ? undefined : byId.get(id)));
  const failures = handoffs.flatMap(({ id, error }) => (error ? [{ id, error }] : []));
  for (const { id, error } of failures) workflow.error(`Handoff ${id}: ${error.message}`);
  if (stopped) workflow.error(stopped.message);
  workflow.output("states", JSON.stringify(ordered.map((one) => one?.view?.state ?? "failed")));
  workflow.output("failed-count", failures.length);
  setReceiptOutputs(
    ordered.map((one) => one?.status ?? "failed"),
    context,
  );
  await workflow.summarise(handoffsSummary(handoffs));
  return failures.length === 0 && !stopped ? 0 : 1;
}

async function reportRevocations(
  places: readonly (HandoffId | null)[],
  revocations: readonly Revocation[],
  { workflow }: StepContext,
): Promise<0 | 1> {
  const count = (ending: Revocation["ending"]) => revocations.filter((one) => one.ending === ending).length;
  for (const { id, ending } of revocations) {
    if (ending instanceof SenderError) workflow.error(`Handoff ${id}: ${ending.message}`);
    else if (ending === "unknown") workflow.error(`Handoff ${id}: the service does not know it.`);
    else if (ending === "revoked") workflow.info(`Handoff ${id}: revoked`);
    else
      workflow.warning(
        `Handoff ${id} was opened already, so it cannot be revoked. Rotate the secret if that was wrong.`,
      );
  }
  const failed = revocations.length - count("revoked") - count("released");
  workflow.info(`Revoked ${pluralize(count("revoked"), "handoff")}; opened before: ${count("released")}.`);
  const states = new Map(
    revocations.map(({ id, ending }) => [id, ending instanceof SenderError ? "failed" : ending]),
  );
  const ordered = places.map((id) => (id === null ? "failed" : states.get(id)));
  workflow.output("states", JSON.stringify(ordered));
  workflow.output("revoked-count", count("revoked"));
  workflow.output("released-count", count("released"));
  workflow.output("failed-count", failed);
  await workflow.summarise(revocationsSummary(revocations));
  return failed === 0 ? 0 : 1;
}
