import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

/**
 * Readers copy what stands in the documents and examples. A workflow's own handoffs it may see and revoke by `send` alone; each of these
 * rights reaches the handoffs or recipients of every other repository.
 */
const RIGHTS_OVER_OTHERS = ["revoke", "audit", "erase"];

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());

const FILES = [
  ...readdirSync(".").filter((name) => name.endsWith(".md")),
  ...readdirSync("packages")
    .map((name) => join("packages", name, "README.md"))
    .filter((path) => statSync(path, { throwIfNoEntry: false })),
  ...["docs", "examples", "terraform", "packages/cdktf/terraform-module"].flatMap(filesOf),
];

/** The rights of each entry that a text shows: `may = ["send"]`, `may: [send]`, `"may": "send"`. */
function entriesIn(text: string): readonly (readonly string[])[] {
  const lists = text.matchAll(/\bmay["']?\s*[:=]\s*(\[[^\]]*\]|["'][\w-]+["'])/g);
  return [...lists].map(([, list = ""]) => list.match(/\w+/g) ?? []);
}

const overreaching = (text: string) =>
  entriesIn(text).filter(
    (rights) => rights.includes("send") && rights.some((right) => RIGHTS_OVER_OTHERS.includes(right)),
  );

test("no snippet or example gives a sender a right over the handoffs of others", () => {
  const found = FILES.flatMap((path) =>
    overreaching(readFileSync(path, "utf8")).map((rights) => `${path}: ${rights.join(", ")}`),
  );
  expect(found).toEqual([]);
});

test.each([
  ["README.md"],
  ["docs/operations.md"],
  ["docs/approvals.md"],
  ["packages/cdktf/README.md"],
  ["packages/cdktf/terraform-module/README.md"],
  ["terraform/README.md"],
  ["terraform/examples/minimal/main.tf"],
  ["terraform/examples/complete/main.tf"],
  ["examples/handoff.config.ts"],
])("%s shows a sender", (path) => {
  expect(FILES).toContain(path);
  expect(entriesIn(readFileSync(path, "utf8")).flat()).toContain("send");
});

test.each([
  ['may = ["send", "revoke"]'],
  ["may: [send, audit]"],
  ["may: [\n  'erase',\n  'send',\n]"],
  ['"may": ["send","revoke"]'],
])("%j is found", (snippet) => {
  expect(overreaching(snippet)).toHaveLength(1);
});
