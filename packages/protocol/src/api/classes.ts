import * as v from "valibot";
import { type Flags, needsEmail, needsPassphrase, type Verification } from "../states.ts";
import type { Approval } from "./approvals.ts";
import { type EntriesOf, list, text } from "./fields.ts";
import { durationInWords } from "./times.ts";

const word = v.pipe(v.string(), v.minLength(1));

/** A credential class: the policy for one kind of secret. */
export type CredentialClass = {
  readonly name: string;
  /** The longest time from creation to expiry, seconds. */
  readonly expiresWithin: number;
  readonly passphrase: "required" | "recommended" | "optional";
  /** The roles that must approve, one entry an approval. */
  readonly approvals: readonly string[];
  readonly verification: Verification;
  /** GitHub environments of which the sender's token must name one. */
  readonly environments?: readonly string[] | undefined;
  readonly reasonRequired?: boolean | undefined;
  /** Domains of which the recipient's address must be in one. */
  readonly recipientDomains?: readonly string[] | undefined;
  /** The sender must wait for each recipient's receipt, and fails without it. */
  readonly receiptRequired?: boolean | undefined;
  /** Approvals through GitHub count only where GitHub has named who reviewed the run. */
  readonly reviewerRequired?: boolean | undefined;
  /** A request serves only the attempt of the run that made it: a rerun asks anew. */
  readonly rerunAsksAnew?: boolean | undefined;
};

/** Roles of one class: each needs a person of its own, and a deployment checks that for every set of them. */
export const MOST_APPROVALS = 10;

/** @hidden The reference shows the type. */
export const CredentialClass = v.object({
  name: text(64),
  expiresWithin: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  passphrase: v.picklist(["required", "recommended", "optional"]),
  approvals: v.pipe(v.array(text(64)), v.maxLength(MOST_APPROVALS), v.readonly()),
  verification: v.picklist(["click", "email", "email-code"]),
  environments: v.optional(list(word)),
  reasonRequired: v.optional(v.boolean()),
  recipientDomains: v.optional(list(word)),
  receiptRequired: v.optional(v.boolean()),
  reviewerRequired: v.optional(v.boolean()),
  rerunAsksAnew: v.optional(v.boolean()),
} satisfies EntriesOf<CredentialClass>);

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

/** White space, invisible characters and dots alone are no reason. */
function saysSomething(reason: string | undefined): boolean {
  return /[\p{L}\p{N}]/u.test(reason ?? "");
}

/** A rule, whether it is broken, and how to keep it. */
type Rule = readonly [rule: PolicyRule, broken: boolean, detail: string];

function broken(rules: readonly Rule[]): readonly PolicyViolation[] {
  return rules.filter(([, isBroken]) => isBroken).map(([rule, , detail]) => ({ rule, detail }));
}

const tooLong = ({ name, expiresWithin }: CredentialClass, isBroken: boolean): Rule => [
  "expiry",
  isBroken,
  `Class ${name} allows at most ${durationInWords(expiresWithin)} until expiry.`,
];

/** The rules on the reason, and on who receives it: they hold for a request as they do for a handoff. */
function reasonAndRecipientRules(
  credentialClass: CredentialClass,
  { reason, recipients }: Pick<Proposal, "reason" | "recipients">,
): readonly [reason: Rule, recipient: Rule] {
  const { name, reasonRequired, recipientDomains } = credentialClass;
  return [
    ["reason", reasonRequired === true && !saysSomething(reason), `Class ${name} requires a reason.`],
    [
      "recipient",
      foreignRecipients(credentialClass, recipients).length > 0,
      `Class ${name} may be sent only to addresses in ${recipientDomains?.join(", ")}.`,
    ],
  ];
}

/** What a proposal breaks whose class the service does not have. */
export function unknownClass(classes: readonly CredentialClass[]): PolicyViolation {
  const known = classes.map(({ name }) => name).join(", ");
  return { rule: "class", detail: `This service knows the classes ${known}.` };
}

/**
 * What a class has against a request, whoever approves it.
 * @param request `expiresIn` in seconds; normalised addresses
 */
export function requestViolations(
  credentialClass: CredentialClass,
  request: Pick<Proposal, "reason" | "recipients"> & { readonly expiresIn: number },
): readonly PolicyViolation[] {
  return broken([
    tooLong(credentialClass, request.expiresIn > credentialClass.expiresWithin),
    ...reasonAndRecipientRules(credentialClass, request),
  ]);
}

/**
 * Every rule of the class that the proposal breaks, so that a sender can correct all of them at once. Action, CLI and service check by
 * this function alone.
 * @param now Unix seconds
 */
export function policyViolations(
  credentialClass: CredentialClass,
  proposal: Proposal,
  now: number,
): readonly PolicyViolation[] {
  const { name, expiresWithin, passphrase, verification, environments } = credentialClass;
  const { flags, expiresAt, environment } = proposal;
  const missing = missingApprovals(credentialClass, proposal.approvals);
  const [reason, recipient] = reasonAndRecipientRules(credentialClass, proposal);
  return broken([
    ["expiry", expiresAt <= now, "The expiry has passed already."],
    tooLong(credentialClass, expiresAt > now + expiresWithin + EXPIRY_TOLERANCE),
    [
      "passphrase",
      passphrase === "required" && !needsPassphrase(flags),
      `Class ${name} requires a passphrase, told to the recipient over another channel.`,
    ],
    ["approvals", missing.length > 0, `Class ${name} requires approval by ${missing.join(" and ")}.`],
    [
      "verification",
      verification !== "click" && !needsEmail(flags),
      `Class ${name} asks the recipient for the address that the link was sent to.`,
    ],
    [
      "verification",
      verification === "email-code" && !proposal.mailedCode,
      `Class ${name} asks the recipient for a code mailed to that address.`,
    ],
    reason,
    [
      "environment",
      environments !== undefined && !environments.some((allowed) => allowed === environment),
      `Class ${name} may be sent only from the GitHub environment ${environments?.join(" or ")}.`,
    ],
    recipient,
    [
      "receipt",
      credentialClass.receiptRequired === true && proposal.awaitsReceipt === false,
      `Class ${name} requires the receipt of each recipient, so the sender must wait for it.`,
    ],
  ]);
}

/**
 * The approvals that count for the class. Of environments whose reviewers nobody has verified only the first does, for one person may
 * stand behind them all; where the class insists on verified reviewers, none does.
 */
export function countedApprovals<Given extends Pick<Approval, "known">>(
  { reviewerRequired }: Pick<CredentialClass, "reviewerRequired">,
  given: readonly Given[],
): readonly Given[] {
  const first = given.findIndex(({ known }) => known === "environment");
  return given.filter(
    ({ known }, index) => known !== "environment" || (index === first && !reviewerRequired),
  );
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
