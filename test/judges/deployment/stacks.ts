import { readFileSync } from "node:fs";
import type { StackConfig } from "@secret-handoff/cdktf";
import { OLD_RUNTIME, rewriteFor } from "../../cdktf/offline.ts";
import { type SynthesisedStack, synthesise } from "../../cdktf/synthesis.ts";
import { findTerraform, type Terraform } from "../../cdktf/terraform.ts";
import { NotInstallable } from "../python.ts";
import { STACKS } from "./configurations.ts";
import { unexpected, unused } from "./drift.ts";
import { type Emulator, startMoto } from "./emulators.ts";
import { placeModules } from "./plain-modules.ts";
import { type Change, EMULATED_PROVIDER, Root } from "./root.ts";

/** Ids that an account gives, under what stands for them in test/cdktf/configurations.ts. */
type Ids = Readonly<Record<string, string>>;

/** @throws NotInstallable where there is none */
export function terraformHere(): Terraform {
  const found = findTerraform();
  if (typeof found === "string") throw new NotInstallable(found);
  return found;
}

/** What moto has no call for. It is left out, and the table says so. */
const UNKNOWN_TO_MOTO = ["aws_sesv2_configuration_set_event_destination"];

const SURROUNDINGS = `
provider "aws" {
  region                 = "eu-west-1"
  skip_region_validation = true
}

resource "aws_route53_zone" "zone" {
  name = "example.com"
}

output "Z0000000000000EXAMPLE" {
  value = aws_route53_zone.zone.zone_id
}
`;

export type Row = {
  readonly configuration: string;
  readonly emulator: string;
  readonly applied: number;
  readonly secondPlan: string;
  readonly left: number;
  readonly seconds: number;
  readonly problems: readonly string[];
  readonly changes: readonly Change[];
};

/**
 * Every configuration is applied to moto by Terraform itself, planned again, and destroyed. What the second plan shows besides what
 * moto is known not to answer fails, and so does anything that is left.
 */
export async function appliedToMoto(): Promise<boolean> {
  const terraform = terraformHere();
  // Most of the time Terraform waits.
  const rows = await Promise.all(
    Object.entries(deployables(terraform)).map(async ([name, deployable]) => {
      const moto = await startMoto();
      try {
        return await apply(name, deployable, terraform, moto);
      } catch (error) {
        console.error(readFileSync(moto.log, "utf8").split("\n").slice(-40).join("\n"));
        return failed(name, moto, error);
      } finally {
        await moto.stop();
      }
    }),
  );
  printTable(rows);
  const isWhole = rows.every(({ applied }) => applied > 0);
  const stale = isWhole
    ? unused(
        "moto",
        rows.flatMap(({ changes }) => changes),
      )
    : [];
  for (const line of stale) console.error(`moto answers ${line} now: remove it from drift.ts.`);
  return stale.length === 0 && rows.every(({ problems }) => problems.length === 0);
}

/** A configuration in one of the forms that the service can be deployed in. */
type Deployable = {
  readonly place: (root: Root, ids: Ids) => void;
  /** Arguments of every plan. */
  readonly args: readonly string[];
  readonly isProtected: boolean;
  /** Takes the deletion protection away. */
  readonly unprotect: (root: Root) => void;
};

function deployables(terraform: Terraform): Readonly<Record<string, Deployable>> {
  const stacks = Object.entries(STACKS).map(([name, config]) => [name, stackOf(terraform, config)] as const);
  return {
    ...Object.fromEntries(stacks),
    "the plain modules, behind CloudFront": {
      place: (root, ids) => placeModules(root, "complete", ids, UNKNOWN_TO_MOTO),
      args: [`-var=runtime=${OLD_RUNTIME}`, "-var=edge=true"],
      isProtected: true,
      unprotect: (root) => root.write("terraform.tfvars", "is_protected = false\n"),
    },
  };
}

function stackOf(terraform: Terraform, config: StackConfig): Deployable {
  return {
    place: (root, ids) => {
      placeStack(root, terraform, config, { ids });
      root.rewrite((stack) => {
        for (const type of UNKNOWN_TO_MOTO) delete stack.resource[type];
      });
    },
    args: [],
    isProtected: config.service.deletionProtection?.handoffs !== false,
    unprotect: (root) => root.rewrite(unprotect),
  };
}

