import Mail from "nodemailer/lib/mailer";
import SMTPTransport, { type SMTPTransportOptions } from "nodemailer/lib/smtp-transport";

/** nodemailer's SMTP alone: loaded with the first mail, without its other transports. */
export function openSmtp(options: SMTPTransportOptions) {
  return new Mail(new SMTPTransport(options));
}
