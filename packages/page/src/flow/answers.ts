import {
  emailHintOf,
  needsEmail,
  needsPassphrase,
  normaliseEmail,
  normalisePassphrase,
  ProtocolError,
  passphraseWeakness,
} from "@secret-handoff/protocol";
import type { Complaint, Handoff, Typed } from "./screens.ts";

/**
 * What is certainly wrong with the answers is told here and spends no attempt: above all an address that does not fit the hint,
 * which is also what a mail gateway types when it fills in forms.
 * @returns undefined when they are worth sending
 */
export function complaintAbout({ link, header }: Handoff, typed: Typed): Complaint | undefined {
  const email = needsEmail(link.flags) ? emailComplaint(typed.email, header.emailHint) : undefined;
  return email ?? (needsPassphrase(link.flags) ? passphraseComplaint(typed.passphrase) : undefined);
}

function emailComplaint(typed: string, hint: string | undefined): Complaint | undefined {
  if (typed.trim() === "") return { about: "email", why: "empty" };
  const email = attempt(() => normaliseEmail(typed));
  if (email === undefined) return { about: "email", why: "malformed" };
  if (hint !== undefined && /^.•••@./.test(hint) && emailHintOf(email) !== hint) {
    return { about: "email", why: "not_the_hint" };
  }
  return undefined;
}

function passphraseComplaint(typed: string): Complaint | undefined {
  if (typed.trim() === "") return { about: "passphrase", why: "empty" };
  const passphrase = attempt(() => normalisePassphrase(typed));
  if (passphrase === undefined) return { about: "passphrase", why: "malformed" };
  // Senders refuse a weak one, so it cannot be right.
  const why = passphraseWeakness(passphrase);
  return why && { about: "passphrase", why };
}

function attempt(normalise: () => string): string | undefined {
  try {
    return normalise();
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
