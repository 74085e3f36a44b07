import type { NameSetting, SenderError, Setting } from "@secret-handoff/sdk";

/** What the command line calls the settings that the SDK's sentences name. */
const OPTIONS: Readonly<Record<Setting, string>> = {
  await: "--await",
  "await-approval": "--await of secret-handoff request",
  "aws-login": "Log in to AWS on this machine, as with aws sso login, or choose a profile with --profile",
  endpoint: "--endpoint",
  "expires-in": "--expires-in",
  operation: "a command",
  parameters: "--parameter",
  passphrase: "--passphrase or --passphrase-file",
  reason: "--reason",
  region: "--region",
  "request-id": "--request",
  resend: "--resend",
  "role-duration": "--role-duration",
  "role-session-policy": "--role-session-policy-file",
  rotate: "rotation",
  "secret-ids": "--secret-id",
  "smtp-client-id": "--smtp-client-id",
  "smtp-client-secret": "--smtp-client-secret-file",
  "smtp-host": "--smtp-host",
  "smtp-password": "--smtp-password-file",
  "smtp-port": "--smtp-port",
  "smtp-refresh-token": "--smtp-refresh-token-file",
  "smtp-tls": "--smtp-tls",
  "smtp-token-scope": "--smtp-token-scope",
  "smtp-token-url": "--smtp-token-url",
  "smtp-user": "--smtp-user",
  "version-stage": "--version-stage",
};

const optionName: NameSetting = (setting, value) => {
  const option = OPTIONS[setting];
  if (value === undefined || setting === "aws-login" || setting === "resend") return option;
  if (setting === "operation") return `secret-handoff ${value}`;
  return setting === "await-approval" ? `secret-handoff request ID --await ${value}` : `${option} ${value}`;
};

/** The sentence of an error, which names the options of the command line. */
export function sentenceOfError(error: SenderError): string {
  return error.says(optionName);
}
