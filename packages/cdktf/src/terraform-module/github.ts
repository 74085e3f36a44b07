import type { Construct } from "constructs";
import { ARNS, arnRule, PATTERNS } from "../checks/values.ts";
import { ROTATES_ONLY } from "../iam/function-permissions.ts";
import { allow, policyDocument, type Statement } from "../iam/policies.ts";
import { checkMailStatement, gitHubTrust, mailLinksStatement, SenderRole } from "../iam/sender-role.ts";
import { GITHUB_ISSUER } from "../policy.ts";
import { type ArnParts, ReadableStack, tagEverything } from "../terraform.ts";
import { GIVEN } from "./hcl.ts";
import type { MadeIf } from "./made-if.ts";
import {
  arnsVariable,
  arnVariable,
  expression,
  isArn,
  isLike,
  isLikeIfGiven,
  isWhole,
  type Rule,
  ref,
  SHARED,
  type Variable,
} from "./variables.ts";

const whole = (name: string, consequence: string): Rule => [
  `!can(regex("^$|[*?:]|^\\\\s|\\\\s$", var.${name}))`,
  `${name} must be written out, without a wildcard, a colon, or white space around it: else ${consequence}.`,
];
const gitHubNumber = (name: string): Rule => [
  isLike(`var.${name}`, PATTERNS.gitHubNumber),
  `${name} must be GitHub's number: names can be given to somebody else, numbers cannot.`,
];

const TAG = "^[^*?\\s]([^*?]*[^*?\\s])?$";

