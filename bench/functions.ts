import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const FUNCTIONS = ["recipient", "sender", "drainer", "sweeper"] as const;

const root = fileURLToPath(new URL("../", import.meta.url));

/** Builds the four functions as a deployment does, into `folder`. */
export function buildFunctions(folder: string): void {
  execFileSync(process.execPath, ["--import", "tsx", "packages/lambda/build.ts", folder], { cwd: root });
}

/** What import times are held against: the bare client with the same options. */
export async function buildBareClient(file: string): Promise<void> {
  await build({
    absWorkingDir: root,
    stdin: {
      contents:
        'import { DynamoDBClient } from "@aws-sdk/client-dynamodb"; export const client = new DynamoDBClient({});',
      resolveDir: `${root}/packages/lambda`,
    },
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
  });
}
