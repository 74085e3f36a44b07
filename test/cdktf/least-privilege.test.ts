import { describe, expect, test } from "@jest/globals";
import type { StackConfig } from "@secret-handoff/cdktf";
import { EVERYTHING, LEAST, SMTP } from "./configurations.ts";
import { allows, type FoundPolicy, listOf, type PolicyStatement, policiesOf } from "./iam.ts";
import { ref, synthesise } from "./synthesis.ts";

const STACKS = {
  least: synthesise(LEAST).json,
  everything: synthesise(EVERYTHING).json,
  smtp: synthesise(SMTP).json,
};
const POLICIES = Object.values(STACKS).flatMap(policiesOf);

/** Where AWS offers no resource to name. In a key's own policy, `*` is that key. */
const NO_OTHER_RESOURCE: Readonly<Record<string, string>> = {
  "secretsmanager:ListSecrets": "lists; has no resource type",
  "secretsmanager:GetRandomPassword": "gives randomness; has no resource type",
};

/** As the policies spell an identity of the account; its parts are Terraform's to know. */
function identityIn(name: string): string {
  const arn = "split(':', aws_cloudwatch_event_bus.events_bus.arn)";
  const [partition, region, account] = [1, 3, 4].map((part) => `\${element(${arn}, ${part})}`);
  return `arn:${partition}:ses:${region}:${account}:identity/${name}`;
}

function policyOf(address: string, json = STACKS.least): FoundPolicy {
  const found = policiesOf(json).find((policy) => policy.address === address);
  if (!found) throw new Error(`the stack has no ${address}`);
  return found;
}

describe("every policy of every stack", () => {
  test("is found: roles, trust, key, topic, queue, logs, operators", () => {
    expect(new Set(policiesOf(STACKS.everything).map(({ address }) => address.split(".")[0]))).toEqual(
      new Set([
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_iam_policy",
        "aws_kms_key",
        "aws_sns_topic_policy",
        "aws_sqs_queue_policy",
        "aws_cloudwatch_log_resource_policy",
      ]),
    );
  });

  test("names every action, without a wildcard", () => {
    const actions = POLICIES.flatMap(({ statements }) => statements.flatMap(({ Action }) => listOf(Action)));
    expect(actions.length).toBeGreaterThan(100);
    expect(actions.filter((action) => !/^[a-z0-9-]+:[A-Za-z]+$/.test(action))).toEqual([]);
  });

  test("names its resources, except where AWS knows no other", () => {
    const anything = POLICIES.filter(({ address }) => !address.startsWith("aws_kms_key.")).flatMap(
      ({ statements }) =>
        statements
          .filter(({ Resource }) => listOf(Resource).includes("*"))
          .flatMap(({ Action }) => listOf(Action)),
    );
    expect(new Set(anything)).toEqual(new Set(Object.keys(NO_OTHER_RESOURCE)));
  });

  test("admits no principal but AWS services, the account's administrators and one OIDC provider", () => {
    const principals = POLICIES.flatMap(({ statements }) =>
      statements.flatMap(({ Principal = {} }) =>
        Object.entries(Principal).flatMap(([kind, values]) =>
          listOf(values).map((value) => `${kind} ${value}`),
        ),
      ),
    );
    expect(principals.filter((principal) => /\*/.test(principal))).toEqual([]);
    expect(new Set(principals.filter((principal) => principal.startsWith("Service")))).toEqual(
      new Set([
        "Service lambda.amazonaws.com",
        "Service events.amazonaws.com",
        "Service cloudwatch.amazonaws.com",
        "Service delivery.logs.amazonaws.com",
        "Service states.amazonaws.com",
      ]),
    );
  });

  test("only allows: what is not named is not allowed", () => {
    expect(new Set(POLICIES.flatMap(({ statements }) => statements.map(({ Effect }) => Effect)))).toEqual(
      new Set(["Allow"]),
    );
  });
});

