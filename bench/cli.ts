import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./load.ts";

/** Milliseconds of whole processes. */
export type CliStart = { readonly bareNode: number; readonly help: number; readonly toBare: number };

const ROUNDS = 25;

/** How long the built command's `--help` takes, in turn with a Node.js that does nothing, so that what drifts drifts for both. */
export function measureCliStart(): CliStart {
  const folder = mkdtempSync(join(tmpdir(), "secret-handoff-cli-bench-"));
  try {
    execFileSync(process.execPath, ["--import", "tsx", "packages/cli/build.ts", folder]);
    const bare: number[] = [];
    const help: number[] = [];
    for (let round = -2; round < ROUNDS; round += 1) {
      const bareMs = timed(["-e", "0"]);
      const helpMs = timed([join(folder, "main.js"), "--help"]);
      if (round >= 0) {
        bare.push(bareMs);
        help.push(helpMs);
      }
    }
    return { bareNode: median(bare), help: median(help), toBare: median(help) / median(bare) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timed(args: readonly string[]): number {
  const from = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
  if (status !== 0) throw new Error(`node ${args[0]} ended with ${status}`);
  return performance.now() - from;
}
