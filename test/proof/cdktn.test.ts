import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { build } from "esbuild";
import { EVERYTHING } from "../cdktf/configurations.ts";
import { emptyFunctions, synthesise } from "../cdktf/synthesis.ts";
import { full, report } from "../support/tier.ts";

/** The maintained successor, under its own name. Not among the project's dependencies: its bindings take another 450 MB. */
const PACKAGES = ["cdktn@0.24.0", "@cdktn/provider-aws@25.7.0", "constructs@10.7.2"];
const HOME = resolve("node_modules/.cache/secret-handoff/cdktn");

type Difference = { readonly path: string; readonly cdktf: unknown; readonly cdktn: unknown };
const REVIEWED = JSON.parse(
  readFileSync(new URL("../cdktf/fixtures/cdktn-differences.json", import.meta.url), "utf8"),
) as { readonly differences: readonly (Difference & { readonly verdict: string })[] };

/** @returns how to run a program on a Node.js that cdktn accepts, or the reason why there is none */
function newerNode(): readonly [string, ...string[]] | string {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 11)) return [process.execPath];
  const npx = spawnSync("npx", ["-y", "node@24", "--version"]);
  return npx.status === 0 ? ["npx", "-y", "node@24"] : "cdktn needs Node.js 22.11 or later, and npx has none";
}

/** @returns the reason why cdktn is not there, if it is not */
function missing(): string | undefined {
  if (existsSync(join(HOME, "node_modules/cdktn/package.json"))) return undefined;
  if (!full) return "cdktn is not installed (npm run proof -- cdktn installs it)";
  mkdirSync(HOME, { recursive: true });
  writeFileSync(join(HOME, "package.json"), JSON.stringify({ private: true }));
  const install = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", ...PACKAGES], {
    cwd: HOME,
  });
  return install.status === 0 ? undefined : "cdktn could not be installed from the npm registry";
}

const node = newerNode();
const why = missing() ?? (typeof node === "string" ? node : undefined);
if (why !== undefined) report(`skipped: ${why}`);
const withCdktn = why === undefined ? test : test.skip;

/** Every place in which two JSON values differ. */
function differences(a: unknown, b: unknown, path = ""): readonly Difference[] {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return a === b ? [] : [{ path, cdktf: a, cdktn: b }];
  }
  const [left, right] = [a, b].map((value) => new Map(Object.entries(value))) as [
    Map<string, unknown>,
    Map<string, unknown>,
  ];
  const keys = new Set([...left.keys(), ...right.keys()]);
  return [...keys].flatMap((key) =>
    differences(left.get(key), right.get(key), path === "" ? key : `${path}.${key}`),
  );
}

describe("the same source under cdktn", () => {
  withCdktn("synthesises what it does under cdktf, but for the reviewed differences", async () => {
    const program = join(HOME, "synth.mjs");
    // The configuration names it beside itself.
    cpSync("test/cdktf/fixtures/logo.svg", join(HOME, "fixtures/logo.svg"));
    await build({
      entryPoints: [resolve("test/cdktf/synth-everything.ts")],
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      alias: { cdktf: "cdktn", "@cdktf/provider-aws": "@cdktn/provider-aws" },
      external: ["cdktn", "@cdktn/*", "constructs"],
      logLevel: "silent",
    });
    const code = emptyFunctions();
    const outdir = mkdtempSync(join(tmpdir(), "secret-handoff-cdktn-"));
    const [command = "", ...args] = node as readonly string[];
    const run = spawnSync(command, [...args, program, outdir, code], { encoding: "utf8" });
    expect({ status: run.status, stderr: run.status === 0 ? "" : run.stderr }).toEqual({
      status: 0,
      stderr: "",
    });

    const { json } = synthesise(EVERYTHING, code);
    const cdktn = JSON.parse(
      readFileSync(join(outdir, "stacks/secret-handoff/cdk.tf.json"), "utf8"),
    ) as unknown;
    const found = differences(json, cdktn);
    report(`cdktf and cdktn differ in ${found.length} places: ${found.map(({ path }) => path).join(", ")}`);
    expect(found).toEqual(
      REVIEWED.differences.map(({ path, cdktf, cdktn: other }) => ({ path, cdktf, cdktn: other })),
    );
  });

  test("has a verdict on each difference", () => {
    for (const { verdict } of REVIEWED.differences) expect(verdict.length).toBeGreaterThan(10);
  });
});
