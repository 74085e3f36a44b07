import { formatDuration } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { withTimeout } from "../context.ts";
import { EXIT } from "../errors.ts";
import { table } from "../handoff-views.ts";
import { openService } from "../sender-service.ts";

export const run: Run = async (invocation, context) => {
  const { terminal } = context;
  const service = await openService(invocation, context);
  const done = terminal.spin("Asking the service");
  const policy = await withTimeout(invocation, context, service.policy);
  done();
  if (invocation.flag("json")) {
    await terminal.json(policy);
    return EXIT.done;
  }
  await terminal.line(`Your rights: ${policy.rights.join(", ")}\n`);
  const rows = policy.classes.map(({ name, expiresWithin, passphrase, verification, approvals }) => [
    name,
    formatDuration(expiresWithin),
    passphrase,
    verification,
    approvals.join(", "),
  ]);
  const heading = ["CLASS", "EXPIRES WITHIN", "PASSPHRASE", "VERIFICATION", "APPROVALS"];
  await terminal.out(table(heading, rows, terminal));
  return EXIT.done;
};
