import { randomUUID } from "node:crypto";
import type { HandoffId } from "@secret-handoff/protocol";
import { wrapText as wrap } from "@secret-handoff/protocol/mail-frame";
import { escapeHtml } from "@secret-handoff/protocol/markup";
import type Mail from "nodemailer/lib/mailer";
import type { RecipientKey } from "../recipient-keys/recipient-key.ts";
import type { YieldSlot } from "../runtime/concurrency.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Mailbox } from "./addresses.ts";
import {
  type DecryptionCopy,
  type EmailCopy,
  type EmailFacts,
  ENCRYPTED_LINK_FILE,
  emailCopy,
  type Rows,
} from "./email-copy.ts";
import { emailHtml } from "./email-html.ts";

/** One mail to one recipient. */
export type Email = {
  readonly from: Mailbox;
  readonly to: string;
  readonly replyTo?: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments?: readonly Attachment[];
  /**
   * The mail's body, encrypted, in ASCII armour: it goes out as PGP/MIME (RFC 3156), and nothing else of the body with it. Text and HTML
   * hold the same armour, for a transport that does not know this.
   */
  readonly pgpMessage?: string;
  readonly handoff: HandoffId;
  /** `handoff-id@host`, without angle brackets: the same for every attempt, so that a repeated mail is recognised. */
  readonly messageId: string;
};

/** A file beside the text, in ASCII. */
export type Attachment = { readonly name: string; readonly mediaType: string; readonly text: string };

