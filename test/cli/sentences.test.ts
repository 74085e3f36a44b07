import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { INPUTS } from "@secret-handoff/action";
import { SenderError } from "@secret-handoff/sdk";
import { parseSync } from "@swc/core";

/** Sentences of the SDK are shown by the action and by the command line: what is set in one is called otherwise in the other. */

const ROOT = join(import.meta.dirname, "../../packages/sdk/src");
/** Where names are given, and what recipients and auditors read. */
const OTHERS = /^(?:settings\.ts|audit\/|mail\/(?:languages\/|sentences\.ts|email))/;

const names = Object.keys(INPUTS);
const hyphenated = new RegExp(
  `(?<![\\w/-])(?:${names.filter((name) => name.includes("-")).join("|")})(?![\\w/-])`,
);
const words = names.filter((name) => !name.includes("-")).join("|");
/** A name of one word is an input where it stands without an article. */
const asInput = new RegExp(
  `\\b(?:[Ss]et|[Cc]heck|[Gg]ive|[Dd]rop|[Cc]orrect|[Rr]aise|[Uu]se|need|needs|without|by|or|and) (?:${words})(?=$|[:.,;]| and | or | to )`,
);
const ofWorkflows =
  /\b(?:workflows?|inputs?|(?:this|the|a|several|run the) steps?|(?:this|the) job(?:'s)?|one a line|aws-actions)\b|\b[Ll]ine (?:\$|\d)/;

/** Sentences about what only GitHub has, or that only one shell says. */
const ALLOWED: readonly (readonly [sentence: RegExp, why: string])[] = [
  [/^This job may not request an OIDC token\./, "only a job of GitHub is told so"],
  [/^ACTIONS_ID_TOKEN_REQUEST_URL is not a URL\./, "only a job of GitHub is told so"],
  [/^Run the job again; if it fails again, look at GitHub/, "only a job of GitHub is told so"],
  [/^This workflow may not /, "checkRight says it of a workflow, where it is asked to"],
  [/^the job's OIDC token could not be had\./, "only a job of GitHub is told so"],
  [/^The job's token issuer$/, "the issuer of a job on GitHub, for Google's federation"],
];

test("no sentence of the SDK names an input or a part of a workflow by itself", () => {
  const found = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !OTHERS.test(file))
    .flatMap((file) => textsIn(readFileSync(join(ROOT, file), "utf8")).map((text) => ({ file, text })))
    .filter(({ text }) => hyphenated.test(text) || asInput.test(text) || ofWorkflows.test(text))
    .filter(({ text }) => !ALLOWED.some(([sentence]) => sentence.test(text)));
  expect(found).toEqual([]);
});

test.each([
  ["Check secret-ids, the region and the account.", true],
  ["Set contact to a person", true],
  ["Check endpoint, and that", true],
  ["Put azure/login before this step", true],
  ["Check the region and the account.", false],
  ["Write MOUNT/data/NAME", false],
])("a text that this would find: %s", (text, isFound) => {
  const [literal = ""] = textsIn(`f(${JSON.stringify(text)})`);
  expect([hyphenated, asInput, ofWorkflows].some((pattern) => pattern.test(literal))).toBe(isFound);
  expect(new SenderError("input", text).message).toBe(text);
});

/** Every literal of several words, and every one that an object has for the name of an input. Of a template, its words with `$` for what is filled in. */
function textsIn(source: string): readonly string[] {
  const texts: string[] = [];
  const visit = (node: unknown, parent?: unknown): void => {
    if (Array.isArray(node)) {
      for (const one of node) visit(one, parent);
      return;
    }
    if (typeof node !== "object" || node === null) return;
    const { type, value, quasis } = node as { type?: string; value?: unknown; quasis?: { raw: string }[] };
    if (type === "ImportDeclaration" || type === "TsLiteralType" || type === "RegExpLiteral") return;
    const inObject = (parent as { type?: string } | undefined)?.type === "KeyValueProperty";
    if (type === "StringLiteral" && typeof value === "string" && (/\s/.test(value.trim()) || inObject))
      texts.push(value);
    if (type === "TemplateLiteral" && quasis) texts.push(quasis.map(({ raw }) => raw).join("$"));
    for (const child of Object.values(node)) visit(child, node);
  };
  visit(parseSync(source, { syntax: "typescript" }).body);
  return texts;
}
