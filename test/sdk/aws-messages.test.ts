import { afterAll, describe, expect, test } from "@jest/globals";
import {
  parameterStore,
  roleAssumer,
  secretsManager,
  secretsManagerRotation,
  sesTransport,
} from "@secret-handoff/sdk";
import { useAwsEnvironment } from "../support/aws-environment.ts";
import { unending } from "./deadlines.ts";
import { anEmail } from "./emails.ts";
import { rejectionOf } from "./error-of.ts";
import { quickRuntime } from "./quick-runtime.ts";
import { startScriptedServer } from "./scripted-server.ts";

/**
 * What AWS really says, as its documentation and public reports of other projects quote it, and the sentence that comes of it. The
 * exception's name is the same for many of them: AWS's own words decide.
 */

const server = await startScriptedServer();
useAwsEnvironment(() => ({ AWS_ENDPOINT_URL: server.url, AWS_REGION: "eu-west-1" }));
afterAll(() => server.close());

const ROLE = "arn:aws:iam::111122223333:role/vendor/upload";
const JOB = "arn:aws:sts::111122223333:assumed-role/deployer/GitHubActions";
const SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/kms-signing-AbCdEf";
const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const TO = "ana.kowalska@vendor.example";
const runtime = () => quickRuntime();

const CALLS = {
  read: () => secretsManager({}, unending(), runtime()).read("prod/kms-signing"),
  list: () => secretsManager({}, unending(), runtime()).namesWithPrefix("prod/", 100),
  describe: () => secretsManagerRotation(undefined, unending(), runtime()).stages("prod/db"),
  rotate: () => secretsManagerRotation(undefined, unending(), runtime()).begin("prod/db", "v-2"),
  promote: () => secretsManagerRotation(undefined, unending(), runtime()).promote("prod/db", "v-1", "v-2"),
  parameter: () => parameterStore(undefined, unending(), runtime()).read("/prod/kms/a"),
  assume: () =>
    roleAssumer(
      undefined,
      unending(),
      runtime(),
    )({ roleArn: ROLE, duration: 7_200, sessionName: "run-7", versionId: "step" }),
  mail: () => sesTransport({}, runtime()).send(anEmail({ to: TO }), unending()),
} as const;

type Row = readonly [call: keyof typeof CALLS, name: string, message: string, sentence: string];

/** Asks with the answer; STS alone speaks XML. */
async function sentenceFor([call, name, message]: Row): Promise<string> {
  const headers = { "x-amzn-errortype": name, "x-amzn-requestid": "1a2b3c4d-0000-4000-8000-aabbccddeeff" };
  const escaped = message.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  server.answer(
    call === "assume"
      ? {
          status: 403,
          headers: { "content-type": "text/xml" },
          text: `<ErrorResponse><Error><Type>Sender</Type><Code>${name}</Code><Message>${escaped}</Message></Error><RequestId>1a2b3c4d</RequestId></ErrorResponse>`,
        }
      : { status: 400, json: { __type: name, message }, headers },
  );
  const error = await rejectionOf(CALLS[call]());
  return `${error.code}: ${error.message}`;
}

const user = (action: string, resource: string) =>
  `User: ${JOB} is not authorized to perform: ${action} on resource: ${resource}`;

