import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { DEFAULT_CLASSES } from "@secret-handoff/protocol/api";

const FILE = new URL("../../docs/action.md", import.meta.url);
const PLACE = /(<!-- classes -->\n)[\s\S]*?(<!-- \/classes -->)/;

const ROWS = DEFAULT_CLASSES.map(({ name, expiresWithin, passphrase, approvals, verification }) => [
  `\`${name}\``,
  expiresWithin === 3_600 ? "1 hour" : `${expiresWithin / 3_600} hours`,
  passphrase,
  approvals.length === 0 ? "none" : approvals.join(", "),
  `\`${verification}\``,
]);
const TABLE = [
  "| class | expires within | passphrase | approvals | verification |",
  "|---|---|---|---|---|",
  ...ROWS.map((cells) => `| ${cells.join(" | ")} |`),
].map((line) => `${line}\n`);

test("docs/action.md prints the classes that are in force by default (UPDATE_DOCS=1 writes it)", () => {
  const found = readFileSync(FILE, "utf8");
  expect(found).toMatch(PLACE);
  const wanted = found.replace(PLACE, `$1${TABLE.join("")}$2`);
  if (process.env.UPDATE_DOCS === "1") writeFileSync(FILE, wanted);
  expect(readFileSync(FILE, "utf8")).toBe(wanted);
});
