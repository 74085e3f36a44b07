import { ProtocolError } from "./errors.ts";

/** What the recipient must answer; one byte of the link. */
export type Flags = 0 | 1 | 2 | 3;

/** Bit 0: a passphrase is needed. */
const NEEDS_PASSPHRASE = 1;
/** Bit 1: the recipient's e-mail address is needed. */
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
