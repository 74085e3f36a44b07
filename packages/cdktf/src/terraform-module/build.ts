import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { App, type TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { FUNCTION_NAMES, packFolder, sha256Of } from "../functions/archive.ts";
import { DOMAIN_VARIABLES, DomainModule, EDGE_VARIABLES, EdgeModule } from "./front.ts";
import { GITHUB_VARIABLES, GitHubModule } from "./github.ts";
import { SERVICE_VARIABLES, ServiceModule } from "./service.ts";
import { type Variable, variableBlocks } from "./variables.ts";

type Module = {
  /** Folder within the module's own. */
  readonly folder: string;
  readonly title: string;
  readonly variables: Readonly<Record<string, Variable>>;
  readonly aliases: readonly string[];
  readonly build: (scope: Construct, id: string) => TerraformStack;
};

const TEXTS = fileURLToPath(new URL("../../terraform-module/", import.meta.url));

/**
 * Writes the service and what leads to it as plain Terraform modules, for Terraform and OpenTofu without CDKTF. The same
 * code gives the same files.
 * @param code folder with the built functions
 * @param target folder to write to; what it held is replaced
 */
export function buildModules(code: string, target: string): void {
  rmSync(target, { recursive: true, force: true });
  const archives = Object.fromEntries(FUNCTION_NAMES.map((name) => [name, packFolder(join(code, name))]));
  const codeOf = (name: string) => ({
    path: `\${path.module}/functions/${name}.zip`,
    sha256: sha256Of(archives[name] ?? Buffer.alloc(0)),
  });
  const modules: readonly Module[] = [
    {
      folder: ".",
      title: "the service",
      variables: SERVICE_VARIABLES,
      aliases: [],
      build: (scope, id) =>
        new ServiceModule(scope, id, {
          recipient: codeOf("recipient"),
          sender: codeOf("sender"),
          drainer: codeOf("drainer"),
          sweeper: codeOf("sweeper"),
        }),
    },
    {
      folder: "modules/domain",
      title: "a host name on the API",
      variables: DOMAIN_VARIABLES,
      aliases: [],
      build: (scope, id) => new DomainModule(scope, id),
    },
    {
      folder: "modules/edge",
      title: "CloudFront and WAF in front of the API",
      variables: EDGE_VARIABLES,
      aliases: ["aws.us_east_1"],
      build: (scope, id) => new EdgeModule(scope, id),
    },
    {
      folder: "modules/github",
      title: "the role of a sending workflow",
      variables: GITHUB_VARIABLES,
      aliases: [],
      build: (scope, id) => new GitHubModule(scope, id),
    },
  ];
  for (const [name, archive] of Object.entries(archives)) write(target, `functions/${name}.zip`, archive);
  const notices = join(code, "THIRD-PARTY.txt");
  if (existsSync(notices)) write(target, "functions/THIRD-PARTY.txt", readFileSync(notices));
  const interfaces = modules.map((module) => {
    const json = plainModule(synthesise(module.build), module.variables, module.aliases);
    write(target, `${module.folder}/main.tf.json`, `${JSON.stringify(json, undefined, 2)}\n`);
    const outputs = Object.keys((json.output ?? {}) as object);
    return `### ${module.folder === "." ? "This module" : module.folder}: ${module.title}\n\n${interfaceTables(module.variables, outputs)}`;
  });
  cpSync(TEXTS, target, { recursive: true });
  const readme = readFileSync(join(TEXTS, "README.md"), "utf8");
  write(target, "README.md", `${readme}\n## Inputs and outputs\n\n${interfaces.join("\n")}`);
}

function synthesise(build: Module["build"]): Record<string, unknown> {
  const outdir = mkdtempSync(join(tmpdir(), "secret-handoff-module-"));
  try {
    // A module has no provider of its own, which cdktf would refuse.
    const app = new App({ outdir, skipValidation: true });
    build(app, "module");
    app.synth();
    return JSON.parse(readFileSync(join(outdir, "stacks/module/cdk.tf.json"), "utf8")) as Record<
      string,
      unknown
    >;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function write(target: string, name: string, data: string | Uint8Array): void {
  const file = join(target, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, data);
}

/** What a synthesised stack must lose to become a module: its state, its providers and cdktf's own notes. */
type Synthesised = {
  readonly [block: string]: unknown;
  readonly terraform?: { readonly [part: string]: unknown };
};

/** 5.100 is the oldest that the module is tested with; the bindings are written for 6. */
const AWS_VERSIONS = ">= 5.100.0, < 7.0.0";
const TERRAFORM_VERSION = ">= 1.5.0";

/** @param aliases the provider configurations that a caller must pass, `aws.us_east_1` */
export function plainModule(
  stack: Synthesised,
  variables: Readonly<Record<string, Variable>>,
  aliases: readonly string[],
): Record<string, unknown> {
  const { terraform: _terraform, provider: _provider, ...rest } = withoutNotes(stack) as Synthesised;
  return {
    terraform: {
      required_version: TERRAFORM_VERSION,
      required_providers: {
        aws: {
          source: "hashicorp/aws",
          version: AWS_VERSIONS,
          ...(aliases.length > 0 ? { configuration_aliases: aliases } : {}),
        },
      },
    },
    variable: variableBlocks(variables),
    ...rest,
  };
}

function withoutNotes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNotes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "//")
      .map(([key, inner]) => [key, withoutNotes(inner)]),
  );
}

type Outputs = readonly string[];

/** The generated part of a module's README: what it takes and what it gives. */
export function interfaceTables(variables: Readonly<Record<string, Variable>>, outputs: Outputs): string {
  const inputs = Object.entries(variables).map(
    ([name, { type, description, default: value }]) =>
      `| \`${name}\` | \`${shorten(type)}\` | ${value === undefined ? "required" : `\`${shorten(JSON.stringify(value))}\``} | ${description} |`,
  );
  return [
    "| Input | Type | Default | |",
    "|---|---|---|---|",
    ...inputs,
    "",
    `Outputs: ${outputs.map((name) => `\`${name}\``).join(", ")}.`,
    "",
  ].join("\n");
}

/** Long types and defaults are to be read in main.tf.json. */
function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, text.search(/[({[]/) + 1)}…`;
}
