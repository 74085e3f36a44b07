import { STATES } from "@secret-handoff/protocol";
import { SenderError } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { withTimeout } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { filtersOf } from "../filters.ts";
import { table, VIEW_HEADING, viewRow } from "../handoff-views.ts";
import { openService } from "../sender-service.ts";

export const run: Run = async (invocation, context) => {
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
