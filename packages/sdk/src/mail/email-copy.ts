import { type Flags, type HandoffId, needsEmail, needsPassphrase } from "@secret-handoff/protocol";
import { fillIn, joined, type Language, localeOf } from "@secret-handoff/protocol/languages";
import { type Accents, OUR_ACCENTS } from "@secret-handoff/protocol/mail-frame";
import { splitContacts } from "@secret-handoff/protocol/markup";
import { withoutBreaks } from "@secret-handoff/protocol/shown-text";
import type { Mailbox } from "./addresses.ts";
import { ar } from "./languages/ar.ts";
import { de } from "./languages/de.ts";
import { es } from "./languages/es.ts";
import { fr } from "./languages/fr.ts";
import { he } from "./languages/he.ts";
import { it } from "./languages/it.ts";
import { ja } from "./languages/ja.ts";
import { nl } from "./languages/nl.ts";
import { pl } from "./languages/pl.ts";
import { ptBR } from "./languages/pt-BR.ts";
import { zhHans } from "./languages/zh-Hans.ts";

/**
 * What a mail says, in English. A mail that hurries, warns and hides its sender is what people are taught to delete: this one says who
 * writes and what for, what will happen, until when and whom to ask, and nothing that presses.
 */
const en = {
  untitled: "Access details for you",
  subject: "{title}, from {company}",
  hello: "Hello,",
  sending: "{sender} is sending you access details, such as a password or a key.",
  purpose: "What it is for: {reason}",
  writes: "{sender} writes:",
  open: "Open the page",
  opensNothing: "This only opens a page. Nothing is used up until you say so there.",
  orCopy: "Or copy this address into your browser:",
  openThis: "Open this page in your browser:",
  encrypted: "The link is encrypted to your own key, and nobody can read it without that: {key}",
  decrypt:
    "Save the attached file {file}. In a terminal, the first command opens the link, and the second shows it, for your browser. Name the file of your private key if it is another:",
  orPaste: "Or give the command this block, from its first line to its last:",
  steps: "What will happen",
  look: "The page shows who sent this and what it is for.",
  click: "You press Reveal.",
  email: "You type the e-mail address that this message was sent to.",
  emailCode:
    "You type the e-mail address that this message was sent to, then a code of eight digits that comes by e-mail.",
  passphrase: "You type the passphrase, which you receive another way, for example by telephone.",
  keep: "You copy or save what you see. It is shown only once, so choose beforehand where you will keep it.",
  until: "The link expires on {when}.",
  questions: "Questions? Ask {contact}.",
  careful: "If you want to be sure",
  leadsTo:
    "The link leads to {host} and opens only once. Check that the address in your browser begins with {origin} before you type anything.",
  forYou: "The link is for you alone: please do not forward it. Nobody will ask you for it.",
  unexpected: "You did not expect this? Ask {contact}, in a way that you already know, before you open it.",
} as const;

/** The sentences of a mail in one language. */
export type MailSentences = { readonly [Key in keyof typeof en]: string };

const MAIL_SENTENCES: { readonly [L in Language]: MailSentences } = {
  ...{ en, de, fr, es, "pt-BR": ptBR, it, nl, pl, ja, "zh-Hans": zhHans, ar, he },
};

/** What an e-mail says. Nothing in it but the link is secret. */
export type EmailFacts = {
  readonly from: Mailbox;
  readonly to: string;
  /** The company or team that sends it, as the recipient knows it. */
  readonly company: string;
  readonly accents?: Accents | undefined;
  /** Whom the recipient can ask: a name, a telephone number, an address; undefined where nobody is named. */
  readonly contact?: string | undefined;
  /** Set when `contact` is an address. */
  readonly replyTo?: string;
  /** What is handed over, in the sender's words. */
  readonly title?: string | undefined;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /** Names and values in the sender's words, like `Environment: production`. */
  readonly context: Readonly<Record<string, string>>;
  /** Where it was sent from, like `Repository: acme/orders`: below everything else. */
  readonly origins: Readonly<Record<string, string>>;
  readonly link: string | EncryptedLink;
  readonly origin: string;
  readonly id: HandoffId;
  readonly flags: Flags;
  /** A code is mailed before the link opens. */
  readonly mailedCode: boolean;
  /** Unix seconds. */
  readonly expiresAt: number;
  /** English where nobody says otherwise. */
  readonly language?: Language | undefined;
  /** The recipient's, like `Europe/Madrid`; UTC where nobody says otherwise. */
  readonly timeZone?: string | undefined;
};

/** A link that only the recipient's own key reads. */
export type EncryptedLink = {
  /** An armoured age file. */
  readonly armoured: string;
  readonly fingerprints: readonly string[];
  /** Where the private key lies, as examples have it. */
  readonly identityFile: string;
};

/** The file beside the mail that has the same armoured link. */
export const ENCRYPTED_LINK_FILE = "link.age";