/** The keys of the links in a mail: servers that refuse it may quote them, and break them where their lines end. */
export function linkKeysIn({ text }: Pick<Email, "text">): readonly string[] {
  return [...text.matchAll(/#([\w-]{46})(?![\w-])/g)].map(([, key = ""]) => key);
}

/** What sends mail. Each method retries what can pass later and throws SenderError. */
export type MailTransport = {
  /** Gives the id under which the mail was accepted. @param yieldSlot lets others go on while this mail alone has to wait */
  readonly send: (email: Email, deadline: Deadline, yieldSlot?: YieldSlot) => Promise<string>;
  /** Checks that mail from this mailbox would be taken, and sends none. Gives what could not be checked, in sentences. */
  readonly check: (from: Mailbox, deadline: Deadline) => Promise<readonly string[]>;
};

/** The mail that carries a link: text and HTML, the whole URL in both, nothing to load, no secret's name in the subject. */
export function writeEmail(facts: EmailFacts): Email {
  const parts = emailCopy(facts);
  return {
    from: facts.from,
    to: facts.to,
    ...(facts.replyTo === undefined ? {} : { replyTo: facts.replyTo }),
    subject: parts.subject,
    text: emailText(parts),
    html: emailHtml(parts),
    handoff: facts.id,
    messageId: `${facts.id}@${new URL(facts.origin).hostname}`,
  };
}

/**
 * The mail whose link only the recipient's own key reads. With age the mail says so and carries the encrypted link; with OpenPGP all of
 * the mail but its headers is encrypted, as programs for mail expect it.
 */
export async function writeEncryptedEmail(facts: PlainFacts, key: RecipientKey): Promise<Email> {
  if (key.kind === "age") {
    const { fingerprints, identityFile } = key;
    const armoured = await key.encryptLink(facts.link);
    const attachment = { name: ENCRYPTED_LINK_FILE, mediaType: "application/octet-stream", text: armoured };
    const link = { armoured, fingerprints, identityFile };
    return { ...writeEmail({ ...facts, link }), attachments: [attachment] };
  }
  const email = writeEmail(facts);
  const pgpMessage = await key.encryptMail(bodyOf(email));
  return { ...email, pgpMessage, text: pgpMessage, html: `<pre>${escapeHtml(pgpMessage)}</pre>` };
}

type PlainFacts = EmailFacts & { readonly link: string };

/**
 * The plain-text part. The link stands on a line of its own between empty lines, and no sentence ends right behind an address: mail
 * programs take a full stop for a part of it.
 */
function emailText(parts: EmailCopy): string {
  const { message, careful } = parts;
  const blocks = [
    wrap(parts.hello),
    wrap(parts.sending),
    parts.purpose && wrap(parts.purpose),
    message && `${wrap(message.caption)}\n\n${quote(message.words)}`,
    rowsText(parts.context),
    ...(typeof parts.link === "string"
      ? [wrap(parts.openThis), parts.link, wrap(parts.opensNothing)]
      : decryptionText(parts.link)),
    [parts.stepsHeading, ...parts.steps.map((step, index) => wrap(step, `${index + 1}. `, "   "))].join("\n"),
    wrap(parts.until),
    wrap(parts.questions),
    "--------",
    [careful.heading, ...careful.sentences.map((sentence) => wrap(sentence, "- ", "  "))].join("\n"),
    rowsText(parts.origins),
  ];
  return `${blocks.filter((block) => block).join("\n\n")}\n`;
}

/** Commands and block stand by themselves, so that nothing else is copied with them. */
function decryptionText({ encrypted, decrypt, commands, orPaste, armoured }: DecryptionCopy): string[] {
  const indented = commands.map((command) => `    ${command}`).join("\n");
  return [wrap(encrypted), wrap(decrypt), indented, wrap(orPaste), armoured];
}

function rowsText(rows: Rows): string {
  return rows.map(([name, value]) => wrap(`${oneLine(name)}: ${oneLine(value)}`, "", "  ")).join("\n");
}

/** The sender's own words, marked as such, so that they cannot pass for ours. */
function quote(message: string): string {
  return message
    .trim()
    .split(/\r?\n/)
    .map((line) => (line.trim() === "" ? ">" : wrap(line, "> ", "> ")))
    .join("\n");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** RFC 3834, section 5: no holiday notice answers it. */
export const MAIL_HEADERS: Readonly<Record<string, string>> = { "Auto-Submitted": "auto-generated" };

/** The whole message with its headers, as a mail server takes it. */
export async function mimeOf(email: Email): Promise<Buffer> {
  const { from, to, replyTo, subject, text, html, attachments = [], messageId, pgpMessage } = email;
  const body: Mail.Options =
    pgpMessage === undefined ? { text, html, attachments: attachments.map(asPart) } : {};
  const root = await compiled({
    from: { name: from.name ?? "", address: from.address },
    to: { name: "", address: to },
    ...(replyTo === undefined ? {} : { replyTo: { name: "", address: replyTo } }),
    subject,
    ...body,
    messageId: `<${messageId}>`,
    headers: MAIL_HEADERS,
  });
  if (pgpMessage !== undefined) encryptedParts(root, pgpMessage);
  return root.build();
}

/**
 * Text and HTML as one MIME entity, to be encrypted. Nothing folds its lines: whoever decrypts it without a program for mail finds the link
 * whole (RFC 3156, section 3, asks for seven bits only of what is signed).
 */
function bodyOf({ text, html }: Pick<Email, "text" | "html">): Uint8Array {
  const boundary = randomUUID();
  const part = (type: string, content: string) =>
    [
      `--${boundary}`,
      `Content-Type: ${type}; charset=utf-8`,
      "Content-Transfer-Encoding: 8bit",
      "",
      content.trimEnd().replace(/\r?\n/g, "\r\n"),
      "",
    ].join("\r\n");
  const head = `Content-Type: multipart/alternative; boundary="${boundary}"\r\n\r\n`;
  const entity = `${head}${part("text/plain", text)}${part("text/html", html)}--${boundary}--\r\n`;
  return new TextEncoder().encode(entity);
}

type Root = Awaited<ReturnType<typeof compiled>>;

async function compiled(options: Mail.Options) {
  const { default: MailComposer } = await import("nodemailer/lib/mail-composer");
  return new MailComposer({ ...options, disableFileAccess: true, disableUrlAccess: true }).compile();
}

/** Armour is ASCII in short lines: it goes as it is, so that people find it in the message's source. */
function asPart({ name, mediaType, text }: NonNullable<Email["attachments"]>[number]): Mail.Attachment {
  return { filename: name, contentType: mediaType, content: text, contentTransferEncoding: "7bit" };
}

/** The two parts of RFC 3156, section 4. */
function encryptedParts(root: Root, message: string): void {
  root.setHeader("content-type", 'multipart/encrypted; protocol="application/pgp-encrypted"');
  const sevenBit = { "content-transfer-encoding": "7bit" };
  root
    .createChild("application/pgp-encrypted")
    .setHeader({ ...sevenBit, "content-description": "PGP/MIME version identification" })
    .setContent("Version: 1\r\n");
  root
    .createChild('application/octet-stream; name="encrypted.asc"')
    .setHeader({
      ...sevenBit,
      "content-description": "OpenPGP encrypted message",
      "content-disposition": 'inline; filename="encrypted.asc"',
    })
    .setContent(message);
}
