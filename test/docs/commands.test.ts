import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { COMMANDS } from "@secret-handoff/cli";

/** A reader who types what a document shows must not be told that it does not exist. */

const FILES = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "terraform/README.md"],
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !name.startsWith("reference"))
    .map((name) => join("docs", name)),
];

/** What is to be typed: blocks, with their continued lines joined, and code in a line of text. */
function codeOf(file: string): readonly string[] {
  const text = readFileSync(file, "utf8").replace(/ \\\n\s*/g, " ");
  const blocks = [...text.matchAll(/^```[\s\S]*?^```/gm)].flatMap(([block]) => block.split("\n"));
  const inline = [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`]+)`/g)].map(([, code = ""]) =>
    code.replace(/\s+/g, " "),
  );
  return [...blocks, ...inline].map((line) => line.replace(/ #.*$/, ""));
}

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
/** For every command of the terminal. */
const EVERYWHERE = ["help", "json", "version"];
const FOR_SENDERS = ["endpoint", "auth", "profile", "region", "timeout"];

test.each(FILES)("each npm script that %s names exists, and so does each proof", (file) => {
  const code = codeOf(file);
  const run = code.flatMap((line) => [...line.matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)/g)]);
  expect(run.map(([, name = ""]) => name).filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  const proofs = code.flatMap((line) => [...line.matchAll(/\bnpm run proof -- ([a-z][\w-]*)/g)]);
  expect(
    proofs.map(([, name = ""]) => name).filter((name) => !existsSync(`test/proof/${name}.test.ts`)),
  ).toEqual([]);
});

test.each(FILES)("each command of the terminal that %s shows exists, with each of its options", (file) => {
  const wrong: string[] = [];
  for (const line of codeOf(file)) {
    const [, typed] = /(?:^|[$|(;&] ?|npx )secret-handoff ([a-z].*)$/.exec(line) ?? [];
    if (typed === undefined) continue;
    const [own = ""] = typed.split(/ [|&>;]|\)/);
    const words = own.split(/\s+/);
    const name = [words.slice(0, 2).join(" "), words[0] ?? ""].find((name) => Object.hasOwn(COMMANDS, name));
    if (name === undefined) {
      wrong.push(own);
      continue;
    }
    const { options = {}, callsService = false } = COMMANDS[name] ?? {};
    const known = [...Object.keys(options), ...EVERYWHERE, ...(callsService ? FOR_SENDERS : [])];
    for (const [, option = ""] of own.matchAll(/ --([a-z][\w-]*)/g))
      if (!known.includes(option)) wrong.push(`${name} --${option}`);
  }
  expect(wrong).toEqual([]);
});

test("the documents show commands of most kinds", () => {
  const shown = FILES.flatMap(codeOf).join("\n");
  const missing = Object.keys(COMMANDS).filter((name) => !shown.includes(name));
  expect(missing).toEqual([]);
  expect([...shown.matchAll(/secret-handoff [a-z]/g)].length).toBeGreaterThan(30);
});
