import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { full, report } from "../support/tier.ts";

/**
 * What npm would publish, used from an empty folder outside this repository: types checked without skipLibCheck, and a stack
 * synthesised. Once over this repository's dependencies and compiler, and as projects have them: installed from npm, with the
 * compiler that they have today. The local stack is used as docs/local.md says, with the packed SDK and command line. To pack everything takes half a minute, so `npm cit` leaves it to the proof.
 */
const PACKED = resolve(".data/packages");
const NAMES = ["protocol", "sdk", "lambda", "cdktf"];
const LOCAL_NAMES = ["protocol", "sdk", "lambda", "local", "cli"];
const MINUTES = 60_000;

/** Reads a secret's class, checks recipients, and describes a deployment: one import of each package. */
const program = (extension: string) => `
import { AwsProvider } from "@cdktf/provider-aws/lib/provider${extension}";
import { SecretHandoff, SecretHandoffSender } from "@secret-handoff/cdktf";
import { handoffIdOf, seal } from "@secret-handoff/protocol";
import { DEFAULT_CLASSES } from "@secret-handoff/protocol/api";
import { parseRecipients, SenderError } from "@secret-handoff/sdk";
import { App, TerraformStack } from "cdktf";

const app = new App({ outdir: process.argv[2] ?? "cdktf.out" });
const stack = new TerraformStack(app, "platform");
new AwsProvider(stack, "aws", { region: "eu-west-1" });
const { outputs } = new SecretHandoff(stack, "handoff", {
  mail: { kind: "ses", identity: "example.com", from: "handoff@example.com" },
  senders: [{ repositoryId: "123456789", may: ["send", "revoke"] }],
});
const endpoint: string = outputs.endpoint;
if (endpoint === "" || DEFAULT_CLASSES.length === 0 || [seal, handoffIdOf, SecretHandoffSender].includes(undefined as never)) {
  throw new Error("something is missing");
}
try {
  parseRecipients("no address");
} catch (error) {
  if (!(error instanceof SenderError)) throw error;
}
app.synth();
`;

type Project = {
  readonly name: string;
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly file: string;
  readonly extension: string;
  readonly compilerOptions: Readonly<Record<string, unknown>>;
  /** Takes what it depends on from this repository in place of npm. */
  readonly overThisRepository?: boolean;
  readonly cdktf?: string;
  readonly provider?: string;
};

const NODE_NEXT = {
  target: "ES2022",
  module: "NodeNext",
  moduleResolution: "NodeNext",
  exactOptionalPropertyTypes: true,
};

const PROJECTS: readonly Project[] = [
  {
    name: "ES modules, over this repository's dependencies",
    manifest: { type: "module" },
    file: "main.ts",
    extension: "/index.js",
    compilerOptions: NODE_NEXT,
    overThisRepository: true,
  },
  {
    name: "ES modules",
    manifest: { type: "module" },
    file: "main.ts",
    extension: "/index.js",
    compilerOptions: NODE_NEXT,
  },
  {
    name: "CommonJS that TypeScript resolves as Node.js does",
    manifest: {},
    file: "main.ts",
    extension: "/index.js",
    compilerOptions: NODE_NEXT,
  },
  {
    name: "the project that cdktf init writes: CommonJS and the older resolution",
    manifest: {},
    file: "main.ts",
    extension: "",
    compilerOptions: {
      target: "ES2018",
      lib: ["es2018"],
      module: "CommonJS",
      stripInternal: true,
      declaration: true,
    },
  },
  {
    name: "ES modules with cdktn in cdktf's place",
    manifest: { type: "module" },
    file: "main.ts",
    extension: "/index.js",
    compilerOptions: NODE_NEXT,
    cdktf: "npm:cdktn@^0.24.0",
    provider: "npm:@cdktn/provider-aws@^25.7.0",
  },
];

const folders: string[] = [];
let home = "";

beforeAll(() => {
  if (!full) return;
  execFileSync("npm", ["run", "--silent", "packages"], { stdio: ["ignore", "ignore", "inherit"] });
  home = mkdtempSync(join(tmpdir(), "secret-handoff-packages-"));
  folders.push(home);
}, 5 * MINUTES);

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder of dependencies in which our packages are the packed ones and the rest is this repository's. */
function unpackOver(dependencies: string, target: string): void {
  mkdirSync(join(target, "@secret-handoff"), { recursive: true });
  for (const name of readdirSync(dependencies)) {
    if (!name.startsWith(".") && name !== "@secret-handoff")
      symlinkSync(join(dependencies, name), join(target, name));
  }
  for (const name of NAMES) {
    const folder = join(target, "@secret-handoff", name);
    mkdirSync(folder);
    execFileSync("tar", ["-xzf", join(PACKED, `${name}.tgz`), "--strip-components=1", "--directory", folder]);
  }
}

function install(folder: string, { cdktf = "0.21.0", provider = "21.22.1" }: Project): void {
  const ours = NAMES.map((name) => join(PACKED, `${name}.tgz`));
  const theirs = [`cdktf@${cdktf}`, `@cdktf/provider-aws@${provider}`, "constructs@10.7.2"];
  const tools = ["typescript@5", "tsx@4", "@types/node@20"];
  run(folder, "npm", "install", "--no-audit", "--no-fund", "--loglevel=error", ...ours, ...theirs, ...tools);
}

