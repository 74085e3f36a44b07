import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { INPUTS } from "@secret-handoff/action";
import { COMMANDS, OPTION_NAMES } from "@secret-handoff/cli";

/** Whoever knows the action knows the command: docs/cli.md names each difference. */

const send = Object.keys(COMMANDS.send?.options ?? {});
const docs = readFileSync(join(import.meta.dirname, "../../docs/cli.md"), "utf8");
const section = /^## The action's inputs as options\n([\s\S]*?)^## /m.exec(docs)?.[1] ?? "";

test("each input of the action is an option of send of the same name, or docs/cli.md says what takes its place", () => {
  const others = Object.keys(INPUTS).filter(
    (name) => ![...send, "endpoint", "region", "timeout"].includes(name),
  );
  expect(others.filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
});

test("each option of send is an input of the same name, or docs/cli.md says why not", () => {
  const others = send.filter((name) => !Object.hasOwn(INPUTS, name));
  expect(others.filter((name) => !section.includes(`\`--${name}`))).toEqual([]);
});

test("every option that a sentence names is one", () => {
  const known = Object.values(COMMANDS).flatMap(({ options = {} }) => Object.keys(options));
  const service = ["endpoint", "region", "profile"];
  const named = Object.values(OPTION_NAMES).flatMap((text) =>
    [...text.matchAll(/--([a-z-]+)/g)].map(([, name]) => name ?? ""),
  );
  expect(named.filter((name) => ![...known, ...service].includes(name))).toEqual([]);
  expect(named.length).toBeGreaterThan(30);
});
