import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { buildBareClient } from "./functions.ts";
import { median } from "./median.ts";

/** Milliseconds from the first line of a fresh process until a module is loaded. */
export type ImportTime = {
  readonly what: string;
  readonly median: number;
  readonly min: number;
  readonly toBare: number;
};

const ROUNDS = 25;
const ENVIRONMENT = {
  ORIGIN: "https://handoff.example.com",
  TABLE_NAME: "t",
  AUDIT_TABLE_NAME: "a",
  PSEUDONYM_KEY_ID: "k",
  MAIL_FROM: "handoff@example.com",
  EVENT_BUS_NAME: "b",
  CONFIG: JSON.stringify({ issuer: "https://token.actions.githubusercontent.com", senders: [] }),
  AWS_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
};
const SCRIPT =
  "const t=performance.now();require(process.argv[1]);process.stdout.write(String(performance.now()-t));process.exit(0)";

/** Loads each function in fresh processes, in turn with the bare client, so that what drifts drifts for all. */
export async function measureImports(functions: string): Promise<readonly ImportTime[]> {
  const bare = join(functions, "bare.cjs");
  await buildBareClient(bare);
  const modules = new Map([
    ["bare @aws-sdk/client-dynamodb", bare],
    ["function recipient", join(functions, "recipient/index.js")],
    ["function sender", join(functions, "sender/index.js")],
  ]);
  const times = new Map<string, number[]>([...modules.keys()].map((what) => [what, []]));
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const [what, file] of modules) {
      const took = Number(
        execFileSync(process.execPath, ["-e", SCRIPT, file], { env: ENVIRONMENT }).toString(),
      );
      if (round >= 0) times.get(what)?.push(took);
    }
  }
  const bareMedian = median(times.get("bare @aws-sdk/client-dynamodb") ?? []);
  return [...times].map(([what, all]) => ({
    what,
    median: median(all),
    min: Math.min(...all),
    toBare: median(all) / bareMedian,
  }));
}
