import { setTimeout } from "node:timers/promises";
import { ANSWER_AFTER_MS, codeMail, type MailCode } from "../recipient/codes.ts";
import { optional, required } from "./environment.ts";
import { smtpServerIn } from "./smtp-server.ts";

const smtpSecret = optional("SMTP_SECRET_ARN");

/** Milliseconds that mailing may take in all, under the time after which every request for a code is answered. */
const TIMEOUT_MS = ANSWER_AFTER_MS[smtpSecret ? "smtp" : "ses"] - 200;

const deliver: MailCode = smtpSecret ? smtpMailer(smtpSecret) : sesMailer();

/**
 * Mails codes by SES, or by the SMTP server whose settings SMTP_SECRET_ARN holds. A file of its own, loaded for the first code.
 * It shares nothing with the sdk's senders: a code is one mail within two seconds, with no pace, no pool, no retry and no sentence
 * for a person, and the package below both holds no mail.
 * @throws Error when it takes longer than it may; the mail may have gone out all the same
 */
export const mailCode: MailCode = (mail) =>
  Promise.race([
    deliver(mail),
    setTimeout(TIMEOUT_MS, undefined, { ref: false }).then(() => {
      throw new Error("mailing the code took too long");
    }),
  ]);

function sesMailer(): MailCode {
  return async ({ to, code }) => {
    const { SendEmailCommand, SESv2Client } = await import("@aws-sdk/client-sesv2");
    const { subject, text } = codeMail(code);
    const client = new SESv2Client({
      maxAttempts: 1,
      requestHandler: { requestTimeout: TIMEOUT_MS, throwOnRequestTimeout: true },
    });
    const configurationSet = optional("MAIL_CONFIGURATION_SET");
    await client.send(
      new SendEmailCommand({
        FromEmailAddress: required("MAIL_FROM"),
        Destination: { ToAddresses: [to] },
        Content: {
          Simple: {
            Subject: { Data: subject },
            Body: { Text: { Data: text } },
            Headers: [{ Name: "Auto-Submitted", Value: "auto-generated" }],
          },
        },
        ...(configurationSet ? { ConfigurationSetName: configurationSet } : {}),
      }),
    );
  };
}

function smtpMailer(secretArn: string): MailCode {
  return async ({ to, code }) => {
    const [{ GetSecretValueCommand, SecretsManagerClient }, { createTransport }] = await Promise.all([
      import("@aws-sdk/client-secrets-manager"),
      import("nodemailer"),
    ]);
    const { SecretString = "" } = await new SecretsManagerClient({}).send(
      new GetSecretValueCommand({ SecretId: secretArn }),
    );
    const transport = createTransport({
      ...smtpServerIn(SecretString),
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    });
    await transport.sendMail({
      from: required("MAIL_FROM"),
      to,
      ...codeMail(code),
      headers: { "Auto-Submitted": "auto-generated" },
    });
  };
}
