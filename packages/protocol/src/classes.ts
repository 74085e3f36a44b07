import type { Verification } from "./states.ts";

/** A credential class: the policy for one kind of secret. */
export type CredentialClass = {
  readonly name: string;
  /** The longest time from creation to expiry, seconds. */
  readonly expiresWithin: number;
  readonly passphrase: "required" | "recommended" | "optional";
  /** Who must approve, one entry an approval; each comes from a GitHub environment of its own. */
  readonly approvals: readonly string[];
  readonly verification: Verification;
  /** GitHub environments of which the sender's token must name one. */
  readonly environments?: readonly string[];
  readonly reasonRequired?: boolean;
  /** Domains of which the recipient's address must be in one. */
  readonly recipientDomains?: readonly string[];
  /** The sender must wait for each recipient's receipt, and fails without it. */
  readonly receiptRequired?: boolean;
};

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
