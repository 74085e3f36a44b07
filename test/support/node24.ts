import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const DOWNLOAD_MS = 120_000;

export type FoundNode = { readonly path: string } | { readonly why: string };

/** The Node.js that `runs: using: node24` names: this one, or the binary that the npm package `node` carries. */
export async function findNode24(): Promise<FoundNode> {
  if (process.versions.node.startsWith("24.")) return { path: process.execPath };
  try {
    const { stdout } = await run("npx", ["-y", "node@24", "-p", "process.execPath"], {
      timeout: DOWNLOAD_MS,
    });
    const path = stdout.trim();
    const { stdout: version } = await run(path, ["--version"]);
    return version.startsWith("v24.") ? { path } : { why: `npm's node@24 says it is ${version.trim()}` };
  } catch (error) {
    const [first = "unknown"] = error instanceof Error ? error.message.split("\n") : [];
    return { why: `Node.js 24 cannot be had by npx: ${first}` };
  }
}
