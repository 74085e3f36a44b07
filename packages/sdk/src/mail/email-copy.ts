import { type Flags, type HandoffId, needsEmail, needsPassphrase } from "@secret-handoff/protocol";
import { durationInWords } from "@secret-handoff/protocol/api";
import type { Mailbox } from "./addresses.ts";

/** What an e-mail says. Nothing in it but the link is secret. */
export type EmailFacts = {
  readonly from: Mailbox;
  readonly to: string;
  /** Whom the recipient can ask: a name or an address. */
  readonly contact: string;
  /** Set when `contact` is an address. */
  readonly replyTo?: string;
  /** What sent it, like `acme/orders`. */
  readonly source: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /** Names and values, like `Workflow: Rotate`. */
  readonly context: Readonly<Record<string, string>>;
  readonly link: string;
  readonly origin: string;
  readonly id: HandoffId;
  readonly flags: Flags;
  /** A code is mailed before the link opens. */
  readonly mailedCode: boolean;
  /** Unix seconds. */
  readonly expiresAt: number;
  /** Unix seconds. */
  readonly now: number;
};

/** The facts as sentences, which text and HTML share. */
export type EmailCopy = {
  readonly heading: string;
  readonly intro: string;
  readonly message: string | undefined;
  readonly link: string;
  readonly button: string;
  readonly until: string;
  readonly once: string;
  readonly needs: readonly string[];
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly warning: string;
  readonly unexpected: string;
};

/** The words of the mail. */
export function emailCopy(facts: EmailFacts): EmailCopy {
  return {
    heading: "A secret for you",
    intro: `${facts.contact} sends you a secret from ${facts.source}.${facts.reason === undefined ? "" : ` Reason: ${sentence(facts.reason)}`}`,
    message: facts.message,
    link: facts.link,
    button: "Open the secret",
    until: `The link expires ${expiryInWords(facts.expiresAt, facts.now)}.`,
    once: "It opens only once. Decide where you will keep the secret before you press Reveal.",
    needs: needsOf(facts),
    facts: Object.entries(facts.context),
    warning: "Nobody will ask you for this link. Do not forward it, and paste it only into your browser.",
    unexpected: `Not expecting this? Do not open it. Ask ${facts.contact} in a way that you already know.`,
  };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function needsOf({ flags, mailedCode }: EmailFacts): readonly string[] {
  return [
    ...(needsEmail(flags) ? ["the e-mail address that this mail was sent to"] : []),
    ...(mailedCode ? ["a code that will be mailed to you when you open it"] : []),
    ...(needsPassphrase(flags) ? ["the passphrase, which you receive separately, not by mail"] : []),
  ];
}

/** "in 24 hours, on Sunday 22 November 2026 at 09:10 UTC" */
export function expiryInWords(expiresAt: number, now: number): string {
  const date = new Intl.DateTimeFormat("en-GB", {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  })
    .format(expiresAt * 1_000)
    .replace(",", "");
  const time = new Date(expiresAt * 1_000).toISOString().slice(11, 16);
  return `in ${durationInWords(expiresAt - now)}, on ${date} at ${time} UTC`;
}
