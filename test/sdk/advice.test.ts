import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { parseSync } from "@swc/core";
import { toError, unavailable } from "../../packages/sdk/src/service/service-errors.ts";

/** What the service says, in the sentences that the SDK makes of it, and the sentences that we write whole: each advises once. */

const PACKAGES = join(import.meta.dirname, "../../packages");
const ORIGIN = "https://handoff.example";
/** What a sentence begins with that says what to do. */
const ADVICE =
  /^(?:Ask|Add|Check|Choose|Correct|Find|Give|Grant|Look|Make|Run|Send|Set|Sign|Try|Type|Use|Write)\b/;

/** The first words of each advice in a text: two of one kind may ask for two things, but not begin alike. */
function advices(text: string): readonly string[] {
  return text
    .split(/(?<=[.!?:;]) /)
    .filter((sentence) => ADVICE.test(sentence))
    .map((sentence) => sentence.split(/[ .,]/).slice(0, 2).join(" "));
}

function isDoubled(text: string): boolean {
  const found = advices(text);
  return new Set(found).size < found.length;
}

/** What the service says in its problems: the code and the detail of each that a source names, filled in with a word. */
function problemsOf(source: string): readonly { readonly code: string; readonly detail: string }[] {
  return callsIn(source).flatMap(({ callee, texts: [first, second] }) => {
    if (callee === "unauthenticated" && first) return [{ code: callee, detail: first }];
    return callee === "ProblemError" && first && second ? [{ code: first, detail: second }] : [];
  });
}

const problems = sourcesOf("lambda").flatMap(({ text }) => problemsOf(text));

test("the problems of the service are found in its source", () => {
  expect(problems.length).toBeGreaterThan(50);
  expect(problems).toContainEqual({
    code: "unavailable",
    detail: "GitHub's API gave no answer about the run's reviews. Try again.",
  });
});

test("what the service says and what the SDK adds do not advise the same twice", () => {
  const composed = problems.flatMap(({ code, detail }) => {
    const problem = { code, detail, broken: [] };
    if (code === "unavailable" || code === "internal")
      return [unavailable(ORIGIN, { status: 503, problem }).message];
    const response = { status: 403, json: {}, problem, clockAhead: 0 };
    return [toError(ORIGIN, response, "workflow").message, toError(ORIGIN, response, "principal").message];
  });
  expect(composed.filter(isDoubled)).toEqual([]);
  // One advice is enough: what the service advises is not followed by a second guess.
  expect(composed.filter((text) => advices(text).length > 1)).toEqual([]);
});

test.each(["action", "cli", "sdk", "cdktf", "lambda", "page", "protocol"])(
  "no sentence of %s advises the same twice",
  (name) => {
    const texts = sourcesOf(name).flatMap(({ text }) => literalsIn(text));
    expect(texts.filter(isDoubled)).toEqual([]);
  },
);

test.each([
  ["It failed. Try again. Try again later, or ask whoever runs it.", true],
  ["It failed. Check endpoint. Check the token.", false],
  ["It failed: Check endpoint. Check endpoint, and the token.", true],
])("a text that this would find: %s", (text, expected) => {
  expect(isDoubled(text)).toBe(expected);
});

function sourcesOf(name: string): readonly { readonly text: string }[] {
  const root = join(PACKAGES, name, "src");
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => ({ text: readFileSync(join(root, file), "utf8") }));
}

type Node = { readonly type?: string; readonly [key: string]: unknown };

function walk(node: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(node)) for (const one of node) walk(one, visit);
  if (typeof node !== "object" || node === null || Array.isArray(node)) return;
  visit(node as Node);
  for (const child of Object.values(node)) walk(child, visit);
}

/** A literal's text, or a template's with a word for what is filled in; undefined of anything else. */
function textOf(node: unknown): string | undefined {
  const { type, value, quasis } = (node ?? {}) as {
    type?: string;
    value?: unknown;
    quasis?: { raw: string }[];
  };
  if (type === "StringLiteral") return String(value);
  return type === "TemplateLiteral" ? quasis?.map(({ raw }) => raw).join("something") : undefined;
}

function literalsIn(source: string): readonly string[] {
  const texts: string[] = [];
  walk(parseSync(source, { syntax: "typescript" }).body, (node) => {
    const text = textOf(node);
    if (text !== undefined) texts.push(text);
  });
  return texts;
}

/** Calls with what they are given first and second, where that is a text. */
function callsIn(source: string) {
  const calls: { readonly callee: string; readonly texts: readonly (string | undefined)[] }[] = [];
  walk(parseSync(source, { syntax: "typescript" }).body, (node) => {
    if (node.type !== "CallExpression" && node.type !== "NewExpression") return;
    const { value } = node.callee as { value?: string };
    const given = (node.arguments ?? []) as { expression: unknown }[];
    if (value) calls.push({ callee: value, texts: given.map(({ expression }) => textOf(expression)) });
  });
  return calls;
}