export const GITHUB_VARIABLES: Readonly<Record<string, Variable>> = {
  name: SHARED.name("secret-handoff-github"),
  oidc_provider_arn: {
    type: "string",
    description: "ARN of the account's OIDC provider for GitHub.",
    holds: [
      isArn("var.oidc_provider_arn", ARNS.oidcProvider),
      `oidc_provider_arn ${arnRule(ARNS.oidcProvider)}.`,
    ],
  },
  owner: {
    type: "string",
    description: "Owner of the repository.",
    holds: [
      isLike("var.owner", PATTERNS.owner),
      "owner must be written out, as GitHub writes it: a wildcard would admit strangers.",
    ],
  },
  repository: {
    type: "string",
    description: "Name of the repository, without its owner.",
    holds: [
      isLike("var.repository", PATTERNS.repositoryName),
      "repository must be written out, without its owner: a wildcard would admit repositories that are not yours.",
    ],
  },
  owner_id: {
    type: "string",
    description: "GitHub's number of the owner (gh api repos/OWNER/NAME --jq .owner.id).",
    holds: gitHubNumber("owner_id"),
  },
  repository_id: {
    type: "string",
    description: "GitHub's number of the repository (gh api repos/OWNER/NAME --jq .id).",
    holds: gitHubNumber("repository_id"),
  },
  environment: {
    type: "string",
    description: "The job's GitHub environment.",
    holds: whole("environment", "jobs that no environment's rules protect would be admitted"),
  },
  workflow: {
    type: "string",
    description:
      "The workflow file that defines the job, owner/name/.github/workflows/file.yml@ref. Without it, any of the repository.",
    default: null,
    holds: [
      'var.workflow == null || can(regex("^[^/*?]+/[^/*?]+/[.]github/workflows/[^*?]+[.]ya?ml@[^*?]+$", var.workflow))',
      "workflow must read owner/name/.github/workflows/file.yml@ref, without a wildcard.",
    ],
  },
  issuer: {
    type: "string",
    description:
      "Issuer of the jobs' tokens. Of another than github.com's, AWS compares the subject alone: protect the environment.",
    default: GITHUB_ISSUER,
    holds: [
      `${isLike("var.issuer", PATTERNS.httpsUrl)} && !can(regex("[*]", var.issuer))`,
      "issuer must be an https URL without a trailing slash.",
    ],
  },
  secret_names: {
    type: "list(string)",
    description: "Names of the secrets that the role may read; a trailing /* takes all below a path.",
    default: [],
    holds: [
      `alltrue([for n in var.secret_names : ${isLike("n", PATTERNS.secretName)}])`,
      "Name each secret whole, or a path that ends with /*.",
    ],
  },
  secret_tags: {
    type: "map(string)",
    description: "Lets the role read every secret that has all of these tags.",
    default: {},
    holds: [
      `alltrue([for key, value in var.secret_tags : alltrue([for text in [key, value] : ${isLike("text", TAG)}])])`,
      "secret_tags has a key and a value for each tag, written out: neither is empty, has white space around it, or has a wildcard.",
    ],
  },
  parameter_names: {
    type: "list(string)",
    description: "Names of Systems Manager parameters to read; a trailing /* takes all below a path.",
    default: [],
    holds: [
      `alltrue([for n in var.parameter_names : ${isLike("n", PATTERNS.parameterName)}])`,
      "Name each parameter whole, or a path that ends with /*.",
    ],
  },
  passphrase_path: {
    type: "string",
    description:
      "Path of Parameter Store under which the role may put generated passphrases, and delete them: the action's passphrase-path. Without it, none.",
    default: null,
    holds: [
      isLikeIfGiven("var.passphrase_path", PATTERNS.passphrasePath),
      "passphrase_path must be a path like /secret-handoff/passphrases, without a slash at its end.",
    ],
  },
  assume_role_arns: arnsVariable(
    "assume_role_arns",
    ARNS.role,
    "Roles to assume, for the action's source: sts. Each must trust this role.",
  ),
  rotate: {
    type: "string",
    description:
      "managed starts the rotation that a secret has; generate writes a new value. Without it, the role only reads.",
    default: null,
    holds: [
      'var.rotate == null || contains(["managed", "generate"], coalesce(var.rotate, "none"))',
      "rotate is managed or generate.",
    ],
  },
  rotation_function_arns: arnsVariable(
    "rotation_function_arns",
    ARNS.function,
    "Your rotation functions, with rotate = managed: who rotates a secret must be able to invoke them.",
  ),
  list_secrets: {
    type: "bool",
    description: "Lets the role list the account's secrets, for prefix* in the action's secret-ids.",
    default: false,
  },
  kms_key_arns: arnsVariable(
    "kms_key_arns",
    ARNS.key,
    "The keys that encrypt those secrets and parameters, unless they are AWS's own.",
  ),
  mail_identity_arn: arnVariable(
    "mail_identity_arn",
    ARNS.sesIdentity,
    "The SES identity that links are mailed from. Without it, the role mails nothing.",
  ),
  mail_configuration_set_arn: arnVariable(
    "mail_configuration_set_arn",
    ARNS.sesConfigurationSet,
    "The service's output mail_configuration_set_arn.",
  ),
  mail_from: {
    type: "string",
    description: "The sender's address, in that identity. Without it, the role mails nothing.",
    default: null,
    holds: [
      isLikeIfGiven("var.mail_from", PATTERNS.address),
      "mail_from must be a bare e-mail address, such as handoff@example.com.",
    ],
  },
  max_session_duration: {
    type: "number",
    description: "Seconds that the role's credentials may last: as long as a step awaits its recipients.",
    default: 3_600,
    holds: [
      isWhole("var.max_session_duration", 3_600, 43_200),
      "max_session_duration is in seconds, from 3600 to 43200.",
    ],
  },
  permissions_boundary_arn: SHARED.permissionsBoundary,
  tags: SHARED.tags,
};

const some = (variable: string): string => `length(var.${variable}) > 0`;

