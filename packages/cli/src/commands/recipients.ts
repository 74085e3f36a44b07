import { onOneLine } from "@secret-handoff/protocol/shown-text";
import { type Deadline, SenderError, type ServiceClient } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { withTimeout } from "../context.ts";
import { EXIT } from "../errors.ts";
import { recipientOf } from "../filters.ts";
import { openService } from "../sender-service.ts";

export const find: Run = async (invocation, context) => {
  const { terminal } = context;
  const given =
    invocation.positionals[0] ??
    (await terminal.pipedLine()) ??
    (await terminal.ask("Address or recipient id: "));
  const text = given?.trim() ?? "";
  if (text === "") {
    throw new SenderError("input", "Name an address or a recipient id, as an argument or in a pipe.");
  }
  const wanted = recipientOf(text);
  const service = await openService(invocation, context);
  const done = terminal.spin("Asking the service");
  const found = await withTimeout(invocation, context, (deadline) => service.recipient(wanted, deadline));
  done();
  if (invocation.flag("json")) await terminal.json(found);
  else await terminal.line(onOneLine(`${found.id}  ${found.address}`));
  return EXIT.done;
};

export const erase: Run = async (invocation, context) => {
  const { terminal } = context;
  const wanted = recipientOf(invocation.positionals[0] ?? "");
  const service = await openService(invocation, context);
  if (!invocation.flag("yes")) {
    const typed = terminal.inIsTerminal
      ? await terminal.ask(
          "The trail will no longer show what this recipient received, and nothing brings it back. Erase? [y/N] ",
        )
      : undefined;
    if (typed === undefined) throw new SenderError("input", "To erase without being asked, give --yes.");
    if (!/^y(es)?$/i.test(typed.trim())) {
      terminal.say("Nothing was erased.");
      return EXIT.failed;
    }
  }
  const id = await withTimeout(invocation, context, async (deadline) => {
    const found = "id" in wanted ? wanted.id : await idOf(wanted, service, deadline);
    await service.erase(found, deadline);
    return found;
  });
  if (invocation.flag("json")) await terminal.json({ id, erased: true });
  else await terminal.line(`${id} is erased.`);
  return EXIT.done;
};

/** @throws SenderError what to do without the right to look an address up */
async function idOf(
  wanted: { readonly address: string },
  service: ServiceClient,
  deadline: Deadline,
): Promise<string> {
  try {
    return (await service.recipient(wanted, deadline)).id;
  } catch (cause) {
    if (!(cause instanceof SenderError) || cause.code !== "not_allowed") throw cause;
    throw new SenderError(
      "not_allowed",
      "To find the recipient id of an address you need the right audit, for all classes. Have somebody who has it run secret-handoff recipients find ADDRESS, and erase by that id. Nothing was erased.",
      { cause },
    );
  }
}
