import type { SynthesisedStack } from "./synthesis.ts";

type Values = string | readonly string[];
export type PolicyStatement = {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal?: Readonly<Record<string, Values>>;
  readonly Action: Values;
  readonly Resource?: Values;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Values>>>>;
};

/** A policy of the stack: where it stands, and what it says. */
export type FoundPolicy = {
  readonly address: string;
  readonly attribute: string;
  readonly statements: readonly PolicyStatement[];
};

/** Every policy of every resource, wherever one stands as JSON. */
export function policiesOf(json: SynthesisedStack): readonly FoundPolicy[] {
  return Object.entries(json.resource).flatMap(([type, named]) =>
    Object.entries(named).flatMap(([name, block]) =>
      Object.entries(block).flatMap(([attribute, value]) =>
        typeof value === "string" && value.includes('"Statement":')
          ? [{ address: `${type}.${name}`, attribute, statements: parse(value) }]
          : [],
      ),
    ),
  );
}

/** A reference may hold quotation marks of its own, which Terraform knows from those of the text round it. */
function parse(policy: string): readonly PolicyStatement[] {
  const json = policy.replaceAll(/\$\{[^{}]*\}/g, (reference) => reference.replaceAll('"', "'"));
  return (JSON.parse(json) as { Statement: PolicyStatement[] }).Statement;
}

export function listOf(values: Values | undefined): readonly string[] {
  if (values === undefined) return [];
  return typeof values === "string" ? [values] : values;
}

/** What IAM knows of a call. A key that is absent is absent from the request. */
export type Call = {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, Values>>;
};

/**
 * Whether any statement allows a call, for the operators that our policies use. Follows "IAM JSON policy elements:
 * Condition operators"; the real evaluation cannot be tested offline.
 */
export function allows(statements: readonly PolicyStatement[], call: Call): boolean {
  return statements.some(
    (statement) =>
      listOf(statement.Action).includes(call.action) &&
      listOf(statement.Resource).some((pattern) => like(pattern, call.resource)) &&
      conditionsHold(statement, call.context),
  );
}

export function conditionsHold({ Condition = {} }: PolicyStatement, context: Call["context"]): boolean {
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, context[key], listOf(wanted))),
  );
}

function holds(operator: string, found: Values | undefined, wanted: readonly string[]): boolean {
  const equal = (value: string) => wanted.includes(value);
  switch (operator) {
    case "StringEquals":
    case "ArnEquals":
      return found !== undefined && listOf(found).some(equal);
    case "StringEqualsIfExists":
      return found === undefined || listOf(found).some(equal);
    case "StringLike":
      return (
        found !== undefined && listOf(found).some((value) => wanted.some((pattern) => like(pattern, value)))
      );
    case "BoolIfExists":
      return found === undefined || listOf(found).some(equal);
    case "ForAllValues:StringEquals":
      return listOf(found).every(equal);
    case "ForAllValues:StringLike":
      return listOf(found).every((value) => wanted.some((pattern) => like(pattern, value)));
    case "ForAllValues:StringNotLike":
      return listOf(found).every((value) => !wanted.some((pattern) => like(pattern, value)));
    case "ForAllValues:StringNotEquals":
      return listOf(found).every((value) => !equal(value));
    default:
      throw new Error(`the policies use ${operator}, which this test does not know`);
  }
}

function like(pattern: string, value: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(value);
}