const TABLE = ref("aws_dynamodb_table.tables_handoffs.arn");
const AUDIT = ref("aws_dynamodb_table.tables_audit.arn");
const HANDOFF = { "dynamodb:LeadingKeys": ["AAAAAAAAAAAAAAAAAAAAAA"] };
const BUS = ref("aws_cloudwatch_event_bus.events_bus.arn");
const READ = {
  ...HANDOFF,
  "dynamodb:Select": "SPECIFIC_ATTRIBUTES",
  "dynamodb:Attributes": ["id", "state", "expiresAt"],
};

/** Calls on the tables, and who may make them. */
const CALLS = {
  "reads an envelope by name": {
    action: "dynamodb:GetItem",
    resource: TABLE,
    context: { ...READ, "dynamodb:Attributes": ["id", "envelope"] },
    by: ["recipient"],
  },
  "reads a whole item": {
    action: "dynamodb:GetItem",
    resource: TABLE,
    context: { ...HANDOFF, "dynamodb:Attributes": ["id"], "dynamodb:Select": "ALL_ATTRIBUTES" },
    by: ["recipient"],
  },
  "reads a state by name": {
    action: "dynamodb:GetItem",
    resource: TABLE,
    context: READ,
    by: ["recipient", "sender", "drainer", "sweeper"],
  },
  "gets a whole item back from an update": {
    action: "dynamodb:UpdateItem",
    resource: TABLE,
    context: { ...HANDOFF, "dynamodb:ReturnValues": "ALL_NEW" },
    by: ["recipient"],
  },
  "gets back what an update removed": {
    action: "dynamodb:UpdateItem",
    resource: TABLE,
    context: { ...HANDOFF, "dynamodb:ReturnValues": "UPDATED_OLD" },
    by: ["recipient"],
  },
  "updates, and gets nothing back": {
    action: "dynamodb:UpdateItem",
    resource: TABLE,
    context: { ...HANDOFF, "dynamodb:ReturnValues": "NONE" },
    by: ["recipient", "sender", "drainer", "sweeper"],
  },
  "gives an approval to a request": {
    action: "dynamodb:UpdateItem",
    resource: TABLE,
    context: { "dynamodb:LeadingKeys": ["req_AAAAAAAAAAAAAAAAAAAAAA"] },
    by: ["sender", "drainer", "sweeper"],
  },
  "takes a run's reviews, under an id as long as a handoff's": {
    action: "dynamodb:UpdateItem",
    resource: TABLE,
    context: { "dynamodb:LeadingKeys": ["reviewed/123456/123456"] },
    by: ["sender", "drainer", "sweeper"],
  },
  "reads a subject": {
    action: "dynamodb:GetItem",
    resource: TABLE,
    context: { ...READ, "dynamodb:LeadingKeys": [`subject/${"A".repeat(43)}`] },
    by: ["sender", "drainer", "sweeper"],
  },
  "puts a handoff": { action: "dynamodb:PutItem", resource: TABLE, context: {}, by: ["sender"] },
  "puts over a handoff and gets it back": {
    action: "dynamodb:PutItem",
    resource: TABLE,
    context: { ...HANDOFF, "dynamodb:ReturnValues": "ALL_OLD" },
    by: [],
  },
  "scans the table": { action: "dynamodb:Scan", resource: TABLE, context: READ, by: [] },
  "deletes a handoff": { action: "dynamodb:DeleteItem", resource: TABLE, context: {}, by: [] },
  "reads the table through PartiQL": {
    action: "dynamodb:PartiQLSelect",
    resource: TABLE,
    context: READ,
    by: [],
  },
  "finds a handoff by its id": {
    action: "dynamodb:Query",
    resource: TABLE,
    context: READ,
    by: [],
  },
  "finds an envelope by its id": {
    action: "dynamodb:Query",
    resource: TABLE,
    context: { ...READ, "dynamodb:Attributes": ["id", "envelope"] },
    by: [],
  },
  "finds what is due": {
    action: "dynamodb:Query",
    resource: `${TABLE}/index/due`,
    context: {},
    by: ["sender", "sweeper"],
  },
  "stores an event": {
    action: "dynamodb:PutItem",
    resource: AUDIT,
    context: { "dynamodb:LeadingKeys": ["AAAAAAAAAAAAAAAAAAAAAA"] },
    by: ["drainer", "sweeper"],
  },
  "stores a seal": {
    action: "dynamodb:PutItem",
    resource: AUDIT,
    context: { "dynamodb:LeadingKeys": ["seals"] },
    by: ["sealer"],
  },
  "stores the leaves of a day": {
    action: "dynamodb:PutItem",
    resource: AUDIT,
    context: { "dynamodb:LeadingKeys": ["leaves/2026-11-26"] },
    by: ["sealer"],
  },
  "puts a recipient": {
    action: "dynamodb:PutItem",
    resource: AUDIT,
    context: { "dynamodb:LeadingKeys": ["recipient/mac"] },
    by: [],
  },
  "signs a seal": {
    action: "kms:Sign",
    resource: ref("aws_kms_key.seals_key.arn"),
    context: { "kms:SigningAlgorithm": "ECDSA_SHA_256" },
    by: ["sealer"],
  },
  "publishes an event": {
    action: "events:PutEvents",
    resource: BUS,
    context: { "events:source": ["secret-handoff"], "events:detail-type": ["claimed", "reported"] },
    by: ["drainer", "sweeper"],
  },
  "announces a seal": {
    action: "events:PutEvents",
    resource: BUS,
    context: { "events:source": ["secret-handoff"], "events:detail-type": ["day_sealed"] },
    by: ["sealer"],
  },
  "publishes for another application": {
    action: "events:PutEvents",
    resource: BUS,
    context: { "events:source": ["billing"], "events:detail-type": ["day_sealed"] },
    by: [],
  },
  "changes an event": {
    action: "dynamodb:UpdateItem",
    resource: AUDIT,
    context: { "dynamodb:LeadingKeys": ["AAAAAAAAAAAAAAAAAAAAAA"] },
    by: [],
  },
  "deletes an event": {
    action: "dynamodb:DeleteItem",
    resource: AUDIT,
    context: { "dynamodb:LeadingKeys": ["service/refused"] },
    by: [],
  },
  "gives a recipient an id": {
    action: "dynamodb:UpdateItem",
    resource: AUDIT,
    context: { "dynamodb:LeadingKeys": ["recipient/mac"] },
    by: ["sender"],
  },
  "erases a recipient": {
    action: "dynamodb:DeleteItem",
    resource: AUDIT,
    context: { "dynamodb:LeadingKeys": ["recipient/mac"] },
    by: ["sender"],
  },
  "reads events": {
    action: "dynamodb:Query",
    resource: `${AUDIT}/index/byDay`,
    context: {},
    by: ["sender", "sealer"],
  },
  "makes the MAC of an address": {
    action: "kms:GenerateMac",
    resource: ref("aws_kms_key.recipients_mac.arn"),
    context: {},
    by: ["sender"],
  },
  "reads the address of an entry": {
    action: "kms:Decrypt",
    resource: ref("aws_kms_key.recipients_address.arn"),
    context: { "kms:EncryptionContext:entry": "recipient/mac" },
    by: ["sender"],
  },
  "decrypts what is no entry": {
    action: "kms:Decrypt",
    resource: ref("aws_kms_key.recipients_address.arn"),
    context: {},
    by: [],
  },
  "mails from the configured address": {
    action: "ses:SendEmail",
    resource: ref("aws_sesv2_email_identity.mail_identity.arn"),
    context: { "ses:FromAddress": "handoff@example.com" },
    by: ["recipient"],
  },
  "mails to a verified address, which the sandbox asks for a right on": {
    action: "ses:SendEmail",
    resource: identityIn("ana@vendor.example"),
    context: { "ses:FromAddress": "handoff@example.com" },
    by: ["recipient"],
  },
  "mails from another identity's address": {
    action: "ses:SendEmail",
    resource: identityIn("example.org"),
    context: { "ses:FromAddress": "handoff@example.org" },
    by: [],
  },
  "mails from another address": {
    action: "ses:SendEmail",
    resource: ref("aws_sesv2_email_identity.mail_identity.arn"),
    context: { "ses:FromAddress": "ceo@example.com" },
    by: [],
  },
};

