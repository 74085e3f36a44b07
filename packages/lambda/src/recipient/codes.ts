import { createHmac, randomInt } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import {
  CODE_SECONDS,
  emailVerifierOf,
  type HandoffId,
  type LinkToken,
  MAX_CODE_TRIES,
  normaliseEmail,
  ProtocolError,
} from "@secret-handoff/protocol";
import { notFound, ProblemError } from "../http/problem.ts";
import { type Log, nameOf } from "../log.ts";
import type { Codes } from "../store/codes.ts";
import { gone } from "./endings.ts";

/** Mails a code. Nobody waits for it longer than a request for a code takes in any case. */
export type MailCode = (mail: { readonly to: string; readonly code: string }) => Promise<void>;

/** Looks and then mails, in a time that does not tell whether there was something to mail. */
export type Pace = <T>(look: () => Promise<T>, mail: (found: T) => Promise<void>) => Promise<void>;

export type CodeDeps = {
  readonly codes: Codes;
  readonly mailCode: MailCode;
  readonly pace: Pace;
  readonly log: Log;
};

/** Milliseconds after which a right and a wrong address are both answered: enough to mail a code, by either way. */
export const ANSWER_AFTER_MS = { ses: 2_000, smtp: 6_000 } as const;

/**
 * Resolves so many milliseconds after the look, which takes as long for one address as for another. Nobody waits for the mail any longer,
 * for only the right address has one. A look that fails is told at once: without a link that can still be opened nobody keeps a function
 * waiting.
 */
export function paced(milliseconds: number): Pace {
  return async (look, mail) => {
    const found = await look();
    const over = setTimeout(milliseconds);
    await Promise.race([mail(found), over]);
    await over;
  };
}

/** What the table keeps of a code: without the link token, which it does not have, it cannot be searched. */
export function codeHashOf(linkToken: LinkToken, code: string): Uint8Array {
  return createHmac("sha256", linkToken).update(code).digest();
}

/**
 * Mails a code if the address is the one the handoff was made for; says nothing about it either way, and keeps no address.
 * @throws ProblemError 400, 404, 410; not when the mail fails, for that would tell that the address was right
 */
export async function sendCode(
  { codes, mailCode, pace, log }: CodeDeps,
  id: HandoffId,
  asked: { readonly linkToken: LinkToken; readonly email: string; readonly emailKey: Uint8Array },
  now: number,
): Promise<void> {
  const { linkToken, emailKey } = asked;
  const to = normalised(asked.email);
  const code = String(randomInt(100_000_000)).padStart(8, "0");
  const arm = async () => {
    const outcome = await codes.arm(
      id,
      { emailVerifier: emailVerifierOf(emailKey, to) },
      { hash: codeHashOf(linkToken, code), expiresAt: now + CODE_SECONDS, tries: MAX_CODE_TRIES },
      now,
    );
    if (outcome === "armed" || outcome === "unchanged") return outcome;
    throw outcome.kind === "gone" ? gone(outcome.state, outcome.changedAt) : notFound();
  };
  await pace(arm, async (outcome) => {
    if (outcome === "unchanged") return;
    await mailCode({ to, code }).catch((error: unknown) =>
      log({ level: "error", what: "code_mail_failed", error: nameOf(error) }),
    );
  });
}

function normalised(address: string): string {
  try {
    return normaliseEmail(address);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new ProblemError("malformed", "The field email is not an e-mail address.");
  }
}
