import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { Lazy } from "cdktf";
import { Construct } from "constructs";
import { isExpression } from "../terraform.ts";

/** A list of texts, or a Terraform expression that gives one. */
type Texts = readonly string[] | { readonly expression: string };

/** One statement of an IAM policy. Every action and resource is named. */
export type Statement = {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal?: Readonly<Record<string, string | readonly string[]>>;
  readonly Action: Texts;
  readonly Resource?: Texts;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
};

/**
 * An IAM policy as JSON; lists that only Terraform knows stand in it as template expressions.
 * @throws Error for an empty part of a statement, which would allow more than it says
 */
export function policyDocument(statements: readonly Statement[]): string {
  for (const statement of statements) {
    const empty = Object.entries(statement).find(([, part]) => isEmpty(part));
    if (empty)
      throw new Error(`the statement ${statement.Sid} has an empty ${empty[0]}, or an empty part in it`);
  }
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

function isEmpty(part: unknown): boolean {
  if (typeof part !== "object" || part === null) return part === undefined || part === "";
  const parts = Object.values(part);
  return parts.length === 0 || parts.some(isEmpty);
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

/** What only Terraform will know, Terraform holds to the same pattern: `regex` ends the plan, or the apply, where a wildcard would widen. */
export function held(
  values: readonly string[] = [],
  pattern: string,
  use = (expression: string) => expression,
): readonly string[] {
  const checked = (value: string) => `regex(${JSON.stringify(pattern)}, "${value}")`;
  return values.map((value) =>
    isExpression(value) ? Lazy.stringValue({ produce: () => `\${${use(checked(value))}}` }) : value,
  );
}

type ServiceRoleProps = {
  readonly name: string;
  readonly description: string;
  /** The AWS service that takes the role. */
  readonly service: "events.amazonaws.com" | "states.amazonaws.com";
  /** What of that service may take it: the ARNs of rules, or of a state machine. */
  readonly sourceArns: readonly string[];
  readonly policyName: string;
  readonly statements: readonly Statement[];
  readonly permissionsBoundaryArn?: string | undefined;
};

/** A role that an AWS service takes for the named resources alone. */
export class ServiceRole extends Construct {
  readonly arn: string;
  /** What the role may do; whatever takes the role at once must wait for it. */
  readonly policy: IamRolePolicy;

  constructor(scope: Construct, id: string, props: ServiceRoleProps) {
    super(scope, id);
    const { permissionsBoundaryArn } = props;
    const role = new IamRole(this, "role", {
      name: props.name,
      description: props.description,
      assumeRolePolicy: policyDocument([
        {
          Sid: "TheseOnly",
          Effect: "Allow",
          Principal: { Service: props.service },
          Action: ["sts:AssumeRole"],
          Condition: { ArnEquals: { "aws:SourceArn": props.sourceArns } },
        },
      ]),
      ...(permissionsBoundaryArn === undefined ? {} : { permissionsBoundary: permissionsBoundaryArn }),
    });
    this.policy = new IamRolePolicy(this, "policy", {
      name: props.policyName,
      role: role.name,
      policy: policyDocument(props.statements),
    });
    this.arn = role.arn;
  }
}
