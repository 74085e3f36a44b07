/** What sentences tell the reader to set or do, under the names that the action's inputs have. */
export type Setting =
  | "await"
  | "await-approval"
  | "aws-login"
  | "endpoint"
  | "expires-in"
  | "operation"
  | "parameters"
  | "passphrase"
  | "reason"
  | "region"
  | "request-id"
  | "resend"
  | "role-duration"
  | "role-session-policy"
  | "rotate"
  | "secret-ids"
  | "smtp-client-id"
  | "smtp-client-secret"
  | "smtp-host"
  | "smtp-password"
  | "smtp-port"
  | "smtp-refresh-token"
  | "smtp-tls"
  | "smtp-token-scope"
  | "smtp-token-url"
  | "smtp-user"
  | "version-stage";

/** What a shell calls a setting. @param value for a setting with what it is set to */
export type NameSetting = (setting: Setting, value?: string) => string;

/** A sentence for people. Where it names settings, it is a function of how the shell that shows it calls them. */
export type Sentence = string | ((name: NameSetting) => string);

/** What is wrong with the AWS credentials decides what to do about them. */
const AWS_LOGIN: Readonly<Record<string, string>> = {
  expired:
    "Run aws-actions/configure-aws-credentials shortly before this step, or raise its role-duration-seconds",
  refused: "Check what aws-actions/configure-aws-credentials set before this step",
};

const IN_WORDS: Partial<Readonly<Record<Setting, string>>> = {
  "aws-login": "Run aws-actions/configure-aws-credentials before this step",
  passphrase: "the passphrase input from a secret",
  reason: "the reason input",
};

/** As the inputs of the action are called: the names in `message`. */
export const inputName: NameSetting = (setting, value) =>
  value === undefined
    ? (IN_WORDS[setting] ?? setting)
    : setting === "aws-login"
      ? (AWS_LOGIN[value] ?? "")
      : `${setting}: ${value}`;
