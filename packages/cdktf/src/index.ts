export type { Right, SenderEntry } from "@secret-handoff/protocol";
export { type DoctorOptions, doctor } from "./doctor/doctor.ts";
export type { Finding } from "./doctor/finding.ts";
export { readOutputs } from "./doctor/outputs-file.ts";
export { FUNCTION_NAMES, type FunctionName } from "./function-archive.ts";
export type { GitHubJobs } from "./github-trust.ts";
export { InvalidProps } from "./invalid-props.ts";
export type {
  DeliveredProps,
  DispatchProps,
  LifecycleProps,
  NotifyProps,
  ReactionProps,
  RotationProps,
} from "./lifecycle-props.ts";
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
export type { SenderRights } from "./sender-rights.ts";
export { defineStack, SecretHandoffStack, type StackConfig, type StateProps } from "./stack.ts";
export { buildModules } from "./terraform-module/build-modules.ts";
