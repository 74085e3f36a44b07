/** What sentences ask the reader to set or do, under the names that the action's inputs have. */
export type Setting =
  | "app-id"
  | "app-permissions"
  | "app-private-key"
  | "app-repositories"
  | "await"
  | "await-approval"
  | "aws-login"
  | "azure-login"
  | "configuration-set"
  | "contact"
  | "context"
  | "description"
  | "endpoint"
  | "environment"
  | "expires-in"
  | "from"
  | "github-token"
  | "google-login"
  | "language"
  | "of-its-own"
  | "onepassword-program"
  | "operation"
  | "other-secrets"
  | "parameters"
  | "passphrase"
  | "password-characters"
  | "password-exclude"
  | "password-length"
  | "reason"
  | "recipients"
  | "recipients-file"
  | "region"
  | "request-id"
  | "resend"
  | "role-duration"
  | "role-session-policy"
  | "role-to-assume"
  | "rotate"
  | "rotate-key"
  | "rotate-timeout"
  | "rotated-within"
  | "secret-ids"
  | "smtp-access-token"
  | "smtp-client-id"
  | "smtp-client-secret"
  | "smtp-host"
  | "smtp-name"
  | "smtp-password"
  | "smtp-port"
  | "smtp-refresh-token"
  | "smtp-tls"
  | "smtp-token-scope"
  | "smtp-token-url"
  | "smtp-user"
  | "time-zone"
  | "values"
  | "values-file"
  | "vault-audience"
  | "vault-auth-path"
  | "vault-login"
  | "vault-role"
  | "vault-url"
  | "version-stage"
  | "workflow";

/**
 * What a shell calls a setting.
 * @param value what it is set to, for a setting with a value; or which of its lines are meant, from 1: these begin a sentence
 */
export type NameSetting = (setting: Setting, value?: string | readonly number[]) => string;

/** A sentence for people. Where it names settings, it is a function of how the shell that shows it calls them. */
export type Sentence = string | ((name: NameSetting) => string);

/** The words of a sentence, with the settings as a shell calls them. */
export function inWordsOf(name: NameSetting, sentence: Sentence): string {
  return typeof sentence === "string" ? sentence : sentence(name);
}

/** What is wrong with the AWS credentials decides what to do about them. */
const AWS_LOGIN: Readonly<Record<string, string>> = {
  expired:
    "Run aws-actions/configure-aws-credentials shortly before this step, or raise its role-duration-seconds",
  refused: "Check what aws-actions/configure-aws-credentials set before this step",
};

/** What is no input by itself, and what reads better as a phrase. */
const IN_WORDS: Partial<Readonly<Record<Setting, string>>> = {
  "aws-login": "Run aws-actions/configure-aws-credentials before this step",
  "azure-login": "Put azure/login before this step, or run az login",
  description: "title, message, reason and context",
  environment: "Set environment: on the job",
  "google-login": "Put google-github-actions/auth before this step, or run gcloud auth login",
  "of-its-own": "on a line of its own",
  "onepassword-program": "put 1password/install-cli-action before this step, or install op",
  passphrase: "the passphrase input from a secret",
  reason: "the reason input",
  "vault-login":
    "Set vault-role to log in with the job's OIDC token, set VAULT_TOKEN in the environment, or run vault login",
};

/** As the inputs of the action are called: the names in `message`. */
export const inputName: NameSetting = (setting, value) => {
  if (value === undefined) return IN_WORDS[setting] ?? setting;
  if (typeof value !== "string") return `${placeOf("Line", value)} of ${setting}`;
  return setting === "aws-login" ? (AWS_LOGIN[value] ?? "") : `${setting}: ${value}`;
};

/** `Line 3`, `Lines 1 and 3`. */
export function placeOf(noun: string, numbers: readonly number[]): string {
  return `${noun}${numbers.length > 1 ? "s" : ""} ${numbers.join(" and ")}`;
}
