export { askedToStop } from "./asked-to-stop.ts";
export { localClient } from "./engine/client.ts";
export { type Engine, EngineError, type EngineName } from "./engine/engine.ts";
export { type EngineOptions, installedEngines, startEngine } from "./engine/start-engine.ts";
export { DEFAULT_JOB, type Job } from "./github/job.ts";
export { type Minting, type OidcIssuer, startOidcIssuer } from "./github/oidc-issuer.ts";
export { type Loopback, serveLoopback } from "./loopback.ts";
export type { Inbox, Mail } from "./mail/inbox.ts";
export { type MailCatcher, startMailCatcher } from "./mail/mail-catcher.ts";
export { sesThrottled } from "./mail/ses-endpoint.ts";
export { readFileCommands } from "./runner/command-files.ts";
export { RunnerFilter } from "./runner/log.ts";
export {
  type ActionOptions,
  type ActionResult,
  localInputs,
  runAction,
  startAction,
} from "./runner/run-action.ts";
export {
  type Asked,
  type Rotation,
  type SecretsManagerEndpoint,
  type SecretValue,
  startSecretsManager,
  type Vault,
} from "./secrets-manager/index.ts";
export { AUDIT_TABLE, type Service, startService, TABLE } from "./service.ts";
export {
  type Addresses,
  LOCAL_SENDERS,
  type LocalStack,
  type LocalStackOptions,
  startLocalStack,
} from "./stack.ts";