/** The facts as sentences, which text and HTML share. */
export type EmailCopy = {
  readonly language: Language;
  readonly subject: string;
  readonly company: string;
  readonly accents: Accents;
  readonly heading: string;
  readonly hello: string;
  readonly sending: string;
  readonly purpose: string | undefined;
  /** Who writes the message, and the message. */
  readonly message: { readonly caption: string; readonly words: string } | undefined;
  readonly context: Rows;
  readonly link: string | DecryptionCopy;
  readonly open: string;
  readonly opensNothing: string;
  readonly orCopy: string;
  readonly openThis: string;
  readonly stepsHeading: string;
  readonly steps: readonly string[];
  readonly until: string;
  readonly questions: string;
  /** For those who look twice: where the link leads, that it opens once, how to check. */
  readonly careful: { readonly heading: string; readonly sentences: readonly string[] };
  readonly origins: Rows;
};

/** How an encrypted link is read. */
export type DecryptionCopy = {
  readonly encrypted: string;
  readonly decrypt: string;
  readonly commands: readonly string[];
  readonly orPaste: string;
  readonly armoured: string;
};

export type Rows = readonly (readonly [name: string, value: string])[];

export function emailCopy(facts: EmailFacts): EmailCopy {
  const { company, title, reason, message, origin, language = "en" } = facts;
  const say: MailSentences = MAIL_SENTENCES[language];
  const contact = facts.contact ?? company;
  const sender = senderName(facts);
  const heading = title ?? say.untitled;
  const when = expiryInWords(facts.expiresAt, language, facts.timeZone);
  const host = new URL(origin).host;
  return {
    ...{ language, company, heading, accents: facts.accents ?? OUR_ACCENTS },
    subject: withoutBreaks(fillIn(say.subject, { title: heading, company }).slice(0, LONGEST_SUBJECT)),
    hello: say.hello,
    sending: fillIn(say.sending, { sender }),
    purpose: reason === undefined ? undefined : fillIn(say.purpose, { reason }),
    message:
      message === undefined || message.trim() === ""
        ? undefined
        : { caption: fillIn(say.writes, { sender }), words: message.trim() },
    context: Object.entries(facts.context),
    link: typeof facts.link === "string" ? facts.link : decryptionCopy(facts.link, say),
    ...{ open: say.open, opensNothing: say.opensNothing, orCopy: say.orCopy, openThis: say.openThis },
    stepsHeading: say.steps,
    steps: [say.look, answersStep(facts, say), say.keep],
    until: fillIn(say.until, { when }),
    questions: fillIn(say.questions, { contact }),
    careful: {
      heading: say.careful,
      sentences: [
        fillIn(say.leadsTo, { host, origin: `${origin}/` }),
        say.forYou,
        fillIn(say.unexpected, { contact }),
      ],
    },
    origins: Object.entries(facts.origins),
  };
}

function decryptionCopy(
  { armoured, fingerprints, identityFile }: EncryptedLink,
  say: MailSentences,
): DecryptionCopy {
  return {
    encrypted: fillIn(say.encrypted, { key: fingerprints.join(", ") }),
    decrypt: fillIn(say.decrypt, { file: ENCRYPTED_LINK_FILE }),
    commands: [
      `secret-handoff open --identity ${identityFile} < ${ENCRYPTED_LINK_FILE}`,
      `age --decrypt --identity ${identityFile} ${ENCRYPTED_LINK_FILE}`,
    ],
    orPaste: say.orPaste,
    armoured: armoured.trim(),
  };
}

/** Characters: as long as the input of the action may be. */
const LONGEST_CONTACT = 200;

/** Characters: mail programs show about half of it. */
const LONGEST_SUBJECT = 150;

/** A person at a company, or the company: telephone numbers and addresses belong to whom one asks, not to who writes. */
export function senderName({ contact = "", company }: Pick<EmailFacts, "contact" | "company">): string {
  // The patterns take quadratic time, and no person's name is that long.
  if (contact.length > LONGEST_CONTACT) return company;
  const words = splitContacts(contact.replace(TELEPHONE, "")).flatMap(({ text, href }) =>
    href === undefined ? [text] : [],
  );
  const person = words
    .join("")
    .replace(/<>|\(\)/g, "")
    .replace(/^[\s,;:]+|(?:[\s,;:]|\b(?:tel|phone|or)\b\.?)+$/gi, "");
  return person === "" || person === company ? company : `${person} (${company})`;
}

const TELEPHONE = /[\s,;(]*(?:\b(?:tel|phone)\b[.:]*\s*)?\+?\d[\d\s()/.-]{4,}$/i;

function answersStep({ flags, mailedCode }: EmailFacts, say: MailSentences): string {
  const answers = [
    ...(needsEmail(flags) ? [mailedCode ? say.emailCode : say.email] : []),
    ...(needsPassphrase(flags) ? [say.passphrase] : []),
  ];
  return answers.length === 0 ? say.click : joined(...answers);
}

/** "Sunday, 22 November 2026 at 10:10 CET". @param expiresAt Unix seconds */
function expiryInWords(expiresAt: number, language: Language, timeZone = "UTC"): string {
  return new Intl.DateTimeFormat(localeOf(language), {
    ...{ weekday: "long", day: "numeric", month: "long", year: "numeric" },
    ...{ hour: "2-digit", minute: "2-digit", timeZoneName: "short", timeZone },
  }).format(expiresAt * 1_000);
}