describe("a denied action is named as AWS names it:", () => {
  const rows: readonly Row[] = [
    [
      "read",
      "AccessDeniedException",
      `${user("secretsmanager:GetSecretValue", SECRET)} because no identity-based policy allows the secretsmanager:GetSecretValue action`,
      `access_denied: The AWS role deployer may not call secretsmanager:GetSecretValue on ${SECRET}. Grant the role secretsmanager:GetSecretValue on it.`,
    ],
    [
      "read",
      "AccessDeniedException",
      `${user("secretsmanager:GetSecretValue", SECRET)} because no resource-based policy allows the secretsmanager:GetSecretValue action`,
      `access_denied: The AWS role deployer may not call secretsmanager:GetSecretValue on ${SECRET}. Let the policy of that resource allow the role secretsmanager:GetSecretValue.`,
    ],
    [
      "read",
      "AccessDeniedException",
      `${user("secretsmanager:GetSecretValue", SECRET)} with an explicit deny in a resource-based policy`,
      `access_denied: The AWS role deployer may not call secretsmanager:GetSecretValue on ${SECRET}. A statement of its resource-based policy denies the role secretsmanager:GetSecretValue: change that statement.`,
    ],
    [
      "read",
      "AccessDeniedException",
      `${user("secretsmanager:GetSecretValue", SECRET)} with an explicit deny in a service control policy: arn:aws:organizations::444455556666:policy/o-x/service_control_policy/p-y`,
      `access_denied: The AWS role deployer may not call secretsmanager:GetSecretValue on ${SECRET}. A service control policy of the AWS organization forbids secretsmanager:GetSecretValue: ask whoever runs the organization.`,
    ],
    [
      "read",
      "AccessDeniedException",
      `${user("secretsmanager:GetSecretValue", SECRET)} because no session policy allows the secretsmanager:GetSecretValue action`,
      `access_denied: The AWS role deployer may not call secretsmanager:GetSecretValue on ${SECRET}. The session policy that was given when the role was assumed leaves secretsmanager:GetSecretValue out: widen it (inline-session-policy, managed-session-policies).`,
    ],
    [
      "read",
      "AccessDeniedException",
      `${user("secretsmanager:GetSecretValue", SECRET)} because no permissions boundary allows the secretsmanager:GetSecretValue action`,
      `access_denied: The AWS role deployer may not call secretsmanager:GetSecretValue on ${SECRET}. The role's permissions boundary leaves secretsmanager:GetSecretValue out: widen the boundary.`,
    ],
    [
      "read",
      "AccessDeniedException",
      `${user("secretsmanager:GetSecretValue", SECRET)} because no VPC endpoint policy allows the secretsmanager:GetSecretValue action`,
      `access_denied: The AWS role deployer may not call secretsmanager:GetSecretValue on ${SECRET}. The policy of the VPC endpoint that this machine uses leaves secretsmanager:GetSecretValue out: widen it.`,
    ],
    [
      "read",
      "AccessDeniedException",
      `${user("kms:Decrypt", KEY)} because no identity-based policy allows the kms:Decrypt action`,
      `access_denied: The AWS role deployer may not call kms:Decrypt on ${KEY}, which secret "prod/kms-signing" takes. Grant the role kms:Decrypt on it.`,
    ],
    [
      "read",
      "AccessDeniedException",
      "Access to KMS is not allowed",
      'access_denied: The AWS role may not use the KMS key of secret "prod/kms-signing", or the key does not exist in this region. Grant the role kms:Decrypt on that key, and let the key\'s policy allow it.',
    ],
    [
      "parameter",
      "AccessDeniedException",
      "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: 5f642215-959a-11e8-bfd1-81a81941d54a)",
      'access_denied: The AWS role may not use the KMS key of parameter "/prod/kms/a", or the key does not exist in this region. Grant the role kms:Decrypt on that key, and let the key\'s policy allow it.',
    ],
    [
      "parameter",
      "AccessDeniedException",
      `User: ${JOB} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException)`,
      'access_denied: The AWS role may not use the KMS key of parameter "/prod/kms/a", or the key does not exist in this region. Grant the role kms:Decrypt on that key, and let the key\'s policy allow it.',
    ],
    [
      "parameter",
      "AccessDeniedException",
      `${user("ssm:GetParameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/kms/a")} because no identity-based policy allows the ssm:GetParameter action`,
      "access_denied: The AWS role deployer may not call ssm:GetParameter on arn:aws:ssm:eu-west-1:111122223333:parameter/prod/kms/a. Grant the role ssm:GetParameter on it.",
    ],
    [
      "assume",
      "AccessDenied",
      user("sts:AssumeRole", ROLE),
      `access_denied: The AWS role deployer may not call sts:AssumeRole on ${ROLE}. Grant the role sts:AssumeRole on it, and let the trust policy of the role to assume name the role that assumes it.`,
    ],
    [
      "assume",
      "AccessDenied",
      user("sts:TagSession", ROLE),
      `access_denied: The AWS role deployer may not call sts:TagSession on ${ROLE}, which role ${ROLE} takes. Grant the role sts:TagSession on it.`,
    ],
    [
      "mail",
      "AccessDeniedException",
      `User \`${JOB}' is not authorized to perform \`ses:SendEmail' on resource \`arn:aws:ses:eu-west-1:111122223333:identity/handoff@acme.example'`,
      "access_denied: The AWS role deployer may not call ses:SendEmail on arn:aws:ses:eu-west-1:111122223333:identity/h•••@acme.example. Grant the role ses:SendEmail on it.",
    ],
    [
      "mail",
      "AccessDeniedException",
      `User \`${JOB}' is not authorized to perform \`ses:SendEmail' on resource \`arn:aws:ses:eu-west-1:111122223333:configuration-set/handoff'`,
      "access_denied: The AWS role deployer may not call ses:SendEmail on arn:aws:ses:eu-west-1:111122223333:configuration-set/handoff. Grant the role ses:SendEmail on it.",
    ],
    [
      "mail",
      "AccessDeniedException",
      `User \`${JOB}' is not authorized to perform \`ses:SendEmail' on resource \`arn:aws:ses:eu-west-1:111122223333:identity/${TO}'`,
      "access_denied: The AWS role may not call ses:SendEmail on the identity of recipient a•••@vendor.example, which is one of this account's own. Grant it ses:SendEmail on that identity as well.",
    ],
    [
      "list",
      "AccessDeniedException",
      `User: arn:aws:iam::111122223333:user/ci/robot is not authorized to perform: secretsmanager:ListSecrets because no identity-based policy allows the secretsmanager:ListSecrets action`,
      "access_denied: The AWS user robot may not call secretsmanager:ListSecrets on *, which prefix* needs. Grant the role secretsmanager:ListSecrets on it.",
    ],
  ];
  test.each(rows)("%s, %s: %s", async (...row) => {
    expect(await sentenceFor(row)).toBe(row[3]);
  });
});

