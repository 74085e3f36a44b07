import type { CredentialClass } from "@secret-handoff/protocol/api";
import { formatDuration } from "@secret-handoff/protocol/api";
import { SenderError } from "../sender-error.ts";

/** What a sender wants, as far as a class has a say in it. */
export type SendRequest = {
  readonly class: string;
  /** Seconds; undefined takes the class's limit. */
  readonly expiresIn: number | undefined;
  readonly hasPassphrase: boolean;
  readonly reason: string | undefined;
  readonly recipients: readonly string[];
  /** The GitHub environment of the sender's token, if any. */
  readonly environment: string | undefined;
  /** True when the sender waits until the recipients have confirmed. */
  readonly awaits: boolean;
};

/** What a class says of a request. */
export type PolicyResult = {
  /** Missing where the request breaks a rule. */
  readonly allowed?: { readonly class: CredentialClass /** Seconds. */; readonly expiresIn: number };
  readonly errors: readonly SenderError[];
  /** What should be known but stops nothing. */
  readonly warnings: readonly string[];
};

/**
 * Judges a request by the classes in force: every broken rule at once, as the service would refuse it.
 * @param classes as `GET /v1/sender/policy` answers them
 */
export function checkPolicy(request: SendRequest, classes: readonly CredentialClass[]): PolicyResult {
  const found = classes.find(({ name }) => name === request.class);
  if (!found) {
    const names = classes.map(({ name }) => name).join(", ");
    return {
      errors: [
        new SenderError(
          "class_unknown",
          `The service has no class "${request.class}" for this workflow. Choose one of: ${names}.`,
        ),
      ],
      warnings: [],
    };
  }
  const errors = RULES.flatMap((rule) => rule(request, found) ?? []);
  const warnings =
    found.passphrase === "recommended" && !request.hasPassphrase
      ? [
          `Class ${found.name} recommends a passphrase: whoever reads the mailbox can open the link without one.`,
        ]
      : [];
  return {
    ...(errors.length === 0
      ? { allowed: { class: found, expiresIn: request.expiresIn ?? found.expiresWithin } }
      : {}),
    errors,
    warnings,
  };
}

type Rule = (request: SendRequest, credentialClass: CredentialClass) => SenderError | undefined;

const expiry: Rule = ({ expiresIn }, { name, expiresWithin }) =>
  expiresIn !== undefined && expiresIn > expiresWithin
    ? new SenderError(
        "expiry",
        `expires-in is ${formatDuration(expiresIn)}, but class ${name} allows at most ${formatDuration(expiresWithin)}. Shorten expires-in or choose another class.`,
      )
    : undefined;

const passphrase: Rule = ({ hasPassphrase }, { name, passphrase: rule }) =>
  rule === "required" && !hasPassphrase
    ? new SenderError(
        "passphrase",
        `Class ${name} requires a passphrase. Set the passphrase input from a secret, and tell it to the recipient over another channel.`,
      )
    : undefined;

const reason: Rule = ({ reason: given }, { name, reasonRequired }) =>
  reasonRequired && given === undefined
    ? new SenderError("reason", `Class ${name} requires a reason. Set the reason input.`)
    : undefined;

const approvals: Rule = (_, { name, approvals: needed }) =>
  needed.length > 0
    ? new SenderError(
        "approvals",
        `Class ${name} needs approval by ${needed.join(" and ")}, which this action cannot bring yet. Choose a class without approvals.`,
      )
    : undefined;

const environments: Rule = ({ environment }, { name, environments: allowed }) =>
  allowed && !allowed.includes(environment ?? "")
    ? new SenderError(
        "policy",
        `Class ${name} may be sent only from the GitHub environment ${allowed.join(" or ")}. Set environment: on the job.`,
      )
    : undefined;

const receipt: Rule = ({ awaits }, { name, receiptRequired }) =>
  receiptRequired && !awaits
    ? new SenderError(
        "receipt",
        `Class ${name} requires the receipt of each recipient. Set await, like await: 4h, so that the step waits for them.`,
      )
    : undefined;

const recipientDomains: Rule = ({ recipients }, { name, recipientDomains: domains }) => {
  if (!domains) return undefined;
  const foreign = recipients.flatMap((address, index) =>
    domains.some((domain) => domain.toLowerCase() === address.slice(address.lastIndexOf("@") + 1))
      ? []
      : [index + 1],
  );
  if (foreign.length === 0) return undefined;
  const who = foreign.length === 1 ? `Recipient ${foreign[0]} is` : `Recipients ${foreign.join(", ")} are`;
  return new SenderError(
    "recipient",
    `${who} outside the domains that class ${name} allows: ${domains.join(", ")}.`,
  );
};

const RULES: readonly Rule[] = [
  expiry,
  passphrase,
  reason,
  approvals,
  environments,
  receipt,
  recipientDomains,
];
