/** A list of texts, or a Terraform expression that gives one. */
export type Texts = readonly string[] | { readonly expression: string };

/** One statement of an IAM policy. Every action and resource is named. */
export type Statement = {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal?: Readonly<Record<string, string | readonly string[]>>;
  readonly Action: Texts;
  readonly Resource?: Texts;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
};

/** An IAM policy as JSON; lists that only Terraform knows stand in it as template expressions. */
export function policyDocument(statements: readonly Statement[]): string {
  const expressions: string[] = [];
  const json = JSON.stringify({ Version: "2012-10-17", Statement: statements }, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || !("expression" in value)) return value;
    return `@expression ${expressions.push(String(value.expression)) - 1}@`;
  });
  return json.replaceAll(
    /"@expression (\d+)@"/g,
    (_, index) => `\${jsonencode(${expressions[Number(index)]})}`,
  );
}

/** A statement that allows the actions on the resources. */
export function allow(
  Sid: string,
  Action: Texts,
  Resource: Texts,
  Condition?: Statement["Condition"],
): Statement {
  return { Sid, Effect: "Allow", Action, Resource, ...(Condition ? { Condition } : {}) };
}