describe("one exception's name stands for many things:", () => {
  const rows: readonly Row[] = [
    [
      "read",
      "InvalidRequestException",
      "You can't perform this operation on the secret because it was marked for deletion.",
      'secret_unreadable: Secret "prod/kms-signing" is marked for deletion. Restore it, or drop it from secret-ids.',
    ],
    [
      "read",
      "InvalidRequestException",
      "You tried to perform the operation on a secret that's currently marked deleted.",
      'secret_unreadable: Secret "prod/kms-signing" is marked for deletion. Restore it, or drop it from secret-ids.',
    ],
    [
      "read",
      "InvalidRequestException",
      "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.",
      'secret_unreadable: Secret "prod/kms-signing" belongs to another AWS account and is encrypted with that account\'s default key, which nobody else can use. Encrypt it with a KMS key of its own that admits this account.',
    ],
    [
      "read",
      "InvalidRequestException",
      "You provided a VersionStage that is not associated to the provided VersionId.",
      'aws_refused: Secrets Manager refused the request for secret "prod/kms-signing" (InvalidRequestException: You provided a VersionStage that is not associated to the provided VersionId; request 1a2b3c4d-0000-4000-8000-aabbccddeeff).',
    ],
    [
      "rotate",
      "InvalidRequestException",
      "You can't perform this operation on the secret because it was marked for deletion.",
      'secret_unreadable: Secret "prod/db" is marked for deletion. Restore it, or drop it from secret-ids.',
    ],
    [
      "rotate",
      "InvalidRequestException",
      "No Lambda rotation function ARN is associated with this secret.",
      'rotation_unconfigured: Secret "prod/db" has no rotation set up. Set one up in Secrets Manager, or use rotate: generate.',
    ],
    [
      "rotate",
      "InvalidRequestException",
      "You tried to enable rotation on a secret that doesn't already have a Lambda function ARN configured and you didn't include such an ARN as a parameter in this call.",
      'rotation_unconfigured: Secret "prod/db" has no rotation set up. Set one up in Secrets Manager, or use rotate: generate.',
    ],
    [
      "rotate",
      "InvalidRequestException",
      "The secret is managed by another service, and you must use that service to update it.",
      'rotation_unconfigured: Secret "prod/db" is managed by another AWS service and changes only through it. Rotate it there, and hand it over without rotating it here.',
    ],
    [
      "rotate",
      "ResourceNotFoundException",
      "Lambda does not exist or could not be accessed",
      'rotation_failed: The rotation function of secret "prod/db" does not exist any more, or Secrets Manager cannot reach it. Set up rotation with a function that is there.',
    ],
    [
      "rotate",
      "ResourceNotFoundException",
      "Secrets Manager can't find the specified secret.",
      'secret_unknown: There is no secret "prod/db". Check secret-ids, the region and the account of the AWS credentials.',
    ],
    [
      "rotate",
      "AccessDeniedException",
      "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.",
      'rotation_failed: Secrets Manager may not invoke the rotation function of secret "prod/db". Let the function\'s policy allow lambda:InvokeFunction to secretsmanager.amazonaws.com.',
    ],
    [
      "promote",
      "InvalidParameterException",
      "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
      'secret_unreadable: Secret "prod/db" is a replica and changes only where its primary is. Name the primary secret by its ARN, or give its region.',
    ],
    [
      "promote",
      "InvalidParameterException",
      "Invalid staging label.",
      'aws_refused: Secrets Manager refused the request for secret "prod/db" (InvalidParameterException: Invalid staging label; request 1a2b3c4d-0000-4000-8000-aabbccddeeff).',
    ],
    [
      "read",
      "ResourceNotFoundException",
      "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      'secret_unreadable: Secret "prod/kms-signing" has no value. Put one into it first.',
    ],
    [
      "read",
      "ValidationException",
      "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
      'secret_ids: AWS does not take "prod/kms-signing" as a secret\'s name. Check secret-ids.',
    ],
    [
      "read",
      "ValidationException",
      "1 validation error detected: Value 'hunter2-hunter2' at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536",
      "aws_refused: Secrets Manager refused the request for secret \"prod/kms-signing\" (ValidationException: 1 validation error detected: Value [removed] at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536; request 1a2b3c4d-0000-4000-8000-aabbccddeeff).",
    ],
    [
      "read",
      "LimitExceededException",
      "The request failed because it would exceed one of the Secrets Manager quotas.",
      'aws_refused: Secrets Manager refused the request for secret "prod/kms-signing" (LimitExceededException: The request failed because it would exceed one of the Secrets Manager quotas; request 1a2b3c4d-0000-4000-8000-aabbccddeeff).',
    ],
    [
      "parameter",
      "InvalidKeyId",
      `${KEY} is pending deletion. (Service: AWSKMS; Status Code: 400; Error Code: KMSInvalidStateException; Request ID: a45f1c26-e158-43b1-88e7-576d40fd5c77; Proxy: null)`,
      `secret_unreadable: The KMS key of parameter "/prod/kms/a" cannot be used (InvalidKeyId: ${KEY} is pending deletion. (Service: AWSKMS; Status Code: 400; Error Code: KMSInvalidStateException; Request ID: a45f1c26-e158-43b1-88e7-576d40fd5c77; Proxy: null); request 1a2b3c4d-0000-4000-8000-aabbccddeeff). Check that the key exists in this region, is enabled, and is not to be deleted.`,
    ],
    [
      "parameter",
      "ParameterVersionNotFound",
      "Systems Manager could not find version 3 of /prod/kms/a. Verify the version and try again.",
      'secret_unknown: Parameter "/prod/kms/a" has no such version or label. Check what stands behind the colon in parameters.',
    ],
    [
      "parameter",
      "ValidationException",
      "Parameter name must not contain consecutive slashes: /prod//a",
      'aws_refused: Systems Manager refused the request for parameter "/prod/kms/a" (ValidationException: Parameter name must not contain consecutive slashes: /prod//a; request 1a2b3c4d-0000-4000-8000-aabbccddeeff).',
    ],
    [
      "assume",
      "ValidationError",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
      `input: ${ROLE} cannot be assumed for 2h: the AWS role that asks is itself assumed, and from such a role AWS gives one hour at most. Set role-duration to 1h or less.`,
    ],
    [
      "assume",
      "ValidationError",
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
      `input: ${ROLE} cannot be assumed for 2h: its maximum session duration is shorter. Shorten role-duration, or raise the maximum of the role.`,
    ],
    [
      "assume",
      "PackedPolicyTooLarge",
      "Packed policy consumes 112% of allotted space, please use smaller policy.",
      "input: role-session-policy is too long (AWS says: Packed policy consumes 112% of allotted space, please use smaller policy). Shorten it, or use a narrower role.",
    ],
    [
      "mail",
      "MessageRejected",
      `Email address is not verified. The following identities failed the check in region EU-WEST-1: ${TO}`,
      "mail_identity: Amazon SES may not send to a•••@vendor.example: the account is in the SES sandbox, where each recipient must be verified. Verify the recipient, or have AWS move the account out of the sandbox.",
    ],
    [
      "mail",
      "MessageRejected",
      "Email address is not verified. The following identities failed the check in region EU-WEST-1: handoff@acme.example",
      "mail_identity: Amazon SES may not send from handoff@acme.example: neither the address nor its domain is verified in this region. Verify it, or correct from or region.",
    ],
    [
      "mail",
      "MessageRejected",
      `Address blacklisted: ${TO}`,
      "mail_refused: Amazon SES refused the mail (MessageRejected: Address blacklisted: a•••@vendor.example; request 1a2b3c4d-0000-4000-8000-aabbccddeeff).",
    ],
    [
      "mail",
      "BadRequestException",
      "Illegal address for Ana Kowalska",
      "mail_refused: Amazon SES refused the mail (BadRequestException: Illegal address for [recipient] [recipient]; request 1a2b3c4d-0000-4000-8000-aabbccddeeff).",
    ],
    [
      "mail",
      "TooManyRequestsException",
      "Daily message quota exceeded.",
      "mail_quota: Amazon SES has sent what this account may send in 24 hours. Run again later, or ask AWS for a higher sending quota.",
    ],
    [
      "mail",
      "NotFoundException",
      "Configuration set <handoff> does not exist.",
      "mail_identity: Amazon SES does not know the configuration set. Check configuration-set and the region.",
    ],
  ];
  test.each(rows)("%s, %s: %s", async (...row) => {
    expect(await sentenceFor(row)).toBe(row[3]);
  });
});

