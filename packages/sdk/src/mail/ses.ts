import type { SESv2Client, SendEmailCommandInput } from "@aws-sdk/client-sesv2";
import { callAws, clientOptions, openedOnce } from "../aws/aws-client.ts";
import type { AwsSentence, AwsWording } from "../aws/aws-failures.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import type { Mailbox } from "./addresses.ts";
import { type Email, MAIL_HEADERS, type MailTransport } from "./email.ts";

const SERVICE = "Amazon SES";

/** How SES is used. */
export type SesOptions = {
  /** Undefined leaves it to the environment. */
  readonly region?: string;
  /** Its click and open tracking must be off. */
  readonly configurationSet?: string;
};

/** Mail by SES v2 with the credentials the environment gives (ses:SendEmail on one identity). */
export function sesTransport(options: SesOptions, runtime: Runtime): MailTransport {
  const client = openedOnce(() => openClient(options.region, runtime));
  return {
    send: (email, deadline) =>
      callAws(
        SERVICE,
        async (until) => {
          const { SendEmailCommand } = await import("./ses-api.ts");
          const command = new SendEmailCommand(requestOf(email, options));
          const { MessageId } = await (await client()).send(command, until);
          return MessageId ?? email.messageId;
        },
        sendWording(email.from),
        deadline,
        runtime,
      ),
    check: (from, deadline) => checkIdentity(from, deadline),
  };

  async function checkIdentity(from: Mailbox, deadline: Deadline): Promise<readonly string[]> {
    let hidden = false;
    for (const identity of identitiesFor(from.address)) {
      const state = await callAws(
        SERVICE,
        (until) => stateOf(identity, until),
        () => undefined,
        deadline,
        runtime,
      );
      if (state === "verified") return [];
      hidden ||= state === "hidden";
    }
    if (!hidden) throw new SenderError(...unverified(from));
    return [
      `Whether SES may send from ${from.address} could not be checked: the AWS role lacks ses:GetEmailIdentity, which only dry-run uses.`,
    ];
  }

  async function stateOf(
    identity: string,
    until: { readonly abortSignal: AbortSignal },
  ): Promise<"verified" | "unverified" | "hidden"> {
    const { GetEmailIdentityCommand } = await import("./ses-api.ts");
    const command = new GetEmailIdentityCommand({ EmailIdentity: identity });
    try {
      const found = await (await client()).send(command, until);
      return found.VerifiedForSendingStatus ? "verified" : "unverified";
    } catch (error) {
      if (isNamed(error, /^NotFoundException$/)) return "unverified";
      if (isNamed(error, /^AccessDenied/)) return "hidden";
      throw error;
    }
  }
}

/**
 * What may be verified so that an address can send: itself, its domain, or a domain above that, as `a@b.c.example`,
 * `b.c.example`, `c.example` (https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html).
 */
function identitiesFor(address: string): readonly string[] {
  const labels = address.slice(address.lastIndexOf("@") + 1).split(".");
  const domains = labels.map((_, above) => labels.slice(above).join("."));
  return [address, ...domains.slice(0, Math.max(1, labels.length - 1))];
}

function isNamed(error: unknown, pattern: RegExp): boolean {
  return typeof error === "object" && error !== null && "name" in error && pattern.test(String(error.name));
}

async function openClient(region: string | undefined, runtime: Runtime): Promise<SESv2Client> {
  const { SESv2Client } = await import("./ses-api.ts");
  return new SESv2Client(clientOptions(region, runtime));
}

/** SES writes Message-ID and Date itself (https://docs.aws.amazon.com/ses/latest/dg/header-fields.html). */
function requestOf(email: Email, { configurationSet }: SesOptions): SendEmailCommandInput {
  const utf8 = (Data: string) => ({ Data, Charset: "UTF-8" });
  return {
    FromEmailAddress: formatMailbox(email.from),
    Destination: { ToAddresses: [email.to] },
    ...(email.replyTo === undefined ? {} : { ReplyToAddresses: [email.replyTo] }),
    Content: {
      Simple: {
        Subject: utf8(email.subject),
        Body: { Text: utf8(email.text), Html: utf8(email.html) },
        Headers: Object.entries(MAIL_HEADERS).map(([Name, Value]) => ({ Name, Value })),
      },
    },
    EmailTags: [{ Name: "handoff", Value: email.handoff }],
    ...(configurationSet === undefined ? {} : { ConfigurationSetName: configurationSet }),
  };
}

/** SES takes only ASCII here: other names go as an encoded word (RFC 2047). */
function formatMailbox({ name, address }: Mailbox): string {
  if (name === undefined) return address;
  const ascii = /^[\x20-\x7e]*$/.test(name);
  const shown = ascii
    ? `"${name.replace(/["\\]/g, "\\$&")}"`
    : `=?UTF-8?B?${Buffer.from(name, "utf8").toString("base64")}?=`;
  return `${shown} <${address}>`;
}

function sendWording(from: Mailbox): AwsWording {
  return (name, message) => {
    switch (name) {
      case "AccessDeniedException":
      case "AccessDenied":
        return [
          "access_denied",
          `The AWS role may not send mail from ${from.address}. Grant it ses:SendEmail on that identity${/configuration-set/.test(message) ? " and on the configuration set" : ""}.`,
        ];
      case "MailFromDomainNotVerifiedException":
        return unverified(from);
      case "MessageRejected":
        return /not verified/i.test(message)
          ? [
              "mail_identity",
              `Amazon SES refused the mail: an address is not verified. Verify ${from.address} in SES; in the SES sandbox the recipient must be verified as well.`,
            ]
          : ["mail_refused", `Amazon SES refused the mail (MessageRejected).`];
      case "AccountSuspendedException":
      case "SendingPausedException":
        return [
          "mail_refused",
          `Amazon SES refused the mail: sending is paused for this account or configuration set. Look at the SES console.`,
        ];
      case "NotFoundException":
        return [
          "mail_identity",
          "Amazon SES does not know the configuration set. Check configuration-set and the region.",
        ];
      default:
        return ["mail_refused", `Amazon SES refused the mail (${name}).`];
    }
  };
}

function unverified(from: Mailbox): AwsSentence {
  return [
    "mail_identity",
    `Amazon SES may not send from ${from.address}: neither the address nor its domain is verified in this region. Verify it, or correct from or region.`,
  ];
}
