export { localClient } from "./engine/client.ts";
export {
  drawAddress,
  type Engine,
  EngineError,
  type EngineName,
  type EngineOptions,
  findDynoxide,
  installedEngines,
  startDynoxide,
  startEngine,
} from "./engine/engine.ts";
export { BAD_TOKEN, startGitHubApi, TOKEN_WITHOUT_ACTIONS } from "./github/api.ts";
export { DEFAULT_JOB, type Job } from "./github/job.ts";
export { type Minting, type OidcIssuer, startOidcIssuer } from "./github/oidc-issuer.ts";
export { type PipelineIssuer, startGitLabIssuer } from "./gitlab-issuer.ts";
export { createRecipientKeys } from "./kms.ts";
export { type Loopback, serveLoopback } from "./loopback.ts";
export { type Mail, type MailCatcher, startMailCatcher } from "./mail/inbox.ts";
export { sesThrottled } from "./mail/ses-endpoint.ts";
export type { LocalOperator } from "./operators.ts";
export { post, Recipient } from "./recipient.ts";
export { readFileCommands } from "./runner/commands.ts";
export { RunnerFilter } from "./runner/log.ts";
export {
  type ActionOptions,
  type ActionResult,
  localInputs,
  runAction,
  startAction,
} from "./runner/run-action.ts";
export {
  type SecretsManagerEndpoint,
  type SecretsManagerRequest,
  startSecretsManager,
} from "./secrets-manager/endpoint.ts";
export type { RotationBehaviour } from "./secrets-manager/rotation.ts";
export { AUDIT_TABLE, type Service, startService, TABLE } from "./service.ts";
export {
  type Addresses,
  LOCAL_SENDERS,
  type LocalStack,
  type LocalStackOptions,
  startLocalStack,
} from "./stack.ts";
