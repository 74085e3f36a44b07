/**
 * The service as a CDKTF construct, the AWS role of a sending workflow, and the check of a deployment.
 * @module cdktf
 */
export type {
  CredentialClass,
  OperatorEntry,
  Right,
  SenderEntry,
  TrustedClaims,
  TrustedIssuer,
} from "@secret-handoff/protocol/api";
export { checkConfig } from "./checks/config.ts";
export { InvalidProps } from "./checks/schema.ts";
export type { CheckResult } from "./doctor/check.ts";
export { type DoctorOptions, doctor, readOutputs } from "./doctor/doctor.ts";
export { FUNCTION_NAMES, type FunctionName, packFiles } from "./functions/archive.ts";
export {
  type GitHubJobs,
  SecretHandoffSender,
  type SecretHandoffSenderProps,
  type SenderRights,
} from "./iam/sender-role.ts";
export type {
  AlarmProps,
  DeletionProtectionProps,
  DeliveredProps,
  DispatchProps,
  DomainProps,
  EdgeProps,
  EventTargetProps,
  LifecycleProps,
  NotifyProps,
  PolicyProps,
  ReactionProps,
  RotatableSecret,
  RotationProps,
  SecretHandoffProps,
  SesMailProps,
  SmtpMailProps,
  Throttle,
  ThrottleProps,
} from "./props.ts";
export { SecretHandoff, type SecretHandoffOutputs } from "./secret-handoff.ts";
export { defineStack, SecretHandoffStack, type StackConfig, type StateProps } from "./stack.ts";
export { buildModules } from "./terraform-module/build.ts";
