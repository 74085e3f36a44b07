import {
  type NameSetting,
  placeOf,
  type SenderError,
  type SenderErrorCode,
  type Setting,
} from "@secret-handoff/sdk";

/** What the command line calls the settings that the SDK's sentences name. */
export const OPTION_NAMES: Readonly<Record<Setting, string>> = {
  "app-id": "--app-id",
  "app-permissions": "--app-permission",
  "app-private-key": "--app-private-key-file",
  "app-repositories": "--app-repository",
  await: "--await",
  "await-approval": "--await of secret-handoff request",
  "aws-login": "Log in to AWS on this machine, as with aws sso login, or choose a profile with --profile",
  "azure-login": "Run az login",
  "configuration-set": "--configuration-set",
  contact: "--contact",
  context: "--context",
  description: "--title, --message, --reason and --context",
  endpoint: "--endpoint",
  environment: "Hand it over from a job of GitHub Actions in that environment",
  "expires-in": "--expires-in",
  from: "--from",
  "github-token": "GITHUB_TOKEN in the environment",
  "google-login": "Run gcloud auth login",
  language: "--language",
  "of-its-own": "in an option of its own",
  "onepassword-program": "install op",
  operation: "a command",
  "other-secrets": "--other-secret",
  parameters: "--parameter",
  passphrase: "--passphrase or --passphrase-file",
  "password-characters": "the characters of the password",
  "password-exclude": "the characters that it must not hold",
  "password-length": "the length of the password",
  reason: "--reason",
  recipients: "--to",
  "recipients-file": "--recipients-file",
  region: "--region",
  "request-id": "--request",
  resend: "--resend",
  "role-duration": "--role-duration",
  "role-session-policy": "--role-session-policy-file",
  "role-to-assume": "--role-to-assume",
  rotate: "rotation",
  "rotate-key": "the key of the new password",
  "rotate-timeout": "how long to wait",
  "rotated-within": "--rotated-within",
  "secret-ids": "--secret-id",
  "smtp-access-token": "--smtp-access-token-file",
  "smtp-client-id": "--smtp-client-id",
  "smtp-client-secret": "--smtp-client-secret-file",
  "smtp-host": "--smtp-host",
  "smtp-name": "--smtp-name",
  "smtp-password": "--smtp-password-file",
  "smtp-port": "--smtp-port",
  "smtp-refresh-token": "--smtp-refresh-token-file",
  "smtp-tls": "--smtp-tls",
  "smtp-token-scope": "--smtp-token-scope",
  "smtp-token-url": "--smtp-token-url",
  "smtp-user": "--smtp-user",
  "time-zone": "--time-zone",
  values: "--value",
  "values-file": "--values-file",
  "vault-audience": "--vault-audience",
  "vault-auth-path": "--vault-auth-path",
  "vault-login":
    "Run vault login, set VAULT_TOKEN, or give --vault-role in a pipeline to log in with its OIDC token",
  "vault-role": "--vault-role",
  "vault-url": "--vault-url",
  "version-stage": "--version-stage",
  workflow: "pipeline",
};

/** Settings whose lines are the lines of a file, and not one option after the other. */
const FILES: ReadonlySet<Setting> = new Set(["recipients-file", "values-file"]);

export const optionName: NameSetting = (setting, value) => {
  const option = OPTION_NAMES[setting];
  if (value === undefined || setting === "aws-login" || setting === "resend") return option;
  if (typeof value !== "string")
    return `${placeOf(FILES.has(setting) ? "Line" : "Number", value)} of ${option}`;
  if (setting === "operation") return `secret-handoff ${value}`;
  return setting === "await-approval" ? `secret-handoff request ID --await ${value}` : `${option} ${value}`;
};

/** The sentence of an error, which names the options of the command line. */
export function sentenceOfError(error: SenderError): string {
  return error.says(optionName);
}

/** What the exit code says to a script. docs/cli.md lists them; they do not change. */
export const EXIT = {
  done: 0,
  /** Something failed, or was done for some only. */
  failed: 1,
  /** The command line is wrong. Nothing was done. */
  usage: 2,
  /** The service refuses: who asks, or what for. */
  refused: 3,
  /** The link cannot be opened: ended, locked, damaged, or a wrong answer. */
  notOpened: 4,
  /** Something could not be reached. Trying again may help. */
  unreachable: 5,
  /** What was verified is not what it should be. */
  notVerified: 6,
  /** Stopped by Ctrl+C. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const REFUSED: ReadonlySet<SenderErrorCode> = new Set([
  "unauthenticated",
  "not_allowed",
  "policy",
  "class_unknown",
  "expiry",
  "passphrase",
  "reason",
  "receipt",
  "approvals",
  "not_approver",
  "same_person",
  "request_ended",
  "resend_needed",
  "newer_version",
  "access_denied",
  "service_refused",
  "recipient_unknown",
  "released",
]);
const UNREACHABLE: ReadonlySet<SenderErrorCode> = new Set([
  "service_unreachable",
  "service_unavailable",
  "not_a_service",
  "aws_unavailable",
  "mail_unreachable",
  "store_unreachable",
  "store_unavailable",
  "deadline",
]);
const USAGE: ReadonlySet<SenderErrorCode> = new Set(["input", "endpoint", "secret_ids", "recipient"]);

/** The exit code for an error of the SDK. */
export function exitCodeOf(code: SenderErrorCode): ExitCode {
  if (code === "cancelled") return EXIT.interrupted;
  if (code === "identity") return EXIT.notOpened;
  if (USAGE.has(code)) return EXIT.usage;
  if (REFUSED.has(code)) return EXIT.refused;
  return UNREACHABLE.has(code) ? EXIT.unreachable : EXIT.failed;
}