describe("a function's role", () => {
  test.each(Object.entries(CALLS))("%s: only those that must", (_, { by, ...call }) => {
    const may = ["recipient", "sender", "drainer", "sweeper", "sealer"].filter((role) =>
      allows(policyOf(`aws_iam_role_policy.${role}_policy`).statements, call),
    );
    expect(may).toEqual(by);
  });

  test("is assumed by Lambda alone", () => {
    for (const role of ["recipient", "sender", "drainer", "sweeper", "sealer"]) {
      expect(policyOf(`aws_iam_role.${role}_role`).statements).toEqual([
        {
          Sid: "LambdaOnly",
          Effect: "Allow",
          Principal: { Service: "lambda.amazonaws.com" },
          Action: ["sts:AssumeRole"],
        },
      ]);
    }
  });
});

describe("the keys of the recipients directory", () => {
  test.each([
    ["recipients_mac", /Mac$/],
    ["recipients_address", /crypt$/],
  ])("%s is used by the sender's role alone; administrators manage it and learn no address", (key, use) => {
    const { statements } = policyOf(`aws_kms_key.${key}`);
    const users = statements.filter(({ Action }) => listOf(Action).some((action) => use.test(action)));
    expect(users.map(({ Principal }) => Principal)).toEqual([{ AWS: ref("aws_iam_role.sender_role.arn") }]);
  });
});

