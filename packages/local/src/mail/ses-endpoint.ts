import { randomUUID } from "node:crypto";
import MailComposer from "nodemailer/lib/mail-composer";
import { Faults, serveLoopback } from "../loopback.ts";
import type { Inbox } from "./inbox.ts";

/** The part of SES v2 that senders use. */
export type SesEndpoint = {
  /** For AWS_ENDPOINT_URL_SESV2. */
  readonly url: string;
  /** Only these addresses and domains are verified from now on; before, all are. */
  readonly verifyOnly: (identities: readonly string[]) => void;
  /** Refuses an address (MessageRejected, as in the SES sandbox). */
  readonly refuse: (address: string) => void;
  /** Denies an action, such as `ses:SendEmail`. */
  readonly deny: (action: SesAction) => void;
  /** Answers that fail next; see {@link sesThrottled}. */
  readonly faults: Faults;
  readonly close: () => Promise<void>;
};

type SesAction = "ses:SendEmail" | "ses:GetEmailIdentity";

/** The shapes that the SDK sends: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html */
type Content = { readonly Data: string };
type SendEmail = {
  readonly FromEmailAddress?: string;
  readonly ReplyToAddresses?: readonly string[];
  readonly Destination?: Readonly<Record<"ToAddresses" | "CcAddresses" | "BccAddresses", readonly string[]>>;
  readonly Content?: {
    readonly Simple?: {
      readonly Subject: Content;
      readonly Body: { readonly Text?: Content; readonly Html?: Content };
      readonly Headers?: readonly { readonly Name: string; readonly Value: string }[];
    };
    readonly Raw?: Content;
  };
  readonly EmailTags?: readonly { readonly Name: string; readonly Value: string }[];
};

const REGION = "EU-WEST-1";

/** SES v2 over HTTP: SendEmail (Simple and Raw) into the inbox, and GetEmailIdentity. */
export async function startSesEndpoint(inbox: Inbox): Promise<SesEndpoint> {
  const refused = new Set<string>();
  const denied = new Set<SesAction>();
  const faults = new Faults();
  let verified: ReadonlySet<string> | undefined;

  const isVerified = (address: string) =>
    !verified || verified.has(address) || verified.has(address.slice(address.lastIndexOf("@") + 1));

  const send = async (body: SendEmail): Promise<Response> => {
    const from = bare(body.FromEmailAddress ?? "");
    const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = body.Destination ?? {};
    const recipients = [...ToAddresses, ...CcAddresses, ...BccAddresses].map(bare);
    if (!body.Content || recipients.length === 0) {
      return failure(400, "BadRequestException", "Destination and Content are required.");
    }
    if (denied.has("ses:SendEmail")) return accessDenied("ses:SendEmail", from);
    const unknown = [from, ...recipients].filter((address) =>
      address === from ? !isVerified(address) : refused.has(address),
    );
    if (unknown.length > 0) {
      const sentence = `Email address is not verified. The following identities failed the check in region ${REGION}: ${unknown.join(", ")}`;
      return failure(400, "MessageRejected", sentence);
    }
    const MessageId = `0102${randomUUID().replaceAll("-", "").slice(0, 12)}-${randomUUID()}-000000`;
    const tags = (body.EmailTags ?? []).map(({ Name, Value }) => `${Name}=${Value}`);
    await inbox.add(await compose(body, MessageId), { via: "ses", recipients, tags });
    return Response.json({ MessageId });
  };

  const identity = (name: string): Response => {
    if (denied.has("ses:GetEmailIdentity")) return accessDenied("ses:GetEmailIdentity", name);
    if (verified && !verified.has(name)) {
      return failure(404, "NotFoundException", `Email identity ${name} does not exist.`);
    }
    const IdentityType = name.includes("@") ? "EMAIL_ADDRESS" : "DOMAIN";
    return Response.json({ IdentityType, VerifiedForSendingStatus: true, VerificationStatus: "SUCCESS" });
  };

  const { url, close } = await serveLoopback(async (request, { pathname }) => {
    if (!/^AWS4-HMAC-SHA256 .*\/ses\/aws4_request/.test(request.headers.get("authorization") ?? "")) {
      return failure(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    }
    const fault = faults.next();
    if (fault) return fault;
    const [, name] = /^\/v2\/email\/identities\/([^/]+)$/.exec(pathname) ?? [];
    if (request.method === "GET" && name !== undefined) return identity(decodeURIComponent(name));
    if (request.method === "POST" && pathname === "/v2/email/outbound-emails") {
      return send((await request.json()) as SendEmail);
    }
    return failure(404, "UnknownOperationException", "The local stack knows SendEmail and GetEmailIdentity.");
  });

  return {
    url,
    verifyOnly: (identities) => {
      verified = new Set(identities);
    },
    refuse: (address) => {
      refused.add(address);
    },
    deny: (action) => {
      denied.add(action);
    },
    faults,
    close,
  };
}

/** The answer of SES when too much is sent at once, for {@link Faults.order}. */
export function sesThrottled(): Response {
  return failure(429, "TooManyRequestsException", "Maximum sending rate exceeded.");
}

/** The message as SES builds it: its own Message-ID and Date, whatever the caller says. */
async function compose({ Content, ...body }: SendEmail, messageId: string): Promise<Uint8Array> {
  if (Content?.Raw) return Buffer.from(Content.Raw.Data, "base64");
  const { Subject, Body, Headers = [] } = Content?.Simple ?? { Subject: { Data: "" }, Body: {} };
  const composer = new MailComposer({
    from: body.FromEmailAddress ?? "",
    to: [...(body.Destination?.ToAddresses ?? [])],
    replyTo: [...(body.ReplyToAddresses ?? [])],
    subject: Subject.Data,
    ...(Body.Text ? { text: Body.Text.Data } : {}),
    ...(Body.Html ? { html: Body.Html.Data } : {}),
    messageId: `<${messageId}@eu-west-1.amazonses.com>`,
    headers: Headers.map(({ Name, Value }) => ({ key: Name, value: Value })),
  });
  return composer.compile().build();
}

/** `Name <address>` without the name. */
function bare(mailbox: string): string {
  return /<([^<>]*)>\s*$/.exec(mailbox)?.[1] ?? mailbox.trim();
}

function accessDenied(action: SesAction, identity: string): Response {
  const role = "arn:aws:sts::111122223333:assumed-role/handoff/GitHubActions";
  const resource = `arn:aws:ses:eu-west-1:111122223333:identity/${identity}`;
  return failure(
    403,
    "AccessDeniedException",
    `User: ${role} is not authorized to perform: ${action} on resource: ${resource}`,
  );
}

/** An error as the REST-JSON protocol has it. */
function failure(status: number, name: string, message: string): Response {
  const headers = { "x-amzn-errortype": name, "x-amzn-requestid": randomUUID() };
  return Response.json({ message }, { status, headers });
}
