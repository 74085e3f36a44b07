import type { Language } from "@secret-handoff/protocol/languages";
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
    "You type the e-mail address that this message was sent to, then a code of eight digits that comes by mail.",
  passphrase: "You type the passphrase, which you receive another way, for example by telephone.",
  keep: "You copy or save what you see. It is shown only once, so choose beforehand where you will keep it.",
  until: "The link expires on {when}.",
  questions: "Questions? Ask {contact}.",
  careful: "If you want to be sure",
  leadsTo:
    "The link leads to {host} and opens only once. Check that the address in your browser begins with {origin} before you type anything.",
  forYou: "It is for you alone: please do not forward it. Nobody will ask you for it.",
  unexpected: "You did not expect this? Ask {contact}, in a way that you already know, before you open it.",
} as const;

/** The sentences of a mail in one language. */
export type MailSentences = { readonly [Key in keyof typeof en]: string };

export const MAIL_SENTENCES: { readonly [L in Language]: MailSentences } = {
  ...{ en, de, fr, es, "pt-BR": ptBR, it, nl, pl, ja, "zh-Hans": zhHans, ar, he },
};
