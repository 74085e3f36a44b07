import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { SynthesisedStack } from "../../cdktf/synthesis.ts";
import type { Terraform } from "../../cdktf/terraform.ts";
import { CREDENTIALS, type Emulator } from "./emulators.ts";

/** A resource that a plan would change after it was applied, with the parts that differ. */
export type Change = { readonly address: string; readonly type: string; readonly parts: readonly string[] };

const run = promisify(execFile);

/** Lets a provider work with an emulator. It looks up the account, as it does on AWS. */
export const EMULATED_PROVIDER = {
  skip_region_validation: true,
  max_retries: 3,
} as const;

/** A Terraform root in a folder of its own, and the emulator that it is applied to. */
export class Root {
  readonly folder = mkdtempSync(join(tmpdir(), "secret-handoff-applied-"));
  readonly #terraform: Terraform;
  readonly #emulator: Emulator;

  constructor(terraform: Terraform, emulator: Emulator) {
    this.#terraform = terraform;
    this.#emulator = emulator;
    const mirror = JSON.stringify(terraform.mirror);
    this.write("cli.tfrc", `provider_installation {\n  filesystem_mirror {\n    path = ${mirror}\n  }\n}\n`);
  }

  copy(from: string): void {
    cpSync(from, this.folder, { recursive: true });
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Changes the synthesised stack that lies here. */
  rewrite(change: (stack: SynthesisedStack) => void): void {
    const stack = JSON.parse(readFileSync(join(this.folder, "cdk.tf.json"), "utf8")) as SynthesisedStack;
    change(stack);
    this.write("cdk.tf.json", JSON.stringify(stack, undefined, 1));
  }

  async init(): Promise<void> {
    await this.terraform("init", "-input=false");
  }

  /** @returns how many resources there are then */
  async apply(...args: readonly string[]): Promise<number> {
    await this.terraform("apply", "-auto-approve", "-input=false", ...args);
    return this.count();
  }

  async count(): Promise<number> {
    const { length } = (await this.terraform("state", "list"))
      .split("\n")
      .filter((address) => address !== "" && !/(^|\.)data\./.test(address));
    return length;
  }

  /** What another plan would change. */
  async changes(...args: readonly string[]): Promise<readonly Change[]> {
    await this.terraform("plan", "-input=false", "-out=plan", ...args);
    const { resource_changes: changes = [] } = JSON.parse(
      await this.terraform("show", "-json", "plan"),
    ) as Plan;
    return changes
      .filter(
        ({ mode, change }) => mode === "managed" && !change.actions.every((action) => action === "no-op"),
      )
      .map(({ address, type, change }) => ({ address, type, parts: differences(change) }));
  }

  async outputs(): Promise<Readonly<Record<string, string>>> {
    const outputs = JSON.parse(await this.terraform("output", "-json")) as Record<string, { value: string }>;
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
  }

  async destroy(...args: readonly string[]): Promise<void> {
    await this.terraform("destroy", "-auto-approve", "-input=false", ...args);
  }

  /** @throws Error with what Terraform printed, when it fails */
  async terraform(...args: readonly string[]): Promise<string> {
    const { url } = this.#emulator;
    try {
      const { stdout } = await run(this.#terraform.program, args, {
        cwd: this.folder,
        maxBuffer: 2 ** 27,
        env: {
          PATH: process.env.PATH,
          HOME: this.folder,
          TF_CLI_CONFIG_FILE: join(this.folder, "cli.tfrc"),
          TF_IN_AUTOMATION: "1",
          TF_CLI_ARGS: "-no-color",
          CHECKPOINT_DISABLE: "1",
          AWS_ENDPOINT_URL: url,
          ...CREDENTIALS,
        },
      });
      return stdout;
    } catch (cause) {
      const { stderr = "" } = cause as { readonly stderr?: string };
      throw new Error(`terraform ${args.join(" ")} failed:\n${stderr.slice(0, 4_000)}`, { cause });
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

type Plan = {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly type: string;
    readonly mode: string;
    readonly change: Values & { readonly actions: readonly string[] };
  }[];
};

type Values = {
  readonly actions: readonly string[];
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly after_unknown: Readonly<Record<string, unknown>>;
};

/** The attributes that differ; the action itself where the resource would be made, replaced or removed. */
function differences({ actions, before, after, after_unknown: unknown }: Values): readonly string[] {
  if (actions.join() !== "update") return [actions.join(" and ")];
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const text = (value: unknown) => JSON.stringify(value ?? null);
  return [...names]
    .filter((name) => text(unknown[name]) !== "true" && text(before?.[name]) !== text(after?.[name]))
    .sort();
}
