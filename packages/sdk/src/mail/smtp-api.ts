/** What is used of nodemailer, and no more: loaded with the first mail, and a bundler can leave its other transports out. */
import MailComposer from "nodemailer/lib/mail-composer";
import SMTPConnection from "nodemailer/lib/smtp-connection";

export { MailComposer, SMTPConnection };
