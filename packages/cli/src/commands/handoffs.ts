import { STATES } from "@secret-handoff/protocol";
import { onOneLine } from "@secret-handoff/protocol/shown-text";
import { awaitHandoffs, SenderError, viewHandoffs } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { withTimeout } from "../context.ts";
import { EXIT, exitCodeOf, sentenceOfError } from "../errors.ts";
import { filtersOf } from "../filters.ts";
import { handoffIds, table, VIEW_HEADING, viewRow } from "../handoff-views.ts";
import { durationOf } from "../send/description.ts";
import { openService } from "../sender-service.ts";

export const status: Run = async (invocation, context) => {
  const { terminal } = context;
  const ids = handoffIds(invocation.positionals);
  const awaitFor = durationOf(invocation, "await");
  const service = await openService(invocation, context);
  const done = terminal.spin(awaitFor === undefined ? "Asking the service" : "Waiting for the recipients");
  const { handoffs: seen, stopped }: Awaited<ReturnType<typeof awaitHandoffs>> = await withTimeout(
    invocation,
    context,
    async (deadline) =>
      awaitFor === undefined
        ? { handoffs: await viewHandoffs(ids, service, deadline) }
        : awaitHandoffs(ids, { service, runtime: context.runtime }, awaitFor * 1_000, deadline),
    awaitFor === undefined ? undefined : `${awaitFor + 60}s`,
  );
  done();
  if (stopped) throw stopped;
  const [failed] = seen.flatMap(({ error }) => error ?? []);
  if (invocation.flag("json")) {
    const handoffs = seen.map(({ id, status, view, error }) => ({
      ...{ id, status, ...view },
      ...(error ? { error: { code: error.code, message: sentenceOfError(error) } } : {}),
    }));
    await terminal.json({ handoffs });
  } else {
    const views = seen.flatMap(({ view }) => view ?? []);
    if (views.length > 0) await terminal.out(table(VIEW_HEADING, views.map(viewRow), terminal));
  }
  for (const { id, error } of seen) if (error) terminal.say(onOneLine(`${id}: ${sentenceOfError(error)}`));
  if (failed) return exitCodeOf(failed.code);
  const isMissing = awaitFor !== undefined && seen.some(({ status }) => status !== "delivered");
  return isMissing ? EXIT.failed : EXIT.done;
};

export const list: Run = async (invocation, context) => {
  const { terminal } = context;
  const state = invocation.text("state");
  if (state !== undefined && !STATES.some((known) => known === state)) {
    throw new SenderError("input", `--state takes ${STATES.join(", ")}.`);
  }
  const filter = filtersOf(invocation, ["secret", "run", "state"]);
  const service = await openService(invocation, context);
  const done = terminal.spin("Asking the service");
  const handoffs = await withTimeout(invocation, context, (deadline) => service.list(filter, deadline));
  done();
  if (invocation.flag("json")) await terminal.json({ handoffs });
  else if (handoffs.length > 0) await terminal.out(table(VIEW_HEADING, handoffs.map(viewRow), terminal));
  else terminal.say("There are no such handoffs.");
  return EXIT.done;
};
