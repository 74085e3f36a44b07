import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FUNCTION_NAMES, SecretHandoffStack, type StackConfig } from "@secret-handoff/cdktf";
import { App } from "cdktf";

type Block = Record<string, unknown>;

/** cdk.tf.json, as far as the tests look into it. */
export type SynthesisedStack = {
  terraform: { backend?: Block; required_providers: Record<string, { source?: string; version: string }> };
  provider?: Record<string, Block[]>;
  variable?: Record<string, Block>;
  data?: Record<string, Record<string, Block>>;
  resource: Record<string, Record<string, Block>>;
  output: Record<string, { value: unknown }>;
};

/** Functions that do nothing, where the code does not matter. */
export function emptyFunctions(): string {
  const folder = mkdtempSync(join(tmpdir(), "secret-handoff-code-"));
  for (const name of FUNCTION_NAMES) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "index.js"), `exports.handler = async () => "${name}";\n`);
  }
  return folder;
}

export type Synthesis = {
  readonly folder: string;
  readonly json: SynthesisedStack;
};

/** Synthesises a stack into a folder of its own. */
export function synthesise(
  config: StackConfig,
  code: string = emptyFunctions(),
): Synthesis & { readonly warnings: readonly string[] } {
  const outdir = mkdtempSync(join(tmpdir(), "secret-handoff-synth-"));
  const app = new App({ outdir });
  const { warnings } = withoutStacks(() => {
    const stack = new SecretHandoffStack(app, "secret-handoff", { ...config, code });
    app.synth();
    return stack;
  });
  const folder = join(outdir, "stacks/secret-handoff");
  return {
    folder,
    warnings,
    json: JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as SynthesisedStack,
  };
}

/** cdktf notes where each token was made, as text, which the test runner maps to its sources: more work than the synthesis. */
export function withoutStacks<Made>(make: () => Made): Made {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = () => "";
  try {
    return make();
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}

/** One resource, found by its type and its readable name. */
export function resource(json: SynthesisedStack, type: string, name: string): Block {
  const found = json.resource[type]?.[name];
  if (!found) throw new Error(`the stack has no ${type}.${name}`);
  return found;
}

/** All resources of a type. */
export function resources(json: SynthesisedStack, type: string): readonly Block[] {
  return Object.values(json.resource[type] ?? {});
}

/** How a stack refers to what only Terraform knows. */
export const ref = (address: string): string => `\${${address}}`;
