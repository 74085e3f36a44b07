import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { buildPage } from "@secret-handoff/page";
import { build } from "esbuild";
import { median } from "./load.ts";

const FUNCTIONS = ["recipient", "sender", "drainer", "sweeper", "sealer"] as const;
const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Bytes of something that is loaded: as it is, and as it travels. */
export type Size = {
  readonly what: string;
  readonly bytes: number;
  readonly gzip: number;
  readonly brotli: number;
};

/** Builds the four functions as a deployment does, into `folder`. */
export function buildFunctions(folder: string): void {
  execFileSync(process.execPath, ["--import", "tsx", "packages/lambda/build.ts", folder], { cwd: ROOT });
}

/** @param functions the folder with the four built functions */
export async function measureSizes(functions: string): Promise<readonly Size[]> {
  const { html, languages, modules } = await buildPage();
  const page = sizeOf("the recipient's page, all of a first load in English", Buffer.from(html));
  return [
    page,
    ...Object.entries(languages).map(([tag, text]) =>
      together(`first load in ${tag}: the page and its sentences`, page, sizeOf("", Buffer.from(text))),
    ),
    ...Object.entries(modules).map(([name, text]) => sizeOf(`the page's module ${name}`, Buffer.from(text))),
    sizeOf("the action's bundle", readFileSync(join(ROOT, "packages/action/dist/index.cjs"))),
    ...FUNCTIONS.map((name) => sizeOf(`function ${name}`, readFileSync(`${functions}/${name}/index.js`))),
  ];
}

function together(what: string, one: Size, other: Size): Size {
  return {
    what,
    bytes: one.bytes + other.bytes,
    gzip: one.gzip + other.gzip,
    brotli: one.brotli + other.brotli,
  };
}

function sizeOf(what: string, bytes: Buffer): Size {
  return {
    what,
    bytes: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes).length,
  };
}
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
  RECIPIENT_MAC_KEY_ID: "k",
  RECIPIENT_ADDRESS_KEY_ID: "k",
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
/** What import times are held against: the bare client with the same options. */
async function buildBareClient(file: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    stdin: {
      contents:
        'import { DynamoDBClient } from "@aws-sdk/client-dynamodb"; export const client = new DynamoDBClient({});',
      resolveDir: `${ROOT}/packages/lambda`,
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
