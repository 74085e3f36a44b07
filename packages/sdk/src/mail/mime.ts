import { randomUUID } from "node:crypto";
import type Mail from "nodemailer/lib/mailer";
import type { Email } from "./email.ts";

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
export function bodyOf({ text, html }: Pick<Email, "text" | "html">): Uint8Array {
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
