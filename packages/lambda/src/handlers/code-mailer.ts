import { setTimeout } from "node:timers/promises";
import { asciiMailbox } from "@secret-handoff/protocol/mail-frame";
import * as v from "valibot";
import { codeMail } from "../recipient/code-mail.ts";
import { ANSWER_AFTER_MS, type MailCode } from "../recipient/send-code.ts";
import { callOptions } from "./aws-calls.ts";
import { optional, required } from "./environment.ts";

const smtpSecret = optional("SMTP_SECRET_ARN");

/** Milliseconds that mailing may take in all, under the time after which every request for a code is answered. */
const TIMEOUT_MS = ANSWER_AFTER_MS[smtpSecret ? "smtp" : "ses"] - 200;

const deliver: MailCode = smtpSecret ? smtpMailer(smtpSecret) : sesMailer();

/**
 * Mails codes by SES, or by the SMTP server whose settings SMTP_SECRET_ARN holds. A file of its own, loaded for the first code.
 * It shares nothing with the sdk's senders: a code is one mail within two seconds, with no pace, no pool, no retry and no sentence
 * for a person. What both mails look like is in the package below both.
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
  return async (mail) => {
    const { SendEmailCommand, SESv2Client } = await import("@aws-sdk/client-sesv2");
    const { fromName, subject, text, html } = codeMail(mail);
    const client = new SESv2Client(callOptions({ answerMs: TIMEOUT_MS, maxAttempts: 1 }));
    const configurationSet = optional("MAIL_CONFIGURATION_SET");
    await client.send(
      new SendEmailCommand({
        FromEmailAddress: asciiMailbox({ name: fromName, address: required("MAIL_FROM") }),
        Destination: { ToAddresses: [mail.to] },
        Content: {
          Simple: {
            Subject: utf8(subject),
            Body: { Text: utf8(text), Html: utf8(html) },
            Headers: [{ Name: "Auto-Submitted", Value: "auto-generated" }],
          },
        },
        ...(configurationSet ? { ConfigurationSetName: configurationSet } : {}),
      }),
    );
  };
}

/** SES takes text for ASCII unless told otherwise. */
function utf8(data: string) {
  return { Data: data, Charset: "UTF-8" };
}

function smtpMailer(secretArn: string): MailCode {
  return async (mail) => {
    const [{ GetSecretValueCommand, SecretsManagerClient }, { createTransport }] = await Promise.all([
      import("@aws-sdk/client-secrets-manager"),
      import("nodemailer"),
    ]);
    const { SecretString = "" } = await new SecretsManagerClient(callOptions()).send(
      new GetSecretValueCommand({ SecretId: secretArn }),
    );
    const transport = createTransport({
      ...smtpServerIn(SecretString),
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    });
    const { fromName, ...content } = codeMail(mail);
    await transport.sendMail({
      from: { name: fromName ?? "", address: required("MAIL_FROM") },
      to: mail.to,
      ...content,
      headers: { "Auto-Submitted": "auto-generated" },
    });
  };
}

const word = v.pipe(v.string(), v.minLength(1));

/** Who fills in the console's form gets a secret of which every value is text, the port too. */
const port = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number))]),
  v.integer(),
  v.minValue(1),
  v.maxValue(65_535),
);

/** What the secret behind SMTP_SECRET_ARN holds, as JSON. */
const SmtpSecret = v.object({
  host: word,
  port: v.optional(port, 587),
  /** For a port other than 465 that speaks TLS from the first byte on. */
  tls: v.optional(v.picklist(["implicit", "starttls"])),
  user: word,
  password: word,
});

/** A mail server as nodemailer wants it: nothing is said to it, the password least of all, before TLS. */
export type SmtpServer = {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte on; otherwise by STARTTLS, which is required. */
  readonly secure: boolean;
  readonly requireTLS: true;
  readonly auth: { readonly user: string; readonly pass: string };
};

/** @throws SmtpSecretError naming the field that is missing or wrong, and no value */
export function smtpServerIn(secret: string): SmtpServer {
  const result = v.safeParse(SmtpSecret, jsonIn(secret), { abortEarly: true });
  if (!result.success) throw new SmtpSecretError(v.getDotPath(result.issues[0]) ?? "json");
  const { host, port, user, password, tls = port === 465 ? "implicit" : "starttls" } = result.output;
  return { host, port, secure: tls === "implicit", requireTLS: true, auth: { user, pass: password } };
}

function jsonIn(secret: string): unknown {
  try {
    return JSON.parse(secret);
  } catch {
    // No cause: a JSON error quotes the text that it could not read.
    throw new SmtpSecretError("json");
  }
}

/** The secret of the mail server is not as it must be. Its code names the field, for of an error only name and code are logged. */
export class SmtpSecretError extends Error {
  override readonly name = "SmtpSecretError";
  readonly code: string;

  /** @param code the field, or `json` where there is none to name */
  constructor(code: string) {
    super(
      code === "json"
        ? "The secret behind SMTP_SECRET_ARN is not a JSON object."
        : `The field ${code} of the secret behind SMTP_SECRET_ARN is missing or malformed.`,
    );
    this.code = code;
  }
}
