/** One input of the action, as action.yml declares it (a test compares them). */
export type InputSpec = {
  readonly required?: true;
  readonly default?: string;
  /** White space at its ends belongs to the value. */
  readonly verbatim?: true;
};

/** Every input of the action. */
export const INPUTS = {
  operation: { default: "deliver" },
  endpoint: { required: true },
  "secret-ids": {},
  parameters: {},
  values: { verbatim: true },
  source: { default: "secrets-manager" },
  "role-to-assume": {},
  "role-duration": { default: "1h" },
  "role-session-policy": {},
  "parse-json-secrets": { default: "false" },
  recipients: {},
  class: {},
  "expires-in": {},
  passphrase: { verbatim: true },
  reason: {},
  title: {},
  message: {},
  context: {},
  contact: {},
  from: {},
  "smtp-host": {},
  "smtp-port": { default: "587" },
  "smtp-user": {},
  "smtp-password": { verbatim: true },
  "configuration-set": {},
  region: {},
  rotate: { default: "none" },
  "rotate-key": { default: "password" },
  "rotate-timeout": { default: "5m" },
  "password-length": { default: "32" },
  "password-characters": { default: "lowercase, uppercase, digits" },
  "password-exclude": {},
  "rotated-within": {},
  "version-stage": {},
  await: {},
  "handoff-ids": {},
  run: {},
  resend: { default: "false" },
  "dry-run": { default: "false" },
  timeout: { default: "10m" },
} as const satisfies Readonly<Record<string, InputSpec>>;

export type InputName = keyof typeof INPUTS;

/** Gives an input's text; empty when it is not set. */
export type InputReader = (name: InputName) => string;

/** Where a workflow sets an input to nothing, like `smtp-port: ${{ vars.PORT }}` without that variable, its default counts. */
export function withDefaults(read: InputReader): InputReader {
  return (name) => {
    const { default: preset = "" }: InputSpec = INPUTS[name];
    return read(name) || preset;
  };
}
