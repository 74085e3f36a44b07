import * as v from "valibot";
import { type Flags, needsEmail, needsPassphrase, type Verification } from "../states.ts";
import { list } from "./fields.ts";
import { durationInWords } from "./times.ts";

const word = v.pipe(v.string(), v.minLength(1));

/** A credential class: the policy for one kind of secret. */
export const CredentialClass = v.object({
  name: word,
  /** The longest time from creation to expiry, seconds. */
  expiresWithin: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  passphrase: v.picklist(["required", "recommended", "optional"]),
  /** The roles that must approve, one entry an approval. */
  approvals: list(word),
  verification: v.picklist(["click", "email", "email-code"] satisfies Verification[]),
  /** GitHub environments of which the sender's token must name one. */
  environments: v.optional(list(word)),
  reasonRequired: v.optional(v.boolean()),
  /** Domains of which the recipient's address must be in one. */
  recipientDomains: v.optional(list(word)),
  /** The sender must wait for each recipient's receipt, and fails without it. */
  receiptRequired: v.optional(v.boolean()),
});
export type CredentialClass = v.InferOutput<typeof CredentialClass>;

const HOUR = 3_600;

/** The classes in force where the deployment names none. */
export const DEFAULT_CLASSES: readonly CredentialClass[] = [
  {
    name: "production-admin",
    expiresWithin: HOUR,
    passphrase: "required",
    approvals: ["security", "manager"],
    verification: "email-code",
  },
  {
    name: "database-access",
    expiresWithin: 4 * HOUR,
    passphrase: "required",
    approvals: ["manager"],
    verification: "email",
  },
  {
    name: "api-key",
    expiresWithin: 24 * HOUR,
    passphrase: "recommended",
    approvals: ["team lead"],
    verification: "email",
  },
  {
    name: "third-party-service",
    expiresWithin: 24 * HOUR,
    passphrase: "recommended",
    approvals: [],
    verification: "email",
  },
  {
    name: "internal-tool",
    expiresWithin: 72 * HOUR,
    passphrase: "optional",
    approvals: [],
    verification: "email",
  },
];

/** What a sender proposes, as far as a class has a say in it. */
export type Proposal = {
  readonly flags: Flags;
  /** Unix seconds. */
  readonly expiresAt: number;
  /** True where a code is mailed before the claim. */
  readonly mailedCode: boolean;
  /** Normalised addresses; none where the sender names no recipient. */
  readonly recipients: readonly string[];
  readonly reason: string | undefined;
  /** The GitHub environment of the sender's token, if any. */
  readonly environment: string | undefined;
  /** Roles whose approval is there, one entry an approval. */
  readonly approvals: readonly string[];
  /** True when the sender waits until the recipients have confirmed; undefined where only the sender knows. */
  readonly awaitsReceipt?: boolean;
};

export type PolicyRule =
  | "class"
  | "expiry"
  | "passphrase"
  | "approvals"
  | "verification"
  | "reason"
  | "environment"
  | "recipient"
  | "receipt";

/** One rule of a class that a proposal breaks. */
export type PolicyViolation = { readonly rule: PolicyRule; readonly detail: string };

/** Seconds by which an expiry may be over its class's limit: clocks differ, and sealing takes its time. */
export const EXPIRY_TOLERANCE = 60;

/**
 * Every rule of the class that the proposal breaks, so that a sender can correct all of them at once. Action, CLI and service judge by
 * this function alone.
 * @param now Unix seconds
 */
export function policyViolations(
  credentialClass: CredentialClass,
  proposal: Proposal,
  now: number,
): readonly PolicyViolation[] {
  const { name, expiresWithin, passphrase, verification, environments, recipientDomains } = credentialClass;
  const { flags, expiresAt, environment } = proposal;
  const violations: PolicyViolation[] = [];
  const require = (holds: boolean, rule: PolicyRule, detail: string) => {
    if (!holds) violations.push({ rule, detail });
  };

  require(expiresAt > now, "expiry", "The expiry has passed already.");
  require(expiresAt <=
    now +
      expiresWithin +
      EXPIRY_TOLERANCE, "expiry", `Class ${name} allows at most ${durationInWords(expiresWithin)} until expiry.`);
  require(passphrase !== "required" ||
    needsPassphrase(
      flags,
    ), "passphrase", `Class ${name} requires a passphrase, told to the recipient over another channel.`);
  const missing = missingApprovals(credentialClass, proposal.approvals);
  require(missing.length === 0, "approvals", `Class ${name} requires approval by ${missing.join(" and ")}.`);
  require(verification === "click" ||
    needsEmail(
      flags,
    ), "verification", `Class ${name} asks the recipient for the address that the link was sent to.`);
  require(verification !== "email-code" ||
    proposal.mailedCode, "verification", `Class ${name} asks the recipient for a code mailed to that address.`);
  require(!credentialClass.reasonRequired ||
    Boolean(proposal.reason?.trim()), "reason", `Class ${name} requires a reason.`);
  require(environments === undefined ||
    (environment !== undefined &&
      environments.includes(
        environment,
      )), "environment", `Class ${name} may be sent only from the GitHub environment ${environments?.join(" or ")}.`);
  require(recipientDomains === undefined ||
    foreignRecipients(credentialClass, proposal.recipients).length ===
      0, "recipient", `Class ${name} may be sent only to addresses in ${recipientDomains?.join(", ")}.`);
  require(!credentialClass.receiptRequired ||
    proposal.awaitsReceipt !==
      false, "receipt", `Class ${name} requires the receipt of each recipient, so the sender must wait for it.`);
  return violations;
}

/** Roles of the class that have not approved. A role that stands twice needs two approvals. */
export function missingApprovals(
  { approvals }: Pick<CredentialClass, "approvals">,
  given: readonly string[],
): readonly string[] {
  const left = [...given];
  return approvals.filter((role) => {
    const at = left.indexOf(role);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/**
 * Positions (from 0) of the recipients that are in none of the class's domains. Without any recipient, a class with domains refuses
 * the nameless one at position 0.
 */
export function foreignRecipients(
  { recipientDomains }: Pick<CredentialClass, "recipientDomains">,
  recipients: readonly string[],
): readonly number[] {
  if (!recipientDomains) return [];
  if (recipients.length === 0) return [0];
  const allowed = new Set(recipientDomains.map((domain) => domain.toLowerCase()));
  return recipients.flatMap((address, index) =>
    allowed.has(address.slice(address.lastIndexOf("@") + 1)) ? [] : [index],
  );
}
