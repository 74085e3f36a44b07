import { readFileSync } from "node:fs";
import { parseSync } from "@swc/core";

/** Where the sentences are written that the page says: from its first load on, and of an opened secret. */
const SOURCES = {
  first: ["packages/protocol/src/recipient/wording.ts", "packages/page/src/wording.ts"],
  opened: [
    "packages/protocol/src/recipient/code-wording.ts",
    "packages/protocol/src/saving/wording.ts",
    "packages/page/src/wording-opened.ts",
    "packages/page/src/wording-managers.ts",
  ],
} as const;

/** Single words that the page says; every other literal of one word is a name in the code. */
const WORDS: readonly string[] = [
  ...["Language", "Expires", "Passphrase", "Code", "Reveal", "Opening", "Progress", "Reported", "Reporting."],
  ...["Privacy", "Imprint"],
  ...["Copy", "Copied", "Show", "Hide", "Download", "Done", "Text"],
  ...["hidden", "empty", "space", "digit", "capital", "small", "symbol"],
];
/** Only the terminal says it; or it is told where no script runs, and no language can be fetched. */
const NOT_THE_PAGE =
  /^(?:From|Message from the sender|Secret handoff)$|This page cannot run|JavaScript is off|Nothing is used up by that/;

/** Every sentence that the page can say then, as the key under which its translation is looked up: values are `{0}`, `{1}`. */
export function sentencesOf(root: string, when: keyof typeof SOURCES): readonly string[] {
  const found = new Set<string>();
  for (const path of SOURCES[when]) {
    const { body } = parseSync(readFileSync(`${root}/${path}`, "utf8"), { syntax: "typescript" });
    collect(body, found);
  }
  return [...found].filter(
    (text) => (/\s/.test(text.trim()) || WORDS.includes(text)) && !NOT_THE_PAGE.test(text),
  );
}

function collect(node: unknown, found: Set<string>): void {
  if (Array.isArray(node)) for (const item of node) collect(item, found);
  if (typeof node !== "object" || node === null || Array.isArray(node)) return;
  const { type, value, tag, template } = node as Record<string, unknown> & { tag?: { value?: string } };
  if (type === "StringLiteral" && typeof value === "string") found.add(value);
  if (type === "TaggedTemplateExpression" && tag?.value === "sentence") {
    found.add(quasis(template).reduce((before, after, index) => `${before}{${index - 1}}${after}`));
  } else if (
    type === "TemplateLiteral" &&
    quasis(node).length === 2 &&
    /word “/.test(quasis(node)[0] ?? "")
  ) {
    found.add(quasis(node).join("report"));
  }
  for (const child of Object.values(node)) collect(child, found);
}

function quasis(template: unknown): readonly string[] {
  return (template as { quasis: readonly { cooked: string }[] }).quasis.map(({ cooked }) => cooked);
}