export const GITHUB_MADE_IF: MadeIf = {
  resources: {},
  statements: {
    UseNamedSecrets: some("secret_names"),
    UseTaggedSecrets: some("secret_tags"),
    RotateNamedSecrets: `var.rotate == "managed" && ${some("secret_names")}`,
    RotateTaggedSecrets: `var.rotate == "managed" && ${some("secret_tags")}`,
    InvokeRotationFunctions: `var.rotate == "managed" && ${some("rotation_function_arns")}`,
    ReadParameters: some("parameter_names"),
    ReadParameterPaths: 'anytrue([for n in var.parameter_names : endswith(n, "/*")])',
    KeepPassphrases: "var.passphrase_path != null",
    AssumeRoles: some("assume_role_arns"),
    ListSecrets: "var.list_secrets",
    GeneratePasswords: 'var.rotate == "generate"',
    DecryptSecrets: some("kms_key_arns"),
    MailLinks: "var.mail_identity_arn != null",
    CheckMailIdentity: "var.mail_identity_arn != null",
  },
  variables: {},
  inputs: {
    '{"EXAMPLE-TAG":"EXAMPLE"}': `{ for key, value in var.secret_tags : "aws:ResourceTag/\${key}" => value }`,
  },
};

/** A sending workflow's role, as a plain Terraform module. */
export class GitHubModule extends ReadableStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.addOverride("locals", {
      issuer_host: expression('replace(var.issuer, "https://", "")'),
      github_dot_com: expression(isLike("var.issuer", PATTERNS.gitHubIssuer)),
    });
    const jobs = {
      repository: `${ref("owner")}/${ref("repository")}`,
      ownerId: ref("owner_id"),
      repositoryId: ref("repository_id"),
      environment: ref("environment"),
      workflow: ref("workflow"),
    };
    const sender = new SenderRole(this, "sender", {
      name: ref("name"),
      oidcProviderArn: ref("oidc_provider_arn"),
      jobs,
      permissionsBoundaryArn: ref("permissions_boundary_arn"),
      statements,
    });
    sender.role.addOverride(
      "assume_role_policy",
      policyDocument([forAnyIssuer(gitHubTrust(jobs, ref("oidc_provider_arn")))]),
    );
    sender.role.addOverride("lifecycle.precondition", PRECONDITIONS);
    sender.role.addOverride("max_session_duration", ref("max_session_duration"));
    tagEverything(sender, ref("tags"));
    this.output({ roleArn: sender.arn, roleName: sender.role.name });
  }
}

const PRECONDITIONS = [
  {
    condition: expression(
      "length(var.secret_names) + length(var.secret_tags) + length(var.parameter_names) + length(var.assume_role_arns) > 0",
    ),
    error_message:
      "The role could read nothing to hand over: give secret_names, secret_tags, parameter_names or assume_role_arns.",
  },
  {
    condition: expression("var.rotate == null || length(var.secret_names) + length(var.secret_tags) > 0"),
    error_message: "The role has rotate, and no secret to rotate: give secret_names or secret_tags.",
  },
  {
    condition: expression('length(var.rotation_function_arns) == 0 || try(var.rotate == "managed", false)'),
    error_message: "The role has rotation_function_arns, which only rotate = managed needs.",
  },
  {
    condition: expression("var.workflow == null || local.github_dot_com"),
    error_message:
      "AWS compares workflow for github.com and ghe.com only: with another issuer leave it out, and protect the environment.",
  },
  {
    condition: expression(
      "var.mail_identity_arn == null || (var.mail_configuration_set_arn != null && var.mail_from != null)",
    ),
    error_message:
      "With mail_identity_arn the role needs mail_from, the only address that it may mail from, and mail_configuration_set_arn.",
  },
];

/** Claims that AWS compares for github.com and ghe.com only. */
const OF_GITHUB_DOT_COM = ["repository_id", "environment", "job_workflow_ref"];

/** The trust in the jobs of github.com, under the host of the issuer that is given. */
function forAnyIssuer(trust: Statement): Statement {
  const claims = Object.entries(trust.Condition?.StringEquals ?? {}).map(([claim, value]) => {
    const name = claim.slice(claim.lastIndexOf(":") + 1);
    const bare = String(value).slice(2, -1);
    return [
      `${expression("local.issuer_host")}:${name}`,
      OF_GITHUB_DOT_COM.includes(name) ? expression(`local.github_dot_com ? ${bare} : null`) : value,
    ];
  });
  return { ...trust, Condition: { StringEquals: { [GIVEN]: "given", ...Object.fromEntries(claims) } } };
}

