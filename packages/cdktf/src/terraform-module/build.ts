import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { App, TerraformResource, type TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { FUNCTION_NAMES, packFolder } from "../functions/archive.ts";
import { AWS_PROVIDER_VERSIONS } from "../terraform.ts";
import { DOMAIN_VARIABLES, DomainModule, EDGE_VARIABLES, EdgeModule, FRONT_MADE_IF } from "./front.ts";
import { GITHUB_MADE_IF, GITHUB_VARIABLES, GitHubModule } from "./github.ts";
import { block, Raw, type Shape } from "./hcl.ts";
import { type MadeIf, madeIf, type Resources, referring } from "./made-if.ts";
import { SERVICE_MADE_IF, ServiceModule } from "./service.ts";
import { SERVICE_VARIABLES } from "./service-variables.ts";
import { shapeText } from "./shapes.ts";
import { type Variable, variableBlocks } from "./variables.ts";

type Module = {
  /** Folder within the module's own. */
  readonly folder: string;
  readonly title: string;
  readonly variables: Readonly<Record<string, Variable>>;
  readonly aliases: readonly string[];
  readonly madeIf: MadeIf;
  readonly build: (scope: Construct, id: string) => TerraformStack;
};

const MODULES: readonly Module[] = [
  {
    folder: ".",
    title: "the service",
    variables: SERVICE_VARIABLES,
    aliases: [],
    madeIf: SERVICE_MADE_IF,
    build: (scope, id) => new ServiceModule(scope, id),
  },
  {
    folder: "modules/domain",
    title: "a host name on the API",
    variables: DOMAIN_VARIABLES,
    aliases: [],
    madeIf: FRONT_MADE_IF("host_name"),
    build: (scope, id) => new DomainModule(scope, id),
  },
  {
    folder: "modules/edge",
    title: "CloudFront and WAF in front of the API",
    variables: EDGE_VARIABLES,
    aliases: ["aws.us_east_1"],
    madeIf: FRONT_MADE_IF("front"),
    build: (scope, id) => new EdgeModule(scope, id),
  },
  {
    folder: "modules/github",
    title: "the role of a sending workflow",
    variables: GITHUB_VARIABLES,
    aliases: [],
    madeIf: GITHUB_MADE_IF,
    build: (scope, id) => new GitHubModule(scope, id),
  },
];

const TEXTS = fileURLToPath(new URL("../../terraform-module/", import.meta.url));
const ORIGIN = '# Made from packages/cdktf by "npm run module". Change the construct, not this file.\n';
/** What a build writes beside the modules' folders, and removes first. */
const WRITTEN = /^(functions|modules|examples|README\.md|[a-z-]+\.tf)$/;

/**
 * Writes the service and what leads to it as plain Terraform modules, for Terraform and OpenTofu without CDKTF. The same
 * construct gives the same files.
 * @param target folder to write to; what an earlier build wrote is replaced
 * @param code folder with the built functions, to put their archives into the module; without it, its callers name them
 */
export function buildModules(target: string, code?: string): void {
  for (const name of existsSync(target) ? readdirSync(target) : []) {
    if (WRITTEN.test(name)) rmSync(join(target, name), { recursive: true });
  }
  const interfaces = MODULES.map((module) => {
    const { stack, shapes, places } = synthesise(module.build);
    const files = moduleFiles(stack, shapes, places, module);
    for (const [name, text] of Object.entries(files)) write(target, `${module.folder}/${name}`, text);
    const tables = interfaceTables(module.variables, Object.keys(stack.output ?? {}));
    return `### ${module.folder === "." ? "This module" : module.folder}: ${module.title}\n\n${tables}`;
  });
  cpSync(TEXTS, target, { recursive: true });
  const readme = readFileSync(join(TEXTS, "README.md"), "utf8");
  write(target, "README.md", `${readme}\n## Inputs and outputs\n\n${interfaces.join("\n")}`);
  if (code !== undefined) writeFunctions(target, code);
}

function writeFunctions(target: string, code: string): void {
  for (const name of FUNCTION_NAMES) write(target, `functions/${name}.zip`, packFolder(join(code, name)));
  const notices = join(code, "THIRD-PARTY.txt");
  if (existsSync(notices)) write(target, "functions/THIRD-PARTY.txt", readFileSync(notices));
}

/** cdk.tf.json, as far as a module takes it over. */
type Synthesised = {
  readonly locals?: Readonly<Record<string, unknown>>;
  readonly data?: Resources;
  readonly resource: Resources;
  readonly output?: Readonly<Record<string, { readonly value: unknown }>>;
};
/** By the addresses of resources. */
type Shapes = Readonly<Record<string, Readonly<Record<string, Shape>>>>;
/** Paths in the tree of constructs, by the addresses of resources. */
type Places = Readonly<Record<string, string>>;

function synthesise(build: Module["build"]): { stack: Synthesised; shapes: Shapes; places: Places } {
  const outdir = mkdtempSync(join(tmpdir(), "secret-handoff-module-"));
  try {
    // A module has no provider of its own, which cdktf would refuse.
    const app = new App({ outdir, skipValidation: true });
    const stack = build(app, "module");
    app.synth();
    const resources = stack.node
      .findAll()
      .filter((node): node is TerraformResource => TerraformResource.isTerraformResource(node));
    return {
      stack: JSON.parse(readFileSync(join(outdir, "stacks/module/cdk.tf.json"), "utf8")) as Synthesised,
      shapes: Object.fromEntries(resources.map((node) => [addressOf(node), shapesOf(node)])),
      places: Object.fromEntries(resources.map((node) => [addressOf(node), node.node.path])),
    };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

const addressOf = (node: TerraformResource): string =>
  `${node.terraformResourceType}.${node.friendlyUniqueId}`;

/** The bindings say which of a resource's parts are blocks; JSON does not. */
function shapesOf(node: TerraformResource): Readonly<Record<string, Shape>> {
  const { resource } = node.toHclTerraform() as {
    readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Shape>>>>>>;
  };
  return resource[node.terraformResourceType]?.[node.friendlyUniqueId] ?? {};
}

const TERRAFORM_VERSION = ">= 1.5.0";

function moduleFiles(
  stack: Synthesised,
  shapes: Shapes,
  places: Places,
  module: Module,
): Readonly<Record<string, string>> {
  const finished = madeIf(withoutNotes(stack.resource) as Resources, module.madeIf);
  const resources = Object.entries(finished).flatMap(([type, named]) =>
    Object.entries(named).map(([name, body]) => {
      const address = `${type}.${name}`;
      const { count, for_each: each, provider, ...rest } = body;
      const text = block(
        `resource "${type}" "${name}"`,
        { count, for_each: each, provider, ...rest },
        {
          ...shapes[address],
          ...NO_BLOCKS,
        },
      );
      return [module.folder === "." ? fileOf(places[address] ?? "") : "main.tf", text] as const;
    }),
  );
  const counted = Object.entries(finished).flatMap(([type, named]) =>
    Object.entries(named).flatMap(([name, { count }]) => (count === undefined ? [] : [`${type}.${name}`])),
  );
  const outputs = madeIfOutputs(stack.output ?? {}, counted);
  const files = new Map<string, string[]>();
  const add = (file: string, text: string) => files.set(file, [...(files.get(file) ?? []), text]);
  add("versions.tf", versions(module.aliases));
  for (const [name, variable] of Object.entries(variableBlocks(module.variables))) {
    add("variables.tf", block(`variable "${name}"`, variable, VARIABLE_SHAPES));
  }
  if (stack.locals) add("main.tf", block("locals", stack.locals, flat(stack.locals)));
  for (const [type, named] of Object.entries(stack.data ?? {})) {
    for (const name of Object.keys(named)) add("main.tf", `data "${type}" "${name}" {}\n`);
  }
  for (const [file, text] of resources) add(file, text);
  for (const [name, { value }] of Object.entries(outputs)) {
    add("outputs.tf", block(`output "${name}"`, { value }, { value: { isBlock: false } }));
  }
  return Object.fromEntries([...files].map(([file, texts]) => [file, `${ORIGIN}\n${texts.join("\n")}`]));
}

const NO_BLOCKS: Readonly<Record<string, Shape>> = {
  count: { isBlock: false },
  for_each: { isBlock: false },
  tags: { isBlock: false },
};
const VARIABLE_SHAPES: Readonly<Record<string, Shape>> = {
  type: { isBlock: false },
  default: { isBlock: false },
};
const flat = (values: object): Readonly<Record<string, Shape>> =>
  Object.fromEntries(Object.keys(values).map((name) => [name, { isBlock: false }]));

function madeIfOutputs(
  outputs: NonNullable<Synthesised["output"]>,
  counted: readonly string[],
): NonNullable<Synthesised["output"]> {
  const refer = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(refer);
    return typeof value === "string" ? referring(value, counted) : value;
  };
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { value }]) => [name, { value: refer(value) }]),
  );
}

