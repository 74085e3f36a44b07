import type { Option } from "../commands.ts";

const many = { multiple: true } as const;

export const RECIPIENTS_FILE =
  "A file of recipients, one a line, with comments behind # and names like Ana <ana@vendor.example>";

/** The options of `send`. They are the inputs of the action, by the same names where one value is given; docs/cli.md has the others. */
export const SEND_OPTIONS: Readonly<Record<string, Option>> = {
  to: {
    heading: "Whom and how",
    short: "t",
    value: "ADDRESS",
    ...many,
    help: "A recipient; may be repeated. 'ADDRESS KEY' encrypts the link to age1…, ssh-…, github:LOGIN or openpgp:FILE",
  },
  "recipients-file": { value: "PATH", help: RECIPIENTS_FILE },
  class: { short: "c", value: "CLASS", help: "The credential class, as policy lists them" },
  "expires-in": {
    value: "TIME",
    help: "When the link ends, like 4h; else what the request, or the class, allows at most",
  },
  passphrase: {
    value: "HOW",
    choices: ["ask", "generate"],
    help: "ask: for one, which the recipients get another way; generate: one for each recipient, shown here to be told by telephone",
  },
  "passphrase-file": { value: "PATH", help: "A file with the passphrase" },
  "passphrase-path": {
    value: "PATH",
    help: "Generated passphrases go into Parameter Store below this path, and are not shown",
  },
  request: {
    value: "ID",
    help: "The approved request to deliver by. Class, lifetime and reason are its, and its secrets where none is named",
  },
  resend: { help: "Hand the same version over again" },
  await: { value: "TIME", help: "Wait until the recipients have it, at most this long" },
  "dry-run": { help: "Say what would happen, and send nothing" },

  value: {
    heading: "What is handed over",
    value: "NAME",
    ...many,
    help: "Ask for a value of this name, without showing it",
  },
  stdin: { value: "NAME", help: "Take the value of this name from standard input" },
  file: { value: "PATH", ...many, help: "Hand over this file as it is" },
  "values-file": { value: "PATH", help: "A file of NAME=value lines" },
  "secret-id": {
    value: "ID",
    ...many,
    help: "A secret of AWS Secrets Manager: name, ARN, prefix*, or ALIAS, id, key",
  },
  "version-stage": {
    value: "LABEL",
    help: "The version of --secret-id that has this label; AWSCURRENT where left out",
  },
  parameter: {
    value: "NAME",
    ...many,
    help: "A parameter of AWS Systems Manager, or a path like /prod/orders/*",
  },
  "other-secret": {
    value: "ADDRESS",
    ...many,
    help: "A secret of Vault, Google, Azure or 1Password, like vault://secret/data/prod/orders; or ALIAS, address, key",
  },
  "vault-url": { value: "URL", help: "Where Vault is; else VAULT_ADDR" },
  "vault-namespace": { value: "NAME", help: "Vault's namespace; else VAULT_NAMESPACE" },
  "vault-role": { value: "NAME", help: "Log in to Vault with the pipeline's OIDC token as this role" },
  "vault-auth-path": { value: "PATH", help: "Where that login is mounted; jwt where left out" },
  "vault-audience": {
    value: "TEXT",
    help: "The audience of that token; the address of Vault where left out",
  },
  "role-to-assume": { value: "ARN", help: "Temporary AWS credentials of this role" },
  "role-duration": { value: "TIME", help: "How long they work; 1h where left out" },
  "role-session-policy-file": { value: "PATH", help: "A file with the IAM policy that limits them" },
  "app-id": { value: "ID", help: "An installation token of this GitHub App" },
  "app-private-key-file": { value: "PATH", help: "A file with the app's private key" },
  "app-repository": { value: "NAME", ...many, help: "Where the token works, as owner/name; may be repeated" },
  "app-permission": {
    value: "NAME=HOW",
    ...many,
    help: "What it may do there, like contents=read; may be repeated",
  },
  "rotated-within": { value: "TIME", help: "Refuse what was last changed longer ago" },
  "parse-json-secrets": { help: "Each leaf of a JSON secret becomes a field" },

  title: { heading: "What the recipients see", value: "TEXT", help: "What it is; never a secret" },
  reason: { value: "TEXT", help: "Why, for the recipients and the trail" },
  message: { value: "TEXT", help: "A message to the recipients; never a secret" },
  context: {
    value: "NAME=TEXT",
    ...many,
    help: "Another fact, like Environment=production; may be repeated",
  },
  contact: { value: "TEXT", help: "Whom they can ask: a name, a telephone number or an address" },
  company: { value: "TEXT", help: "The company or team that sends it; else the name in --from" },
  "sent-by": {
    value: "TEXT",
    help: "What sends it, below everything else; else the repository of the pipeline",
  },
  details: {
    value: "HOW",
    choices: ["full", "none"],
    help: "none: do not say from which repository and run, or by whom, it was sent",
  },
  language: {
    value: "CODE",
    ...many,
    help: "The language of the mail, like de; ADDRESS=CODE for one recipient",
  },
  "time-zone": {
    value: "ZONE",
    ...many,
    help: "The zone of the times in it, like Europe/Madrid; ADDRESS=ZONE for one recipient",
  },

  from: {
    heading: "The mail",
    value: "MAILBOX",
    help: "Who the mail is from, like Acme Security <handoff@acme.example>; else handoff@ and the service's host",
  },
  "configuration-set": { value: "NAME", help: "The configuration set of Amazon SES" },
  "smtp-host": { value: "HOST", help: "Mail by this SMTP server instead of Amazon SES" },
  "smtp-port": { value: "PORT", help: "Its port; 587 where left out" },
  "smtp-tls": {
    value: "HOW",
    choices: ["auto", "implicit", "starttls"],
    help: "implicit: TLS from the start, as on port 465; starttls: as on all others",
  },
  "smtp-user": { value: "NAME", help: "The user to log in as" },
  "smtp-password-file": { value: "PATH", help: "A file with the password, instead of being asked" },
  "smtp-access-token-file": { value: "PATH", help: "A file with an access token to log in with (XOAUTH2)" },
  "smtp-token-url": {
    value: "URL",
    help: "The token endpoint that gives one, as of Microsoft 365 or Google",
  },
  "smtp-client-id": { value: "ID", help: "The client there" },
  "smtp-client-secret-file": { value: "PATH", help: "A file with the client's secret" },
  "smtp-refresh-token-file": { value: "PATH", help: "A file with the refresh token of a person" },
  "smtp-token-scope": { value: "TEXT", help: "The scope to ask for" },
  "smtp-name": { value: "NAME", help: "The name to greet the server with (EHLO)" },
};