const MAIL = {
  identityArn: ref("mail_identity_arn"),
  configurationSetArn: ref("mail_configuration_set_arn"),
  from: ref("mail_from"),
};

/** Those of the construct's role ({@link senderRightsStatements}), of which {@link GITHUB_MADE_IF} takes what is asked for. */
function statements(here: ArnParts): readonly Statement[] {
  const secrets = arnOf("secretsmanager", here, "secret");
  const named = {
    // Secrets Manager ends every secret's ARN with a hyphen and six characters of its own.
    expression: `[for n in var.secret_names : join(":", [${secrets}, endswith(n, "/*") ? n : format("%s-??????", n)])]`,
  };
  const any = { expression: `[join(":", [${secrets}, "*"])]` };
  const tagged = { StringEquals: { "EXAMPLE-TAG": "EXAMPLE" } };
  const rotate = ["secretsmanager:RotateSecret"];
  return [
    allow("UseNamedSecrets", { expression: ACTIONS }, named),
    allow("UseTaggedSecrets", { expression: ACTIONS }, any, tagged),
    allow("RotateNamedSecrets", rotate, named, ROTATES_ONLY),
    allow("RotateTaggedSecrets", rotate, any, { ...tagged, ...ROTATES_ONLY }),
    allow("InvokeRotationFunctions", ["lambda:InvokeFunction"], { expression: "var.rotation_function_arns" }),
    allow("ReadParameters", ["ssm:GetParameter"], {
      expression: `[for n in var.parameter_names : join(":", [${arnOf("ssm", here)}, "parameter/\${trimprefix(n, "/")}"])]`,
    }),
    // Reading a path is a right on the path itself.
    allow("ReadParameterPaths", ["ssm:GetParametersByPath"], {
      expression: `flatten([for n in var.parameter_names : [for path in [trimsuffix(n, "/*"), n] : join(":", [${arnOf("ssm", here)}, "parameter/\${trimprefix(path, "/")}"])] if endswith(n, "/*")])`,
    }),
    allow("KeepPassphrases", ["ssm:PutParameter", "ssm:AddTagsToResource", "ssm:DeleteParameter"], {
      expression: `[join(":", [${arnOf("ssm", here)}, "parameter/\${trimprefix(coalesce(var.passphrase_path, "/"), "/")}/*"])]`,
    }),
    allow("AssumeRoles", ["sts:AssumeRole"], { expression: "var.assume_role_arns" }),
    allow("ListSecrets", ["secretsmanager:ListSecrets"], ["*"]),
    allow("GeneratePasswords", ["secretsmanager:GetRandomPassword"], ["*"]),
    allow(
      "DecryptSecrets",
      { expression: 'concat(["kms:Decrypt"], var.rotate == "generate" ? ["kms:GenerateDataKey"] : [])' },
      { expression: "var.kms_key_arns" },
      {
        StringEquals: {
          "kms:ViaService": [
            `secretsmanager.${here.region}.amazonaws.com`,
            `ssm.${here.region}.amazonaws.com`,
          ],
        },
      },
    ),
    mailLinksStatement(MAIL, here),
    checkMailStatement(MAIL, here),
  ];
}

const ACTIONS =
  'concat(["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], var.rotate == "generate" ? ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"] : [])';

/** Parts of an ARN as arguments of join: inside an expression cdktf leaves references bare. */
function arnOf(
  service: string,
  { partition, region, account }: ArnParts,
  ...rest: readonly string[]
): string {
  const parts = [`"arn"`, partition, `"${service}"`, region, account, ...rest.map((part) => `"${part}"`)];
  return parts.join(", ");
}
