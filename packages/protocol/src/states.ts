import { ProtocolError } from "./errors.ts";

/** The states of a handoff: open → claimed → delivered, and the ways it can end. */
export const STATES = [
  "open",
  "claimed",
  "delivered",
  "unconfirmed",
  "expired",
  "revoked",
  "superseded",
  "locked",
  "reported",
] as const;
export type State = (typeof STATES)[number];

/** Every state in which a handoff can no longer be claimed: also the `code` of the 410 that says so. */
export type Ended = Exclude<State, "open">;

/** How the recipient proves to be the recipient, short of a passphrase. */
export type Verification = "click" | "email" | "email-code";

/** Seconds in which only the browser that claimed may read again. */
export const LEASE_SECONDS = 120;
/** Wrong answers that a handoff bears. */
export const MAX_ATTEMPTS = 5;
/** Codes that can be mailed for a handoff, and how each is bounded. */
export const MAX_CODES = 3;
export const MAX_CODE_TRIES = 5;
export const CODE_SECONDS = 600;
/** Requests for a code that a handoff bears, whatever address they name. */
export const MAX_CODE_REQUESTS = 10;

/** What the recipient must answer; one byte of the link. Bit 0: a passphrase. Bit 1: the e-mail address. */
export type Flags = 0 | 1 | 2 | 3;

const NEEDS_PASSPHRASE = 1;
const NEEDS_EMAIL = 2;

/** @throws ProtocolError `flags` when a bit other than 0 and 1 is set. */
export function parseFlags(value: number): Flags {
  if (value === 0 || value === 1 || value === 2 || value === 3) return value;
  throw new ProtocolError("flags", "the link has flags that protocol v1 does not know");
}

/** The flags byte for these needs. */
export function flagsOf(needs: { readonly passphrase: boolean; readonly email: boolean }): Flags {
  return parseFlags((needs.passphrase ? NEEDS_PASSPHRASE : 0) | (needs.email ? NEEDS_EMAIL : 0));
}

export function needsPassphrase(flags: Flags): boolean {
  return (flags & NEEDS_PASSPHRASE) !== 0;
}

export function needsEmail(flags: Flags): boolean {
  return (flags & NEEDS_EMAIL) !== 0;
}