function versions(aliases: readonly string[]): string {
  const aws = {
    source: "hashicorp/aws",
    version: AWS_PROVIDER_VERSIONS,
    ...(aliases.length > 0 ? { configuration_aliases: new Raw(`[${aliases.join(", ")}]`) } : {}),
  };
  return block(
    "terraform",
    { required_version: TERRAFORM_VERSION, required_providers: { aws } },
    {
      required_version: { isBlock: false },
      required_providers: { isBlock: true, value: { aws: { isBlock: false } } },
    },
  );
}

/** What a reviewer looks for together, by the first part of the path below the service. */
const FILES: Readonly<Record<string, string>> = {
  tables: "tables",
  recipients: "tables",
  recipient: "functions",
  sender: "functions",
  drainer: "functions",
  sweeper: "functions",
  sealer: "functions",
  seals: "tables",
  "stream-mapping": "functions",
  schedule: "functions",
  "schedule-target": "functions",
  "schedule-permission": "functions",
  "seal-schedule": "functions",
  "seal-schedule-target": "functions",
  "seal-schedule-permission": "functions",
  "smtp-policy": "functions",
  http: "api",
  operators: "api",
  events: "events",
  undelivered: "events",
  mail: "mail",
  bounces: "mail",
  "bounces-target": "mail",
  "bounces-permission": "mail",
  alarms: "alarms",
  "alarms-emails": "alarms",
  reactions: "reactions",
  "on-rotated": "reactions",
};

/** @param path `module/service/tables/handoffs`, or `module/alarms/topic` */
function fileOf(path: string): string {
  const [, first = "", second = ""] = path.split("/");
  if (path.includes("undelivered-emails") || path.includes("reported-emails")) return "reactions.tf";
  if (first === "undelivered" || first === "reported") return "reactions.tf";
  return `${FILES[first === "service" ? second : first] ?? "main"}.tf`;
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

function write(target: string, name: string, data: string | Uint8Array): void {
  const file = join(target, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, data);
}

type Outputs = readonly string[];

/** The generated part of a module's README: what it takes and what it gives. */
function interfaceTables(variables: Readonly<Record<string, Variable>>, outputs: Outputs): string {
  const inputs = Object.entries(variables).map(
    ([name, { type, description, default: value }]) =>
      `| \`${name}\` | \`${typeof type === "string" ? shorten(type) : shapeText(type)}\` | ${value === undefined ? "required" : `\`${shorten(JSON.stringify(value))}\``} | ${description} |`,
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

/** Long types and defaults are to be read in variables.tf. */
function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, text.search(/[({[]/) + 1)}…`;
}
