import type { State } from "@secret-handoff/protocol";
import { onOneLine } from "@secret-handoff/protocol/shown-text";
import {
  type Deadline,
  REVOCATION_PARTS,
  type Revocation,
  type RevokeAllFilter,
  type RevokedAll,
  revokeHandoffs,
  SenderError,
  type ServiceClient,
  viewHandoffs,
} from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Run } from "../commands.ts";
import { type CliContext, withTimeout } from "../context.ts";
import { EXIT, type ExitCode, exitCodeOf, sentenceOfError } from "../errors.ts";
import { filtersOf, repositoryHint } from "../filters.ts";
import { handoffIds } from "../handoff-views.ts";
import { openService } from "../sender-service.ts";

/** Ends handoffs: those named by their ids, those of a run, or everything that the other options mean, whoever created it. */
export const run: Run = async (invocation, context) => {
  const ids = handoffIds(invocation.positionals);
  const filter = filterOf(invocation);
  const workflowRun = invocation.text("run");
  const ways = [ids.length > 0, workflowRun !== undefined, filter !== undefined].filter(Boolean);
  if (ways.length !== 1) {
    throw new SenderError(
      "input",
      "Say which handoffs in one way: their ids; --run; --secret, --recipient, --repository, --class or --sender; or --all.",
    );
  }
  const service = await openService(invocation, context);
  if (filter) {
    await confirmAll(filter, invocation, context);
    return withTimeout(invocation, context, (deadline) =>
      revokeAll(filter, service, invocation, context, deadline),
    );
  }
  const done = context.terminal.spin("Revoking");
  const revocations = await withTimeout(invocation, context, async (deadline) => {
    const open = async (run: string) =>
      (await service.list({ run, state: "open" }, deadline)).map(({ id }) => id);
    const named = workflowRun === undefined ? ids : await open(workflowRun);
    return withStates(await revokeHandoffs(named, service, deadline), service, deadline);
  });
  done();
  return report(revocations, invocation, context);
};

/** @throws SenderError `input` where --all stands beside what it would include, or what is named is no name */
function filterOf(invocation: Invocation): RevokeAllFilter | undefined {
  const named = filtersOf(invocation, REVOCATION_PARTS);
  const isNamed = Object.keys(named).length > 0;
  if (!invocation.flag("all")) return isNamed ? named : undefined;
  if (isNamed) throw new SenderError("input", "--all means everything: drop it, or the other options.");
  return { all: true };
}

async function confirmAll(
  filter: RevokeAllFilter,
  invocation: Invocation,
  { terminal }: CliContext,
): Promise<void> {
  if (!filter.all || invocation.flag("yes") || !terminal.inIsTerminal) return;
  const typed = await terminal.ask("Revoke every open handoff of this service? [y/N] ");
  if (!/^y(es)?$/i.test(typed?.trim() ?? "")) throw new SenderError("cancelled", "Nothing was revoked.");
}

async function revokeAll(
  filter: RevokeAllFilter,
  service: ServiceClient,
  invocation: Invocation,
  { terminal }: CliContext,
  deadline: Deadline,
): Promise<ExitCode> {
  const spin = terminal.spin("Revoking");
  const done = await service.revokeAll(filter, deadline, (soFar: RevokedAll) =>
    spin(`Revoking: ${soFar.revoked.length} so far`),
  );
  spin();
  if (invocation.flag("json")) {
    await terminal.json(done);
    return EXIT.done;
  }
  for (const id of done.revoked) await terminal.out(`${id}  revoked\n`);
  for (const { id, secret, members = [] } of done.released) {
    const what = secret ?? members.join(", ");
    await terminal.line(onOneLine(`${id}  opened before: rotate ${what === "" ? "its secret" : what}`));
  }
  terminal.say(`${done.revoked.length} revoked, ${done.released.length} opened before.`);
  if (done.revoked.length + done.released.length === 0) {
    for (const hint of repositoryHint(filter.repository)) terminal.say(hint);
  }
  return EXIT.done;
}

/** With the state in which a handoff is now, where the service shows it: it takes one that ended unread before for a revoked one. */
type Ended = Revocation & { readonly state?: State | undefined };

async function withStates(
  revocations: readonly Revocation[],
  service: ServiceClient,
  deadline: Deadline,
): Promise<readonly Ended[]> {
  const ended = revocations.flatMap(({ id, ending }) => (ending === "revoked" ? [id] : []));
  const seen = new Map(
    (await viewHandoffs(ended, service, deadline)).map(({ id, view }) => [id, view?.state]),
  );
  return revocations.map((one) => ({ ...one, state: seen.get(one.id) }));
}

async function report(
  revocations: readonly Ended[],
  invocation: Invocation,
  { terminal }: CliContext,
): Promise<ExitCode> {
  if (invocation.flag("json")) {
    await terminal.json({ handoffs: revocations.map(asJson) });
  } else {
    if (revocations.length === 0) terminal.say("There are no such open handoffs.");
    for (const revocation of revocations)
      await terminal.line(onOneLine(`${revocation.id}  ${sentenceOf(revocation)}`));
  }
  return Math.max(EXIT.done, ...revocations.map(codeOf)) as ExitCode;
}

function asJson({ id, ending, state }: Ended) {
  return ending instanceof SenderError
    ? { id, ending: "failed", error: { code: ending.code, message: sentenceOfError(ending) } }
    : { id, ending, ...(state === undefined ? {} : { state }) };
}

function sentenceOf({ ending, state }: Ended): string {
  if (ending instanceof SenderError) return sentenceOfError(ending);
  if (ending === "revoked" && state !== undefined)
    return state === "revoked" ? "revoked" : `ended unread before: ${state}`;
  return {
    revoked: "revoked, or ended unread before",
    released: "opened already: rotate the secret if that was wrong",
    unknown: "not known to the service, or not yours",
  }[ending];
}

function codeOf({ ending }: Revocation): ExitCode {
  if (ending instanceof SenderError) return exitCodeOf(ending.code);
  return ending === "revoked" ? EXIT.done : EXIT.refused;
}