function run(cwd: string, command: string, ...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}\n${stdout}\n${stderr}`);
}

describe.each(PROJECTS)("in $name", (project) => {
  (full ? test : test.skip)(
    "the packages' types are whole, and a stack synthesises with the functions inside",
    () => {
      const folder = mkdtempSync(join(home, "project-"));
      writeFileSync(
        join(folder, "package.json"),
        JSON.stringify({ name: "platform", version: "1.0.0", private: true, ...project.manifest }),
      );
      writeFileSync(
        join(folder, "tsconfig.json"),
        JSON.stringify({
          compilerOptions: {
            strict: true,
            noEmit: true,
            skipLibCheck: false,
            types: ["node"],
            ...project.compilerOptions,
          },
          files: [project.file],
        }),
      );
      writeFileSync(join(folder, project.file), program(project.extension));
      if (project.overThisRepository) unpackOver(resolve("node_modules"), join(folder, "node_modules"));
      else install(folder, project);
      const bin = join(project.overThisRepository ? resolve(".") : folder, "node_modules/.bin");
      run(folder, join(bin, "tsc"));
      run(folder, join(bin, "tsx"), project.file, join(folder, "out"));
      const stack = JSON.parse(readFileSync(join(folder, "out/stacks/platform/cdk.tf.json"), "utf8"));
      const resources = Object.values<object>(stack.resource).flatMap((kind) => Object.keys(kind));
      expect(Object.keys(stack.resource.aws_lambda_function)).toHaveLength(5);
      expect(existsSync(join(folder, "out/stacks/platform/assets"))).toBe(true);
      report(`${project.name}: ${resources.length} resources`);
    },
    10 * MINUTES,
  );
});

/** Runs in CommonJS, and in a project that TypeScript resolves the older way. */
const required = `
import { type Addresses, type LocalStackOptions, Recipient, startLocalStack } from "@secret-handoff/local";

const options: LocalStackOptions = { engine: "dynalite" };
startLocalStack(options).then(async (stack) => {
  const { url }: Addresses = stack.addresses;
  const { status } = await fetch(url + "/h/x");
  await stack.close();
  if (status !== 200 || typeof Recipient !== "function") throw new Error("something is missing");
});
`;

const LOCAL_PROJECTS = [
  {
    name: "an ES module",
    type: "module",
    file: "integration.test.ts",
    arguments: ["--test"],
    compilerOptions: NODE_NEXT,
  },
  {
    name: "CommonJS that TypeScript resolves as Node.js does",
    type: "commonjs",
    file: "main.ts",
    arguments: [],
    compilerOptions: NODE_NEXT,
  },
] as const;

/** Every process whose command line names the folder: what was started from there and has not ended. */
function runningFrom(folder: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder);
    } catch {
      return false; // it ended while it was looked at
    }
  });
}

describe("the local stack, from its package in an empty folder", () => {
  let folder = "";

  beforeAll(() => {
    if (!full) return;
    folder = mkdtempSync(join(home, "local-"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "orders", private: true }));
    const ours = LOCAL_NAMES.map((name) => join(PACKED, `${name}.tgz`));
    const tools = ["typescript@5", "tsx@4", "@types/node@20"];
    run(folder, "npm", "install", "--no-audit", "--no-fund", "--loglevel=error", ...ours, ...tools);
    copyFileSync("examples/integration.test.ts", join(folder, "integration.test.ts"));
    writeFileSync(join(folder, "main.ts"), required);
  }, 5 * MINUTES);

  (full ? test : test.skip).each(LOCAL_PROJECTS)(
    "$name has whole types, hands secrets over, and leaves nothing running",
    ({ type, file, arguments: given, compilerOptions }) => {
      writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "orders", private: true, type }));
      writeFileSync(
        join(folder, "tsconfig.json"),
        JSON.stringify({
          compilerOptions: {
            strict: true,
            noEmit: true,
            skipLibCheck: false,
            types: ["node"],
            ...compilerOptions,
          },
          files: [file],
        }),
      );
      const bin = join(folder, "node_modules/.bin");
      run(folder, join(bin, "tsc"));
      run(folder, join(bin, "tsx"), ...given, file);
      expect(runningFrom(folder)).toEqual([]);
      report(`${type}: ${file} passed`);
    },
    5 * MINUTES,
  );

  (full ? test : test.skip)(
    "its command prints one JSON line, serves the page of the functions, and ends when npx is ended",
    async () => {
      const command = spawn("npx", ["secret-handoff-local"], {
        cwd: folder,
        stdio: ["ignore", "pipe", "ignore"],
      });
      const [line] = await once(command.stdout, "data");
      const { url } = JSON.parse(String(line));
      const page = await (await fetch(`${url}/h/x`)).text();
      expect(page).toBe(readFileSync("packages/lambda/dist/recipient/page.html", "utf8"));
      const ended = once(command.stdout, "close");
      command.kill("SIGTERM");
      await ended;
      await expect(fetch(url)).rejects.toThrow();
      expect(runningFrom(folder)).toEqual([]);
    },
    MINUTES,
  );
});
