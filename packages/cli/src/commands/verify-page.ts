import type { Company } from "@secret-handoff/protocol/company";
import { parseEndpoint } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { EXIT } from "../exit-codes.ts";
import { checkServedPage } from "../published-page.ts";
import { onOneLine } from "../terminal.ts";

/** What the company block says: the one part of a published page that is the deployment's own. */
function blockInWords({ name, contact, privacyUrl, imprintUrl, logo, colours }: Company): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["company", name],
    ["contact", contact],
    ["privacy", privacyUrl],
    ["imprint", imprintUrl],
    ["colours", colours?.join(" ")],
    ["logo", logo && "shapes only: no script, style, link or image"],
  ];
  const shown = rows.flatMap(([what, said]) =>
    said === undefined ? [] : [`  ${what.padEnd(8)} ${onOneLine(said)}`],
  );
  return ["The deployment filled in, and nothing else:", ...shown].join("\n");
}

export const run: Run = async (invocation, { terminal, runtime }) => {
  const origin = parseEndpoint(invocation.positionals[0] ?? "");
  const done = terminal.spin("Fetching the page");
  const check = await checkServedPage(origin, runtime);
  done();
  if (invocation.flag("json")) await terminal.json({ origin, ...check });
  else {
    await terminal.line(
      check.isPublished
        ? `${terminal.style("green", "The page is the published one, byte for byte.", "stdout")} SHA-256 ${check.served}`
        : `${terminal.style("red", onOneLine(check.difference ?? ""), "stdout")}\nserved:    SHA-256 ${check.served}\npublished: SHA-256 ${check.published}`,
    );
    if (check.isPublished && check.company) await terminal.line(blockInWords(check.company));
    if (!check.isPublished) {
      terminal.say(
        "Another release of the service has another page: install the secret-handoff of that release to compare. Otherwise do not open links there.",
      );
    }
  }
  return check.isPublished ? EXIT.done : EXIT.notVerified;
};
