import { listOf, type PolicyStatement, policiesOf } from "./iam.ts";
import type { SynthesisedStack } from "./synthesis.ts";

/** What the references in policies stand for. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/aws_dynamodb_table\.tables_handoffs\.stream_arn/, "one-time table's stream"],
  [/aws_dynamodb_table\.tables_handoffs\.arn/, "one-time table"],
  [/aws_dynamodb_table\.tables_audit\.arn/, "audit table"],
  [/aws_kms_key\.pseudonyms_key\.arn/, "pseudonym key"],
  [/aws_cloudwatch_event_bus\.events_bus\.arn/, "event bus"],
  [/aws_sesv2_email_identity\.\w+\.arn/, "SES identity"],
  [/aws_sesv2_configuration_set\.\w+\.arn/, "configuration set"],
  [/aws_cloudwatch_log_group\.\w+\.arn/, "own log group"],
  [/aws_apigatewayv2_api\.\w+\.execution_arn/, "API"],
  [/element\(split\(.*?\), 1\)/, "aws"],
  [/element\(split\(.*?\), 4\)/, "ACCOUNT"],
  [/data\.aws_region\.\w+\.id/, "REGION"],
];

/** What each role of a stack may do, as a Markdown table. */
export function permissionsTable(json: SynthesisedStack): string {
  const rows = policiesOf(json)
    .filter(({ address }) => /^aws_iam_(role_)?policy\./.test(address))
    .flatMap(({ address, statements }) => statements.map((statement) => rowOf(roleOf(address), statement)));
  return ["| Role | May | On | Only if |", "|---|---|---|---|", ...rows].join("\n");
}

function rowOf(role: string, statement: PolicyStatement): string {
  const actions = listOf(statement.Action).map((action) => `\`${action}\``);
  const resources = listOf(statement.Resource).map(readable);
  const conditions = Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(
      ([key, values]) => `\`${key}\` ${wording(operator)} ${listOf(values).join(", ")}`,
    ),
  );
  return `| ${role} | ${actions.join(" ")} | ${resources.join("; ")} | ${conditions.join("; ")} |`;
}

function roleOf(address: string): string {
  const name = address.replace(/^\w+\./, "").replace(/_policy$/, "");
  if (name === "people") return "people (a policy to attach)";
  return name.startsWith("github_") ? "a workflow's role" : name.replaceAll("_", " ");
}

function readable(resource: string): string {
  return resource.replaceAll(/\$\{(.*?)\}(?=[:/]|$)/g, (_, reference: string) => {
    const place = PLACES.find(([pattern]) => pattern.test(reference));
    if (!place) throw new Error(`${reference} has no name in the table of permissions`);
    return place[1];
  });
}

function wording(operator: string): string {
  const words: Readonly<Record<string, string>> = {
    StringEquals: "is",
    StringEqualsIfExists: "is absent or one of",
    StringLike: "is like",
    "ForAllValues:StringNotEquals": "names none of",
  };
  return words[operator] ?? operator;
}
