export type { Right, SenderEntry } from "@secret-handoff/protocol";
export { InvalidProps } from "./checks/invalid-props.ts";
export { type DoctorOptions, doctor } from "./doctor/doctor.ts";
export type { Finding } from "./doctor/finding.ts";
export { readOutputs } from "./doctor/outputs-file.ts";
export { FUNCTION_NAMES, type FunctionName } from "./functions/function-archive.ts";
export type {
  DeliveredProps,
  DispatchProps,
  LifecycleProps,
  NotifyProps,
  ReactionProps,
  RotationProps,
} from "./lifecycle-props.ts";
export type { GitHubJobs } from "./permissions/github-trust.ts";
export type { SenderRights } from "./permissions/sender-rights.ts";
export type { PolicyProps } from "./policy.ts";
export { SecretHandoff, type SecretHandoffOutputs } from "./secret-handoff.ts";
export type {
  AlarmProps,
  DeletionProtectionProps,
  DomainProps,
  EdgeProps,
  EventTargetProps,
  SecretHandoffProps,
  SesMailProps,
  SmtpMailProps,
  Throttle,
  ThrottleProps,
} from "./secret-handoff-props.ts";
export { SecretHandoffSender, type SecretHandoffSenderProps } from "./secret-handoff-sender.ts";
export { defineStack, SecretHandoffStack, type StackConfig, type StateProps } from "./stack.ts";
export { buildModules } from "./terraform-module/build-modules.ts";
