import type { SESv2Client, SendEmailCommandInput } from "@aws-sdk/client-sesv2";
import { emailHintOf } from "@secret-handoff/protocol";
import { asciiMailbox } from "@secret-handoff/protocol/mail-frame";
import { awsService, clientOptions, openedOnce } from "../aws/aws-client.ts";
import { type AwsCall, type AwsSentence, type AwsWording, isAbout } from "../aws/aws-errors.ts";
import type { Deadline } from "../runtime/deadline.ts";
import { platformRuntime, type Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import type { Mailbox } from "./addresses.ts";
import { type Email, linkKeysIn, MAIL_HEADERS, type MailTransport, mimeOf } from "./email.ts";

const SERVICE = "Amazon SES";

/** How SES is used. */
export type SesOptions = {
  /** Undefined leaves it to the environment. */
  readonly region?: string;
  /** Its click and open tracking must be off. */
  readonly configurationSet?: string;
};

/** Mail by SES v2 with the credentials the environment gives (ses:SendEmail on one identity). */
export function sesTransport(options: SesOptions = {}, runtime: Runtime = platformRuntime): MailTransport {
  const callAws = awsService(runtime, ["mail_quota"]);
  const client = openedOnce(() => openClient(options.region, runtime));
  return {
    send: (email, deadline) =>
      callAws(
        sendCall(email),
        async (until) => {
          const { SendEmailCommand } = await import("./ses-api.ts");
          const command = new SendEmailCommand(await requestOf(email, options));
          const { MessageId } = await (await client()).send(command, until);
          return MessageId ?? email.messageId;
        },
        deadline,
      ),
    check: (from, deadline) => checkIdentity(from, deadline),
  };

  async function checkIdentity(from: Mailbox, deadline: Deadline): Promise<readonly string[]> {
    let hidden = false;
    for (const identity of identitiesFor(from.address)) {
      const state = await callAws(
        { service: SERVICE, resource: `identity ${identity}`, permission: "ses:GetEmailIdentity" },
        (until) => stateOf(identity, until),
        deadline,
      );
      if (state === "verified") return [];
      hidden ||= state === "hidden";
    }
    if (!hidden) throw new SenderError(...unverified(from));
    return [
      `Whether SES may send from ${from.address} could not be checked: the AWS role lacks ses:GetEmailIdentity, which only a dry run uses.`,
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
      const name = typeof error === "object" && error !== null && "name" in error ? String(error.name) : "";
      if (isAbout("NotFound", name)) return "unverified";
      if (isAbout("AccessDenied", name)) return "hidden";
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

async function openClient(region: string | undefined, runtime: Runtime): Promise<SESv2Client> {
  const { SESv2Client } = await import("./ses-api.ts");
  // A connection of its own for each mail: one that the server has closed meanwhile would leave it unknown whether the mail was taken.
  return new SESv2Client(await clientOptions(region, runtime, false));
}

/** SES writes Message-ID and Date itself (https://docs.aws.amazon.com/ses/latest/dg/header-fields.html). */
async function requestOf(email: Email, { configurationSet }: SesOptions): Promise<SendEmailCommandInput> {
  const utf8 = (Data: string) => ({ Data, Charset: "UTF-8" });
  return {
    FromEmailAddress: asciiMailbox(email.from),
    Destination: { ToAddresses: [email.to] },
    ...(email.replyTo === undefined ? {} : { ReplyToAddresses: [email.replyTo] }),
    Content: isEncrypted(email)
      ? { Raw: { Data: await mimeOf(email) } }
      : {
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

/** Those have parts that SES's simple form has no place for. IAM then asks for another permission, though it is the same call. */
function isEncrypted({ attachments = [], pgpMessage }: Email): boolean {
  return attachments.length > 0 || pgpMessage !== undefined;
}

function permissionFor(email: Email): string {
  return isEncrypted(email) ? "ses:SendRawEmail" : "ses:SendEmail";
}

function sendCall(email: Email): AwsCall {
  const { from, to } = email;
  return {
    service: SERVICE,
    resource: `identity ${from.address}`,
    permission: permissionFor(email),
    wording: sendWording(email),
    recipient: to,
    sent: linkKeysIn(email),
    once: true,
    request: "the mail",
    refusedCode: "mail_refused",
  };
}

/** https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html, and the API reference of SendEmail. */
function sendWording(email: Email): AwsWording {
  const { from, to } = email;
  const permission = permissionFor(email);
  return (name, message) => {
    if (/daily (?:message|sending) quota/i.test(message)) {
      return [
        "mail_quota",
        "Amazon SES has sent what this account may send in 24 hours. Run again later, or ask AWS for a higher sending quota.",
      ];
    }
    if (/address is not verified/i.test(message)) return notVerified(from, to, message);
    if (isAbout("MailFromDomainNotVerified", name)) return unverified(from);
    if (isAbout("AccessDenied", name) && isRecipients(message, from, to)) {
      return [
        "access_denied",
        `The AWS role may not call ${permission} on the identity of recipient ${emailHintOf(to)}, which is one of this account's own. Grant it ${permission} on that identity as well.`,
      ];
    }
    if (isAbout("AccountSuspended", name) || isAbout("SendingPaused", name)) {
      return [
        "mail_refused",
        "Amazon SES refused the mail: sending is paused for this account or configuration set. Look at the SES console.",
      ];
    }
    if (isAbout("NotFound", name) && /configuration set/i.test(message)) {
      return [
        "mail_identity",
        (say) =>
          `Amazon SES does not know the configuration set. Check ${say("configuration-set")} and the region.`,
      ];
    }
    return undefined;
  };
}

/** SES names the identities that failed: outside the sandbox only senders do, in it recipients as well. */
function notVerified(from: Mailbox, to: string, message: string): AwsSentence {
  const failed = message.slice(message.lastIndexOf(":") + 1).toLowerCase();
  const sender = failed.includes(from.address.toLowerCase());
  if (!failed.includes(to.toLowerCase())) return unverified(from);
  const both = sender ? ` Nor is ${from.address} verified: verify it too.` : "";
  return [
    "mail_identity",
    `Amazon SES may not send to ${emailHintOf(to)}: the account is in the SES sandbox, where each recipient must be verified. Verify the recipient, or have AWS move the account out of the sandbox.${both}`,
  ];
}

/** True when the identity that IAM names is the recipient's address or domain, and not the sender's. */
function isRecipients(message: string, from: Mailbox, to: string): boolean {
  const identity = /:identity\/([^\s`'"]+)/.exec(message)?.[1]?.toLowerCase();
  if (identity === undefined || identitiesFor(from.address).includes(identity)) return false;
  return identitiesFor(to).includes(identity);
}

function unverified(from: Mailbox): AwsSentence {
  return [
    "mail_identity",
    (say) =>
      `Amazon SES may not send from ${from.address}: neither the address nor its domain is verified in this region. Verify it, or correct ${say("from")} or ${say("region")}.`,
  ];
}
