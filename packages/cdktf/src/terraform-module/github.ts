import type { Construct } from "constructs";
import { allow } from "../iam/policies.ts";
import { checkMailStatement, mailStatement, SenderRole } from "../iam/sender-role.ts";
import { type ArnParts, ReadableStack, tagEverything } from "../terraform.ts";
import { type Rule, ref, SHARED, type Variable } from "./variables.ts";

const whole = (name: string, consequence: string): Rule => [
  `!can(regex("[*?:]", var.${name}))`,
  `${name} must be written out, without a wildcard or a colon: else ${consequence}.`,
];
const gitHubNumber = (name: string): Rule => [
  `can(regex("^[1-9][0-9]*$", var.${name}))`,
  `${name} must be GitHub's number: names can be given to somebody else, numbers cannot.`,
];

export const GITHUB_VARIABLES: Readonly<Record<string, Variable>> = {
  name: SHARED.name("secret-handoff-github"),
  oidc_provider_arn: { type: "string", description: "ARN of the account's OIDC provider for GitHub." },
  owner: {
    type: "string",
    description: "Owner of the repository.",
    holds: [
      '!can(regex("[*?/]", var.owner))',
      "owner must be written out: a wildcard would admit strangers.",
    ],
  },
  repository: {
    type: "string",
    description: "Name of the repository, without its owner.",
    holds: [
      '!can(regex("[*?/]", var.repository))',
      "repository must be written out: a wildcard would admit repositories that are not yours.",
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
  secret_names: {
    type: "list(string)",
    description: "Names of the secrets that the role may read; a trailing /* takes all below a path.",
    holds: [
      'length(var.secret_names) > 0 && alltrue([for n in var.secret_names : can(regex("^[[:word:]+=.@-]+(/[[:word:]+=.@-]+)*(/[*])?$", n))])',
      "Name at least one secret, whole, or a path that ends with /*.",
    ],
  },
  rotate: { type: "bool", description: "Lets the role start the secrets' own rotation.", default: false },
  mail_identity_arn: { type: "string", description: "The SES identity that links are mailed from." },
  mail_configuration_set_arn: {
    type: "string",
    description: "The service's output mail_configuration_set_arn.",
  },
  mail_from: { type: "string", description: "The sender's address, in that identity." },
  permissions_boundary_arn: SHARED.permissionsBoundary,
  tags: SHARED.tags,
};

/** A sending workflow's role, as a plain Terraform module. */
export class GitHubModule extends ReadableStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const sender = new SenderRole(this, "sender", {
      name: ref("name"),
      oidcProviderArn: ref("oidc_provider_arn"),
      jobs: {
        repository: `${ref("owner")}/${ref("repository")}`,
        ownerId: ref("owner_id"),
        repositoryId: ref("repository_id"),
        environment: ref("environment"),
      },
      permissionsBoundaryArn: ref("permissions_boundary_arn"),
      statements: (here) => [
        allow("UseNamedSecrets", { expression: ACTIONS }, { expression: secretArns(here) }),
        mailStatement(MAIL, here),
        checkMailStatement(MAIL, here),
      ],
    });
    tagEverything(sender, ref("tags"));
    this.output({ roleArn: sender.arn });
  }
}

const MAIL = {
  identityArn: ref("mail_identity_arn"),
  configurationSetArn: ref("mail_configuration_set_arn"),
  from: ref("mail_from"),
};

const ACTIONS =
  'concat(["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], var.rotate ? ["secretsmanager:RotateSecret"] : [])';

/**
 * Secrets Manager ends every secret's ARN with a hyphen and six characters of its own. Inside an expression cdktf leaves
 * references bare, so the parts are joined and not written into a text.
 */
function secretArns({ partition, region, account }: ArnParts): string {
  const name = 'endswith(n, "/*") ? n : format("%s-??????", n)';
  return `[for n in var.secret_names : join(":", ["arn", ${partition}, "secretsmanager", ${region}, ${account}, "secret", ${name}])]`;
}
