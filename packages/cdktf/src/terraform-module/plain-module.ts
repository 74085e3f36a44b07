import { type Variable, variableBlocks } from "./variables.ts";

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