describe("a workflow's role", () => {
  const { statements } = policyOf("aws_iam_role_policy.github_orders_sender_policy", STACKS.everything);

  test("has nothing on the tables, the API or the keys of the service", () => {
    const services = statements.flatMap(({ Action }) => listOf(Action).map((action) => action.split(":")[0]));
    expect(new Set(services)).toEqual(new Set(["secretsmanager", "ssm", "sts", "kms", "ses"]));
  });

  test("reads the secrets that are named, whole names with Secrets Manager's own ending", () => {
    const named = statements.find(({ Sid }) => Sid === "UseNamedSecrets");
    const names = listOf(named?.Resource).map((arn) => arn.replace(/^.*:secret:/, ""));
    expect(names).toEqual(["prod/orders/*", "prod/billing-??????"]);
  });

  test("reads the parameters and assumes the roles that are named", () => {
    const resources = (sid: string) => listOf(statements.find(({ Sid }) => Sid === sid)?.Resource);
    expect(resources("ReadParameters").map((arn) => arn.replace(/^.*:parameter/, ""))).toEqual(["/orders/*"]);
    expect(resources("AssumeRoles")).toEqual(EVERYTHING.gitHub?.orders?.assumeRoleArns);
  });

  test("writes a value only where it may generate one, and only rotates where it may do that", () => {
    const actions = statements.flatMap(({ Action }) => listOf(Action));
    expect(actions).toContain("secretsmanager:PutSecretValue");
    expect(actions).toContain("secretsmanager:UpdateSecretVersionStage");
    expect(actions).not.toContain("secretsmanager:RotateSecret");
  });
});

describe("who may rotate a secret", () => {
  const orders = { ...EVERYTHING.gitHub?.orders, rotate: "managed" } as NonNullable<
    StackConfig["gitHub"]
  >[string];
  const managed = synthesise({ ...EVERYTHING, gitHub: { orders } }).json;

  test.each([
    ["a workflow", "aws_iam_role_policy.github_orders_sender_policy"],
    ["the state machine", "aws_iam_role_policy.reactions_rotations_machine_role_policy"],
  ])("does not change its schedule, which would put the next rotation off: %s", (_, address) => {
    const { statements } = policyOf(address, managed);
    const rotating = statements.filter(({ Action }) =>
      listOf(Action).includes("secretsmanager:RotateSecret"),
    );
    expect(rotating.length).toBeGreaterThan(0);
    const may = (statement: PolicyStatement, changed: Record<string, string>) =>
      allows([statement], {
        action: "secretsmanager:RotateSecret",
        resource: listOf(statement.Resource)[0]?.replaceAll("?", "x") ?? "",
        context: { "aws:ResourceTag/secret-handoff": "yes", ...changed },
      });
    for (const statement of rotating) {
      expect(may(statement, {})).toBe(true);
      expect(may(statement, { "secretsmanager:ModifyRotationRules": "false" })).toBe(true);
      expect(may(statement, { "secretsmanager:ModifyRotationRules": "true" })).toBe(false);
    }
  });
});
