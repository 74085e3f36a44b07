import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { describe, expect, test } from "@jest/globals";

const BUILT_IN = new Set(builtinModules);
/** Asked for by the AWS SDK where it happens to be installed, for regions that sign in another way. */
const OPTIONAL = new Set(["@aws-sdk/signature-v4-crt"]);
const ROOT = new URL("../../", import.meta.url);
const BUNDLE = "packages/action/dist/index.cjs";
const text = readFileSync(new URL(BUNDLE, ROOT), "utf8");
const licences = readFileSync(new URL("packages/action/dist/THIRD-PARTY.txt", ROOT), "utf8");

function beside(name: string): string {
  return readFileSync(new URL(`packages/action/dist/${name}`, ROOT), "utf8");
}

test("what is committed is what the source builds, byte for byte", () => {
  const check = spawnSync(process.execPath, ["--import", "tsx", "packages/action/build.ts", "--check"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  expect([check.status, check.stderr]).toEqual([0, ""]);
});

describe("the bundle", () => {
  test("is CommonJS that needs nothing but Node, and two libraries beside it where a recipient has a key", () => {
    const files = [text, beside("age.cjs"), beside("openpgp.cjs").replaceAll("'", '"')].join("\n");
    const needed = new Set([...files.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name ?? ""));
    const loaded = new Set([...text.matchAll(/\bimport\("([^"]+)"\)/g)].map(([, name]) => name ?? ""));
    expect([...loaded].filter((name) => name.startsWith(".")).sort()).toEqual(["./age.cjs", "./openpgp.cjs"]);
    const foreign = [...needed].filter(
      (name) => !BUILT_IN.has(name.replace(/^node:/, "")) && !OPTIONAL.has(name),
    );
    expect(foreign).toEqual([]);
    expect(text).not.toMatch(/Dynamic require of/);
  });

  test("holds no path of the machine that built it", () => {
    expect(text).not.toContain(new URL(".", ROOT).pathname);
    expect(text).not.toMatch(/file:\/\/\/[a-z]/);
  });

  test("is readable and below 3.2 MB", () => {
    expect(Buffer.byteLength(text)).toBeLessThan(3_200_000);
    const lines = text.split("\n");
    expect(lines.filter((line) => line.length > 200).length).toBeLessThan(lines.length / 200);
  });

  test("comes with the licence of every package it holds", () => {
    const held = new Set(
      [...`${text}\n${beside("age.cjs")}`.matchAll(/^\s*\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)].map(
        ([, name]) => name ?? "",
      ),
    );
    expect(held.size).toBeGreaterThan(10);
    expect(held).toContain("age-encryption");
    expect([...held, "openpgp"].filter((name) => !licences.includes(`\n${name} `))).toEqual([]);
    expect(licences).not.toContain("licence not stated");
  });

  test("a summary that cannot be written is a warning", () => {
    const { status, stdout } = spawnSync(process.execPath, [BUNDLE], {
      cwd: ROOT,
      encoding: "utf8",
      env: { GITHUB_REPOSITORY: "acme/orders", GITHUB_STEP_SUMMARY: "/nowhere/summary" },
    });
    expect([status, stdout.trim().split("\n").at(-1)]).toEqual([
      1,
      "::warning::The job summary could not be written.",
    ]);
  });

  test("outputs that cannot be written are reported before anything is begun", () => {
    const { status, stdout } = spawnSync(process.execPath, [BUNDLE], {
      cwd: ROOT,
      encoding: "utf8",
      env: { GITHUB_REPOSITORY: "acme/orders", GITHUB_OUTPUT: "/nowhere/output" },
    });
    expect([status, stdout.trim().split("\n")]).toEqual([
      1,
      [
        "::error::The step's outputs cannot be written (ENOENT), so nothing was begun. Check the file that GITHUB_OUTPUT names, and the disk of the runner.",
      ],
    ]);
  });

  test("started with nothing set reports each input that is missing and fails", () => {
    const { status, stdout } = spawnSync(process.execPath, [BUNDLE], {
      cwd: ROOT,
      encoding: "utf8",
      env: { GITHUB_REPOSITORY: "acme/orders" },
    });
    expect(status).toBe(1);
    expect(stdout.trim().split("\n")).toEqual(
      [
        "The input endpoint is not set. Set it under with: in the workflow.",
        "The input class is not set. Set it under with: in the workflow.",
        "Nothing to hand over: set secret-ids, parameters, other-secrets, values, values-file or source.",
        "Nobody to hand over to: set recipients or recipients-file.",
      ].map((sentence) => `::error::${sentence}`),
    );
  });
});
