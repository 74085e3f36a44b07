import type { GitHubJobs, MailRights, SecretHandoffSenderProps, SenderRights } from "../iam/sender-role.ts";
import { choice, flag, list, map, optional, props, text, whole } from "./schema.ts";
import {
  ARNS,
  address,
  arn,
  boundaryArn,
  environment,
  functionArn,
  httpsUrl,
  keyArn,
  matches,
  NO_WILDCARD,
  ownerId,
  providerArn,
  repository,
  repositoryId,
  roleName,
  tags,
} from "./values.ts";

const SECRET_NAME_PATTERN = /^[\w+=.@-]+(\/[\w+=.@-]+)*(\/\*)?$/;
const PARAMETER_NAME_PATTERN = /^\/?[\w.-]+(\/[\w.-]+)*(\/\*)?$/;

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
    list(text([matches(SECRET_NAME_PATTERN), "must be the name of a secret, or a path that ends with /*"])),
  ),
  secretTags: optional(map(text(NO_WILDCARD), text(NO_WILDCARD))),
  parameterNames: optional(
    list(
      text([matches(PARAMETER_NAME_PATTERN), "must be the name of a parameter, or a path that ends with /*"]),
    ),
  ),
  passphrasePath: optional(
    text([
      matches(/^(?:\/[\w.-]+){1,10}$/),
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
