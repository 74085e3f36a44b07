import { parseEndpoint } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { EXIT } from "../exit-codes.ts";
import { checkServedPage } from "../published-page.ts";

export const run: Run = async (invocation, { terminal, runtime }) => {
  const origin = parseEndpoint(invocation.positionals[0] ?? "");
  const done = terminal.spin("Fetching the page");
  const check = await checkServedPage(origin, runtime);
  done();
  if (invocation.flag("json")) await terminal.out(`${JSON.stringify({ origin, ...check })}\n`);
  else {
    await terminal.out(
      check.isPublished
        ? `${terminal.style("green", "The page is the published one, byte for byte.", "stdout")} SHA-256 ${check.served}\n`
        : `${terminal.style("red", check.difference ?? "", "stdout")}\nserved:    SHA-256 ${check.served}\npublished: SHA-256 ${check.published}\n`,
    );
    if (!check.isPublished) {
      terminal.say(
        "Another release of the service has another page: install the secret-handoff of that release to compare. Otherwise do not open links there.",
      );
    }
  }
  return check.isPublished ? EXIT.done : EXIT.notVerified;
};
