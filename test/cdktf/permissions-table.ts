import { SEALED_ATTRIBUTES } from "../../packages/cdktf/src/iam/function-permissions.ts";
import { listOf, type PolicyStatement, policiesOf } from "./iam.ts";
import type { SynthesisedStack } from "./synthesis.ts";

/** What the references in policies stand for. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/element\(split\(.*?\), 1\)/, "aws"],
  [/element\(split\(.*?\), 3\)/, "REGION"],
  [/element\(split\(.*?\), 4\)/, "ACCOUNT"],
  [/aws_dynamodb_table\.tables_handoffs\.stream_arn/, "one-time table's stream"],
  [/aws_dynamodb_table\.tables_handoffs\.arn/, "one-time table"],
  [/aws_dynamodb_table\.tables_audit\.arn/, "audit table"],
  [/aws_kms_key\.seals_key\.arn/, "seals' key"],
  [/aws_kms_key\.recipients_mac\.arn/, "recipients' MAC key"],
  [/aws_kms_key\.recipients_address\.arn/, "recipients' address key"],
  [/aws_cloudwatch_event_bus\.events_bus\.arn/, "event bus"],
  [/aws_sesv2_email_identity\.\w+\.arn/, "SES identity"],
  [/aws_sesv2_configuration_set\.\w+\.arn/, "configuration set"],
  [/aws_dynamodb_table\.reactions_rotations_table\.arn/, "rotations' table"],
  [/aws_sfn_state_machine\.\w+\.arn/, "rotations' state machine"],
  [/aws_cloudwatch_event_api_destination\.\w+\.arn/, "API destination"],
  [/aws_cloudwatch_log_group\.\w+\.arn/, "own log group"],
  [/aws_apigatewayv2_api\.\w+\.execution_arn/, "API"],
  [/data\.aws_region\.\w+\.id/, "REGION"],
];

/** The roles, in the order in which they are told of, by what their policies' addresses contain. */
const ROLES: readonly (readonly [RegExp, string])[] = [
  [/\.recipient_/, "recipient"],
  [/\.sender_/, "sender"],
  [/\.drainer_/, "drainer"],
  [/\.sweeper_/, "sweeper"],
  [/\.sealer_/, "sealer"],
  [/\.github_/, "a workflow"],
  [/\.mail_forwarding_/, "the rule for bounces"],
  [/\.reactions_rotate_rules_/, "the rules that rotate"],
  [/\.reactions_rotations_/, "the state machine that rotates"],
  [/\.on_rotated_/, "the rule that starts a workflow"],
  [/\.operators$/, "operators"],
];

const OPERATORS: Readonly<Record<string, string>> = {
  StringEquals: "is",
  StringEqualsIfExists: "is absent or",
  BoolIfExists: "is absent or",
  "ForAllValues:StringEquals": "is",
  StringLike: "is like",
};

/** What each role of a stack may do, as Markdown. */
export function permissionsTable(json: SynthesisedStack): string {
  const policies = policiesOf(json).filter(({ address }) => /^aws_iam_(role_)?policy\./.test(address));
  const rows = ROLES.flatMap(([pattern, role]) =>
    policies
      .filter(({ address }) => pattern.test(address))
      .flatMap(({ statements }) => statements.map((statement) => rowOf(role, statement))),
  );
  const statements = policies.reduce((sum, policy) => sum + policy.statements.length, 0);
  if (rows.length !== statements) throw new Error("a policy belongs to no role of the table");
  return [
    "| Role | May | On | Only if |",
    "|---|---|---|---|",
    ...rows,
    "",
    `The sealed attributes are ${SEALED_ATTRIBUTES.map((name) => `\`${name}\``).join(", ")}.`,
  ].join("\n");
}

function rowOf(role: string, statement: PolicyStatement): string {
  const actions = listOf(statement.Action).map((action) => `\`${action}\``);
  const resources = listOf(statement.Resource).map((resource) => asCode(readable(resource)));
  const conditions = Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => condition(operator, key, listOf(values))),
  );
  return `| ${role} | ${actions.join(" ")} | ${resources.join("; ")} | ${conditions.join("; ")} |`;
}

function condition(operator: string, key: string, values: readonly string[]): string {
  if (operator === "ForAllValues:StringLike" && key === "dynamodb:LeadingKeys") {
    return `the items' keys are like ${values.map((value) => `\`${value}\``).join(" or ")}`;
  }
  if (operator === "ForAllValues:StringNotLike" && key === "dynamodb:LeadingKeys") {
    return `the items' keys are not like ${values.map((value) => `\`${value}\``).join(" or ")}`;
  }
  if (operator === "ForAllValues:StringNotEquals" && values.join() === SEALED_ATTRIBUTES.join()) {
    return "no sealed attribute is named";
  }
  if (operator === "ForAllValues:StringNotEquals") {
    return `\`${key}\` is not ${values.map((value) => asCode(readable(value))).join(" or ")}`;
  }
  const wording = OPERATORS[operator];
  if (!wording) throw new Error(`${operator} has no wording in the table of permissions`);
  return `\`${key}\` ${wording} ${values.map((value) => asCode(readable(value))).join(" or ")}`;
}

function readable(text: string): string {
  return text
    .replace(/^arn:aws:kms:.*/, "your key")
    .replaceAll(/\$\{(.*?)\}(?=[:/.]|$)/g, (_, reference: string) => {
      const place = PLACES.find(([pattern]) => pattern.test(reference));
      if (!place) throw new Error(`${reference} has no name in the table of permissions`);
      return place[1];
    })
    .replace(/^own log group:\*$/, "own log group");
}

/** What is no plain words is code, or Markdown would read its asterisks. */
function asCode(text: string): string {
  return /^[\w' -]+$/.test(text) && !/^[A-Z_]+$/.test(text) ? text : `\`${text}\``;
}
