import type { Expression } from "../terraform.ts";

/** One input of a module. */
export type Variable = {
  readonly type: string;
  readonly description: string;
  /** Left out where the caller must give it. */
  readonly default?: unknown;
  /** On `var.NAME`. */
  readonly holds?: Rule;
};

/** A Terraform condition, and the sentence for when it does not hold. */
export type Rule = readonly [condition: string, errorMessage: string];

/** A module's inputs as Terraform's `variable` blocks. */
export function variableBlocks(variables: Readonly<Record<string, Variable>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, { type, description, default: value, holds }]) => [
      name,
      {
        type,
        description,
        ...(value === undefined ? {} : { default: value }),
        nullable: value === null,
        ...(holds ? { validation: [{ condition: expression(holds[0]), error_message: holds[1] }] } : {}),
      },
    ]),
  );
}

/** A Terraform expression as a value. */
export const expression = (text: string): Expression => `\${${text}}`;

/** An input, where it is used. */
export const ref = (name: string): Expression => expression(`var.${name}`);

/** Inputs that more than one module has. */
export const SHARED = {
  name: (example: string): Variable => ({
    type: "string",
    description: "Begins the name of everything: 1 to 40 of a-z, 0-9 and hyphens.",
    default: example,
    holds: [
      'can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))',
      "name must be 1 to 40 of a-z, 0-9 and hyphens.",
    ],
  }),
  permissionsBoundary: {
    type: "string",
    description: "ARN of the permissions boundary of every role.",
    default: null,
  },
  tags: { type: "map(string)", description: "Tags of everything that can have them.", default: {} },
} satisfies Record<string, Variable | ((example: string) => Variable)>;
