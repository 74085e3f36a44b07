import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "@jest/globals";
import { emptyFunctions } from "../cdktf/synthesis.ts";
import { atTier, report } from "../support/tier.ts";

/** Beside other tests the time says little about the program: there it only must not hang. */
const PATIENCE = atTier({ cit: 20, proof: 1 });

type Run = { readonly seconds: number; readonly megabytes: number; readonly output: string };

/** Runs a program and watches what it and its children need. */
function run(args: readonly string[], cwd: string): Promise<Run> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, NODE_ENV: "" } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  let megabytes = 0;
  const watch = setInterval(() => {
    megabytes = Math.max(megabytes, residentMegabytes(child.pid ?? 0));
  }, 20);
  return new Promise((done, fail) => {
    child.once("close", (code) => {
      clearInterval(watch);
      const seconds = (performance.now() - started) / 1_000;
      if (code === 0) done({ seconds, megabytes, output });
      else fail(new Error(`${args.join(" ")} ended with ${code}:\n${output}`));
    });
  });
}

/** Of a process and all below it; 0 where there is no /proc. */
function residentMegabytes(pid: number): number {
  const status = `/proc/${pid}/status`;
  const children = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(status) || !existsSync(children)) return 0;
  try {
    const own = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(status, "utf8"))?.[1] ?? 0) / 1_024;
    const below = readFileSync(children, "utf8").split(" ").filter(Boolean).map(Number);
    return own + below.reduce((sum, child) => sum + residentMegabytes(child), 0);
  } catch {
    // It ended between the look and the read.
    return 0;
  }
}

function filesIn(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [file.slice(folder.length), readFileSync(file).toString("base64")];
    }),
  );
}

test("npm run synth twice gives identical files, each in under 2 s", async () => {
  const code = emptyFunctions();
  const results: Readonly<Record<string, string>>[] = [];
  for (const cwd of [mkdtempSync(join(tmpdir(), "synth-a-")), mkdtempSync(join(tmpdir(), "synth-b-"))]) {
    const { seconds, output } = await run(
      [
        "--import",
        resolve("node_modules/tsx/dist/loader.mjs"),
        resolve("packages/cdktf/synth.ts"),
        "--config",
        resolve("examples/handoff.config.ts"),
        "--code",
        code,
      ],
      cwd,
    );
    report(`synth: ${seconds.toFixed(2)} s`);
    expect(seconds).toBeLessThan(2 * PATIENCE);
    expect(output.trim().split("\n").at(-1)).toBe(join(cwd, "cdktf.out/stacks/secret-handoff/cdk.tf.json"));
    results.push(filesIn(join(cwd, "cdktf.out")));
  }
  const [first, second] = results;
  expect(Object.keys(first ?? {}).length).toBeGreaterThanOrEqual(5);
  expect(first).toEqual(second);
});

test("the package type-checks in under 5 s and 500 MB", async () => {
  const project = join(mkdtempSync(join(tmpdir(), "typecheck-")), "tsconfig.json");
  writeFileSync(
    project,
    JSON.stringify({
      extends: resolve("tsconfig.json"),
      compilerOptions: { typeRoots: [resolve("node_modules/@types")] },
      include: [resolve("packages/cdktf/src"), resolve("packages/cdktf/*.ts")],
    }),
  );
  const { seconds, megabytes } = await run(
    [resolve("node_modules/typescript/bin/tsc"), "-p", project],
    process.cwd(),
  );
  report(`typecheck: ${seconds.toFixed(2)} s, ${megabytes.toFixed(0)} MB`);
  expect(seconds).toBeLessThan(5 * PATIENCE);
  expect(megabytes).toBeLessThan(500);
});
