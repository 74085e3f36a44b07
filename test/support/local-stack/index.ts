export type { Engine } from "./engine.ts";
export { DEFAULT_JOB, type Job } from "./github-claims.ts";
export type { Inbox, Mail } from "./inbox.ts";
export type { MailCatcher } from "./mail-catcher.ts";
export type { Minting, OidcIssuer } from "./oidc-issuer.ts";
export type { Asked, Rotation, SecretsManagerEndpoint, SecretValue, Vault } from "./secrets-manager/index.ts";
export type { Service } from "./service.ts";
export { sesThrottled } from "./ses-endpoint.ts";
export {
  type Addresses,
  LOCAL_SENDERS,
  type LocalStack,
  type LocalStackOptions,
  startLocalStack,
} from "./stack.ts";
