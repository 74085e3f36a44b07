import { SenderError } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { withTimeout } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { wantedRecipient } from "../filters.ts";
import { openService } from "../sender-service.ts";
import { onOneLine } from "../terminal.ts";

export const run: Run = async (invocation, context) => {
  const { terminal } = context;
  const text = invocation.positionals[0] ?? (await terminal.ask("Address or recipient id: "))?.trim() ?? "";
  if (text === "") {
    throw new SenderError("input", "Name an address or a recipient id, as an argument or in a pipe.");
  }
  const wanted = wantedRecipient(text);
  const service = await openService(invocation, context);
  const done = terminal.spin("Asking the service");
  const found = await withTimeout(invocation, context, (deadline) => service.recipient(wanted, deadline));
  done();
  if (invocation.flag("json")) await terminal.json(found);
  else await terminal.line(onOneLine(`${found.id}  ${found.address}`));
  return EXIT.done;
};
