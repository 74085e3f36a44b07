import { viewHandoffs } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { withTimeout } from "../context.ts";
import { EXIT, exitCodeOf } from "../exit-codes.ts";
import { handoffIds, table, VIEW_HEADING, viewRow } from "../handoff-views.ts";
import { sentenceOfError } from "../option-names.ts";
import { openService } from "../sender-service.ts";
import { onOneLine } from "../terminal.ts";

export const run: Run = async (invocation, context) => {
  const { terminal } = context;
  const ids = handoffIds(invocation.positionals);
  const service = await openService(invocation, context);
  const done = terminal.spin("Asking the service");
  const seen = await withTimeout(invocation, context, (deadline) => viewHandoffs(ids, service, deadline));
  done();
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
  return failed ? exitCodeOf(failed.code) : EXIT.done;
};
