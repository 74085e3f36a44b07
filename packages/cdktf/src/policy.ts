import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { DynamodbTableItem } from "@cdktf/provider-aws/lib/dynamodb-table-item/index.js";
import { parseSenderConfig } from "@secret-handoff/lambda/config";
import { type CredentialClass, DEFAULT_CLASSES, policyCompanyOf } from "@secret-handoff/protocol/api";
import type { CompanySource } from "@secret-handoff/protocol/company";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { gzipSync, strToU8 } from "fflate";
import { InvalidProps } from "./checks/schema.ts";
import type { CompanyProps, PolicyProps, SecretHandoffProps } from "./props.ts";
import { isExpression } from "./terraform.ts";

export const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";

/** The classes in force. */
export function classesOf(props: PolicyProps): readonly CredentialClass[] {
  return props.classes ?? DEFAULT_CLASSES;
}

/** Every handoff of these classes that did not arrive raises an alarm, unless `alarms.criticalClasses` says otherwise. */
export function criticalClassesOf(props: PolicyProps): readonly string[] {
  return classesOf(props)
    .filter(({ approvals, verification }) => approvals.length >= 2 || verification === "email-code")
    .map(({ name }) => name);
}

/**
 * The sender function's CONFIG, as JSON.
 * @throws InvalidProps when the function could not read it
 */
export function policyJson(props: PolicyProps & Pick<SecretHandoffProps, "company">): string {
  const { company } = props;
  const json = JSON.stringify({
    issuer: props.issuer ?? GITHUB_ISSUER,
    ...(props.jwksUrl === undefined ? {} : { jwksUrl: props.jwksUrl }),
    ...(props.issuers === undefined ? {} : { issuers: props.issuers }),
    ...(props.gitHubApiUrl === undefined ? {} : { githubApi: props.gitHubApiUrl }),
    ...(company === undefined ? {} : { company: policyCompanyOf(company) }),
    ...(props.approvalLifetime === undefined ? {} : { approvalSeconds: props.approvalLifetime }),
    senders: props.senders,
    ...(props.operators === undefined ? {} : { operators: props.operators }),
    classes: classesOf(props),
  });
  try {
    parseSenderConfig(json);
  } catch (error) {
    throw new InvalidProps([`the sender function could not read its policy: ${(error as Error).message}`]);
  }
  return json;
}

/** The company as the service reads it: with the logo's file in the place of its path. */
export function companySource({ logo, ...company }: CompanyProps): CompanySource {
  return { ...company, ...(logo === undefined ? {} : { logo: readFileSync(logo, "utf8") }) };
}

/** The recipient function's COMPANY: as Terraform's `base64gzip(jsonencode(…))`, with the same bytes on every machine. */
export function packCompany(company: CompanySource): string {
  return Buffer.from(gzipSync(strToU8(JSON.stringify(company)), { level: 9, mtime: 0 })).toString("base64");
}

type PolicyTableProps = {
  /** Of the table. */
  readonly name: string;
  readonly policyJson: string;
  readonly kmsKeyArn?: string | undefined;
};

/** DynamoDB takes 400 KB in an item; the policy stands there as text, with its key and names. */
const MOST_BYTES = 390_000;

/**
 * Holds a policy that Lambda's environment cannot. A table of its own, because no function may write it: who may send is decided by the
 * deployment alone. Each version is an item of its own, and the next one is there before the function gets its name.
 */
export class PolicyTable extends Construct {
  readonly table: DynamodbTable;
  readonly item: DynamodbTableItem;
  /** The name of the item, which the function gets: the SHA-256 of its text. */
  readonly sha256: string;

  /** @throws InvalidProps when the policy is larger than an item */
  constructor(scope: Construct, id: string, { name, policyJson, kmsKeyArn }: PolicyTableProps) {
    super(scope, id);
    const bytes = Buffer.byteLength(policyJson);
    if (bytes > MOST_BYTES) {
      throw new InvalidProps([
        `senders, operators and classes take ${bytes} bytes, and DynamoDB takes ${MOST_BYTES}: name fewer, by ownerId for a whole organisation, or split them over two services`,
      ]);
    }
    this.sha256 = isExpression(policyJson)
      ? Fn.sha256(policyJson)
      : createHash("sha256").update(policyJson).digest("hex");
    this.table = new DynamodbTable(this, "table", {
      name,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "sha256",
      attribute: [{ name: "sha256", type: "S" }],
      pointInTimeRecovery: { enabled: true },
      ...(kmsKeyArn === undefined ? {} : { serverSideEncryption: { enabled: true, kmsKeyArn } }),
    });
    this.item = new DynamodbTableItem(this, "item", {
      tableName: this.table.name,
      hashKey: this.table.hashKey,
      item: JSON.stringify({ sha256: { S: this.sha256 }, policy: { S: policyJson } }),
      lifecycle: { createBeforeDestroy: true },
    });
  }
}