async function apply(
  name: string,
  deployable: Deployable,
  terraform: Terraform,
  emulator: Emulator,
): Promise<Row> {
  const started = Date.now();
  const say = (what: string) =>
    console.log(`${emulator.name}, ${name}: ${what} after ${Math.round((Date.now() - started) / 1_000)} s`);
  const surroundings = new Root(terraform, emulator);
  const root = new Root(terraform, emulator);
  try {
    surroundings.write("main.tf", SURROUNDINGS);
    await surroundings.init();
    await surroundings.apply();
    deployable.place(root, await surroundings.outputs());
    await root.init();
    const { args } = deployable;
    const applied = await root.apply(...args);
    say(`applied: ${applied} resources`);
    const changes = await root.changes(...args);
    say("planned again");
    const problems = [...unexpected(emulator.name, changes)];
    problems.push(...(await tearDown(root, deployable)));
    const left = await root.count();
    say("destroyed");
    return {
      configuration: name,
      emulator: emulator.name,
      applied,
      secondPlan: `${changes.length} changed, ${problems.length} unexpected`,
      left,
      seconds: Math.round((Date.now() - started) / 1_000),
      problems: left === 0 ? problems : [...problems, `${left} resources are left after the destroy`],
      changes,
    };
  } finally {
    root.remove();
    surroundings.remove();
  }
}

/** Beside others that go on. */
function failed(configuration: string, { name }: Emulator, error: unknown): Row {
  const problems = [error instanceof Error ? error.message : String(error)];
  return {
    configuration,
    emulator: name,
    applied: 0,
    secondPlan: "failed",
    left: 0,
    seconds: 0,
    problems,
    changes: [],
  };
}

/** Writes a synthesised stack to a root, for the provider that is at hand and an emulator. */
export function placeStack(
  root: Root,
  terraform: Terraform,
  config: StackConfig,
  { code, ids = {} }: { readonly code?: string; readonly ids?: Ids },
): void {
  const { folder, json } = synthesise(config, code);
  const { json: rewritten } = rewriteFor(terraform.awsVersion, json);
  for (const provider of rewritten.provider?.aws ?? []) {
    const { region, alias } = provider;
    for (const part of Object.keys(provider)) delete provider[part];
    Object.assign(provider, EMULATED_PROVIDER, { region }, alias === undefined ? {} : { alias });
  }
  root.copy(folder);
  const text = Object.entries(ids).reduce(
    (stack, [example, id]) => stack.replaceAll(example, id),
    JSON.stringify(rewritten, undefined, 1),
  );
  root.write("cdk.tf.json", text);
}

/** With deletion protection, a destroy leaves the tables and what gives them their meaning; without it, nothing. */
async function tearDown(
  root: Root,
  { args, isProtected, unprotect }: Deployable,
): Promise<readonly string[]> {
  const problems: string[] = [];
  if (isProtected) {
    const refused = await root.destroy(...args).then(
      () => "it went through",
      (error: Error) => (PROTECTED.test(error.message) ? "" : error.message),
    );
    if (refused !== "") problems.push(`a destroy was not stopped by the deletion protection: ${refused}`);
    const kept = await root.terraform("state", "list");
    for (const address of KEPT) {
      if (!kept.includes(address)) problems.push(`${address} was destroyed before its table`);
    }
    unprotect(root);
    await root.apply(...args);
  }
  await root.destroy(...args);
  return problems;
}

const PROTECTED = /deletion ?protection|protected (against|from) deletion/i;
const KEPT = [
  "aws_dynamodb_table.tables_handoffs",
  "aws_dynamodb_table.tables_audit",
  "aws_kms_key.recipients_mac",
  "aws_apigatewayv2_api.http_api",
];

function unprotect(stack: SynthesisedStack): void {
  for (const table of Object.values(stack.resource.aws_dynamodb_table ?? {})) {
    table.deletion_protection_enabled = false;
  }
}

export function printTable(rows: readonly Row[]): void {
  console.log("configuration | emulator | resources applied | second plan | left after destroy | seconds");
  console.log("---|---|---|---|---|---");
  for (const { configuration, emulator, applied, secondPlan, left, seconds } of rows) {
    console.log([configuration, emulator, applied, secondPlan, left, seconds].join(" | "));
  }
  for (const { configuration, problems } of rows) {
    for (const problem of problems) console.error(`${configuration}: ${problem}`);
  }
}
