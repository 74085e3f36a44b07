import { SenderError } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { withTimeout } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { wantedRecipient } from "../filters.ts";
import { openService } from "../sender-service.ts";

export const run: Run = async (invocation, context) => {
  const { terminal } = context;
  const wanted = wantedRecipient(invocation.positionals[0] ?? "");
  const service = await openService(invocation, context);
  if (!invocation.flag("yes")) {
    const typed = terminal.inIsTerminal
      ? await terminal.ask(
          "The trail will not tell any more what this recipient received, and nothing brings it back. Erase? [y/N] ",
        )
      : undefined;
    if (typed === undefined) throw new SenderError("input", "To erase without being asked, give --yes.");
    if (!/^y(es)?$/i.test(typed.trim())) {
      terminal.say("Nothing was erased.");
      return EXIT.failed;
    }
  }
  const id = await withTimeout(invocation, context, async (deadline) => {
    const found = "id" in wanted ? wanted.id : (await service.recipient(wanted, deadline)).id;
    await service.erase(found, deadline);
    return found;
  });
  if (invocation.flag("json")) await terminal.json({ id, erased: true });
  else await terminal.line(`${id} is erased.`);
  return EXIT.done;
};
