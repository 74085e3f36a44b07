import { createHmac, randomInt } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { emailVerifierOf, type HandoffId, type LinkToken } from "@secret-handoff/protocol";
import type { Language } from "@secret-handoff/protocol/languages";
import { gone, notFound } from "../http/problem.ts";
import { readAddress } from "../http/request.ts";
import { type Log, nameOf } from "../runtime.ts";
import type { Codes } from "../store/codes.ts";
import type { MailCompany } from "./code-mail.ts";

/** A code on its way. All that a caller can choose of the mail is one of our languages. */
export type CodeToMail = {
  readonly to: string;
  readonly code: string;
  readonly language: Language;
  /** The service's. */
  readonly origin: string;
  readonly company?: MailCompany | undefined;
};

/** Mails a code. */
export type MailCode = (mail: CodeToMail) => Promise<void>;

/** Resolves after a fixed time, so that nobody learns how long the work took, or whether there was any. */
export type FixedLatency = (work: Promise<void>) => Promise<void>;

export type CodeDeps = {
  readonly codes: Codes;
  readonly mailCode: MailCode;
  readonly latency: FixedLatency;
  readonly origin: string;
  readonly company?: MailCompany | undefined;
  readonly log: Log;
};

/** Milliseconds after which a right and a wrong address are both answered: enough to mail a code, by either way. */
export const ANSWER_AFTER_MS = { ses: 2_000, smtp: 6_000 } as const;

/** Answers after so many milliseconds. Work that takes longer goes on, and nobody waits for it: only the right address has any. */
export function fixedLatency(milliseconds: number): FixedLatency {
  return async (work) => {
    const over = setTimeout(milliseconds);
    await Promise.race([work, over]);
    await over;
  };
}

/** What the table keeps of a code: without the link token, which it does not have, it cannot be searched. */
export function codeHashOf(linkToken: LinkToken, code: string): Uint8Array {
  return createHmac("sha256", linkToken).update(code).digest();
}

/**
 * Mails a code if the address is the one the handoff was made for; says nothing about it either way, and keeps no address. A handoff
 * that mails no codes, or cannot be opened any more, is answered at once: nobody keeps a function waiting with such a link.
 * @throws ProblemError 400, 404, 410; not when the mail fails, for that would reveal that the address was right
 */
export async function sendCode(
  { codes, mailCode, latency, log, origin, company }: CodeDeps,
  id: HandoffId,
  asked: {
    readonly linkToken: LinkToken;
    readonly email: string;
    readonly emailKey: Uint8Array;
    readonly language?: Language | undefined;
  },
  now: number,
): Promise<void> {
  const { language = "en" } = asked;
  const to = readAddress(asked.email, "field email");
  const code = String(randomInt(100_000_000)).padStart(8, "0");
  const emailVerifier = emailVerifierOf(asked.emailKey, to);
  const outcome = await codes.arm(id, { emailVerifier, codeHash: codeHashOf(asked.linkToken, code) }, now);
  if (outcome === "no_codes") return;
  if (outcome === "unchanged") return latency(Promise.resolve());
  if (outcome !== "armed") throw outcome.kind === "gone" ? gone(outcome) : notFound();
  const mailed = mailCode({ to, code, language, origin, company }).catch((error: unknown) =>
    log({ level: "error", what: "code_mail_failed", error: nameOf(error) }),
  );
  return latency(mailed);
}