describe("credentials, region and clock are distinguished:", () => {
  const rows: readonly Row[] = [
    [
      "read",
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
      "aws_credentials: AWS does not accept the credentials (UnrecognizedClientException). Check what aws-actions/configure-aws-credentials set before this step.",
    ],
    [
      "read",
      "ExpiredTokenException",
      "The security token included in the request is expired",
      "aws_credentials: The AWS credentials have expired (ExpiredTokenException). Run aws-actions/configure-aws-credentials shortly before this step, or raise its role-duration-seconds.",
    ],
    [
      "read",
      "InvalidSignatureException",
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:IQoJb3JpZ2luX2VjEXAMPLE'",
      "aws_credentials: AWS does not accept the credentials (InvalidSignatureException). Check what aws-actions/configure-aws-credentials set before this step.",
    ],
    [
      "read",
      "InvalidSignatureException",
      "Signature expired: 20261121T100000Z is now earlier than 20261121T100500Z (20261121T101000Z - 5 min.)",
      "clock: AWS does not accept the time of the requests (InvalidSignatureException): this machine's clock is more than five minutes off. Set it, for example by NTP.",
    ],
    [
      "read",
      "InvalidSignatureException",
      "Signature not yet current: 20261121T102000Z is still later than 20261121T101500Z (20261121T101000Z + 5 min.)",
      "clock: AWS does not accept the time of the requests (InvalidSignatureException): this machine's clock is more than five minutes off. Set it, for example by NTP.",
    ],
    [
      "assume",
      "RegionDisabledException",
      "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.",
      "aws_region: AWS STS is not activated in this region for the account. Activate it, or set another region.",
    ],
  ];
  test.each(rows)("%s, %s: %s", async (...row) => {
    expect(await sentenceFor(row)).toBe(row[3]);
  });

  test.each(["eu west 1", "eu-west-1.evil.example/", "'eu-west-1'", "$REGION"])(
    "the region %j is malformed",
    async (region) => {
      const { code, message } = await rejectionOf(
        secretsManager({ region }, unending(), runtime()).read("a"),
      );
      expect(`${code}: ${message}`).toBe(
        "aws_region: The AWS region is malformed. Write region (or AWS_REGION) like eu-west-1, without spaces or quotes.",
      );
    },
  );

  test("an address of AWS that is no URL", async () => {
    process.env.AWS_ENDPOINT_URL = "not a url";
    const { code, message } = await rejectionOf(CALLS.read());
    process.env.AWS_ENDPOINT_URL = server.url;
    expect(`${code}: ${message}`).toBe(
      "aws_unavailable: An address of AWS in the environment is not a URL. Check AWS_ENDPOINT_URL and its like.",
    );
  });
});

test("the recipient's name, address and pieces stay out of every sentence, however AWS spells them", async () => {
  const spellings = [
    TO,
    TO.toUpperCase(),
    "ana.kowalska%40vendor.example",
    "ana.kowalska=vendor.example",
    "No such user ana.kowalska here",
    "Ana Kowalska's mailbox",
    "kowalska, ana",
  ];
  for (const spelling of spellings) {
    const told = await sentenceFor(["mail", "MessageRejected", `Refused: ${spelling}`, ""]);
    expect(told).not.toMatch(/ana\b|kowalska/i);
  }
});
