import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "@jest/globals";
import { buildModules, FUNCTION_NAMES } from "@secret-handoff/cdktf";
import { built } from "../support/built.ts";

let code: string;
beforeAll(() => {
  code = built("packages/lambda/build.ts");
});

test("the functions are built with the licence of every package that they or the page hold, beside what is deployed", () => {
  const licences = readFileSync(join(code, "THIRD-PARTY.txt"), "utf8");
  const held = [
    "@aws-sdk/client-dynamodb",
    "@noble/ciphers",
    "@noble/hashes",
    "hono",
    "jose",
    "nodemailer",
    "valibot",
  ];
  expect(held.filter((name) => !licences.includes(`\n${name} `))).toEqual([]);
  expect(licences).not.toContain("licence not stated");
  expect(licences).not.toContain(process.cwd());
  expect(readdirSync(code).sort()).toEqual(["THIRD-PARTY.txt", ...FUNCTION_NAMES].sort());
});

test("the plain modules pass the licences on with the functions", () => {
  const folder = mkdtempSync(join(tmpdir(), "secret-handoff-modules-"));
  try {
    buildModules(join(folder, "module"), code);
    const passedOn = readFileSync(join(folder, "module/functions/THIRD-PARTY.txt"), "utf8");
    expect(passedOn).toBe(readFileSync(join(code, "THIRD-PARTY.txt"), "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
