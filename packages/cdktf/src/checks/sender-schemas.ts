import {
  type CredentialClass,
  MOST_APPROVALS,
  type OperatorEntry,
  Right,
  type SenderEntry,
  type TrustedClaims,
  type TrustedIssuer,
} from "@secret-handoff/protocol/api";
import type { GitHubJobs, MailRights, SecretHandoffSenderProps, SenderRights } from "../iam/sender-role.ts";
import { atMost, choice, flag, list, listOrNone, map, optional, props, text, whole } from "./schema.ts";
import {
  ARNS,
  address,
  arn,
  boundaryArn,
  environment,
  functionArn,
  httpsUrl,
  keyArn,
  LONGEST_LIFE,
  matches,
  NO_WILDCARD,
  ownerId,
  PATTERNS,
  providerArn,
  repository,
  repositoryId,
  roleName,
  tags,
} from "./values.ts";

const RIGHTS = Right.options;

export const SENDER = props<SenderEntry>({
  repositoryId: optional(repositoryId),
  repository: optional(repository),
  ownerId: optional(ownerId),
  environment: optional(environment),
  workflow: optional(
    text(NO_WILDCARD, [
      matches(/^([^/\s]+\/[^/\s]+\/)?\.github\/workflows\/[^/@\s]+\.ya?ml(@\S+)?$/),
      "must read .github/workflows/file.yml, with owner/name/ before it or @ref after it where needed",
    ]),
  ),
  ref: optional(text(NO_WILDCARD, [matches(/^refs\/./), "must be a whole git ref, such as refs/heads/main"])),
  events: optional(
    list(
      text(NO_WILDCARD, [matches(/^[a-z_]+$/), "must be the name of an event, such as workflow_dispatch"]),
    ),
  ),
  issuer: optional(httpsUrl),
  claims: optional(map(text(), text(NO_WILDCARD))),
  classes: optional(list(text(NO_WILDCARD))),
  roles: optional(list(text())),
  may: list(choice(...RIGHTS), `is empty, so it gives no right: give some of ${RIGHTS.join(", ")}`),
});

export const TRUSTED_ISSUER = props<TrustedIssuer>({
  issuer: httpsUrl,
  jwksUrl: httpsUrl,
  claims: optional(
    props<TrustedClaims>({
      ...{ owner: optional(text(NO_WILDCARD)), name: optional(text(NO_WILDCARD)) },
      ...{ run: optional(text(NO_WILDCARD)), actor: optional(text(NO_WILDCARD)) },
      environment: optional(text(NO_WILDCARD)),
    }),
  ),
});

export const OPERATOR = props<OperatorEntry>({
  principal: text(
    NO_WILDCARD,
    [
      (value) => !/:assumed-role\/[^/]+$/.test(value),
      "is of a role's sessions and names none: give the role's own ARN, arn:aws:iam::ACCOUNT:role/NAME, which stands for all of them",
    ],
    [
      matches(/^arn:aws[a-z-]*:(iam::\d{12}:(role|user)\/\S+|sts::\d{12}:assumed-role\/[^/\s]+\/[^/\s]+)$/),
      "must be the whole ARN of a role, of a user, or of one session of a role",
    ],
  ),
  classes: optional(list(text(NO_WILDCARD))),
  roles: optional(list(text())),
  may: list(choice(...RIGHTS), `is empty, so it gives no right: give some of ${RIGHTS.join(", ")}`),
});

export const CLASS = props<CredentialClass>({
  name: text([
    matches(new RegExp(PATTERNS.className)),
    "must be 1 to 64 of a-z, 0-9 and hyphens, beginning with a letter or digit",
  ]),
  expiresWithin: whole(
    60,
    LONGEST_LIFE,
    "seconds",
    [
      (seconds) => seconds <= LONGEST_LIFE,
      (seconds) =>
        `is in seconds, at most ${LONGEST_LIFE} (31 days)${seconds % 1_000 === 0 ? `: if that is in milliseconds, write ${seconds / 1_000}` : ""}`,
    ],
    [
      (seconds) => seconds >= 60,
      (seconds) => `is in seconds, at least 60${seconds > 0 ? `: for hours, write ${seconds} * 3_600` : ""}`,
    ],
  ),
  passphrase: choice("required", "recommended", "optional"),
  approvals: atMost(
    MOST_APPROVALS,
    listOrNone(text()),
    `has more than ${MOST_APPROVALS} roles, and each needs a person of its own: name fewer`,
  ),
  verification: choice("click", "email", "email-code"),
  environments: optional(list(environment)),
  reasonRequired: optional(flag),
  recipientDomains: optional(
    list(
      text([
        matches(new RegExp(PATTERNS.domain)),
        "must be a bare domain in lower case, such as vendor.example: no @ and no wildcard",
      ]),
    ),
  ),
  receiptRequired: optional(flag),
  reviewerRequired: optional(flag),
  rerunAsksAnew: optional(flag),
});

const JOBS = {
  repository,
  repositoryId,
  ownerId,
  environment,
  workflow: optional(
    text(NO_WILDCARD, [
      matches(/^[^/\s]+\/[^/\s]+\/\.github\/workflows\/[^/@\s]+\.ya?ml@\S+$/),
      "must read owner/name/.github/workflows/file.yml@ref",
    ]),
  ),
  issuer: optional(httpsUrl),
} satisfies { readonly [Key in keyof Required<GitHubJobs>]: unknown };

const RIGHTS_IN_STACK = {
  secretNames: optional(
    list(
      text([
        matches(new RegExp(PATTERNS.secretName)),
        "must be the name of a secret, or a path that ends with /*",
      ]),
    ),
  ),
  secretTags: optional(map(text(NO_WILDCARD), text(NO_WILDCARD))),
  parameterNames: optional(
    list(
      text([
        matches(new RegExp(PATTERNS.parameterName)),
        "must be the name of a parameter, or a path that ends with /*",
      ]),
    ),
  ),
  passphrasePath: optional(
    text([
      matches(new RegExp(PATTERNS.passphrasePath)),
      "must be a path like /secret-handoff/passphrases, without a slash at its end",
    ]),
  ),
  assumeRoleArns: optional(list(arn(ARNS.role))),
  rotate: optional(choice("managed", "generate")),
  rotationFunctionArns: optional(list(functionArn)),
  listSecrets: optional(flag),
  kmsKeyArns: optional(list(keyArn)),
} satisfies { readonly [Key in keyof Required<Omit<SenderRights, "mail">>]: unknown };

/** What the stack and the construct take alike. */
export const ROLE = {
  ...JOBS,
  ...RIGHTS_IN_STACK,
  name: optional(roleName),
  oidcProviderArn: optional(providerArn),
  maxSessionDuration: optional(
    whole(3_600, 43_200, "seconds", [
      (seconds) => seconds > 12,
      (hours) => `is in seconds: for ${hours} hours write ${hours} * 3_600`,
    ]),
  ),
  permissionsBoundaryArn: optional(boundaryArn),
  tags: optional(tags),
};

/** Of the construct for a workflow's role. */
export const SECRET_HANDOFF_SENDER = props<SecretHandoffSenderProps>({
  ...ROLE,
  mail: optional(
    props<MailRights>({
      identityArn: arn(ARNS.sesIdentity),
      configurationSetArn: arn(ARNS.sesConfigurationSet),
      from: address,
    }),
  ),
});
