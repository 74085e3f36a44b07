import { HEADER_BUCKETS, type Header } from "@secret-handoff/protocol";
import {
  type CreateRequest,
  type CredentialClass,
  MOST_MEMBERS,
  MOST_MEMBERS_BYTES,
  membersBytes,
} from "@secret-handoff/protocol/api";
import type { Language } from "@secret-handoff/protocol/languages";
import type { Mailbox } from "../mail/addresses.ts";
import { senderName } from "../mail/email-copy.ts";
import { SenderError } from "../sender-error.ts";
import type { LabelledSecret, SubjectSecret } from "../sources/secret-version.ts";
import type { DeliveryContents } from "./contents.ts";

/** What to hand over, the same for every recipient. */
export type Delivery = {
  /** For mail, summary and report. */
  readonly details: DeliveryDetails;
  /** For the envelope alone. */
  readonly contents: DeliveryContents;
};

/** What may be shown of a delivery: it holds no value and no passphrase. */
export type DeliveryDetails = {
  readonly class: CredentialClass;
  /** Seconds from the sealing to the expiry. */
  readonly expiresIn: number;
  /** When what is handed over stops working, Unix seconds: no link outlives it, however late it is sealed. */
  readonly endsAt?: number | undefined;
  /** What is handed over, by name. */
  readonly secrets: readonly NamedVersion[];
  readonly subject: SubjectSecret;
  /** The ARNs of what is handed over, where the subject is not one of them. */
  readonly members?: readonly string[] | undefined;
  /** True where a version goes out again that was handed over before. */
  readonly resend: boolean;
  /** The request by which it was approved. */
  readonly request?: string | undefined;
  readonly passphraseNeeded: boolean;
  readonly from: Mailbox;
  /** The company or team that sends it, as the recipients know it. */
  readonly company: string;
  /** Whom the recipients can ask: a name, a telephone number, an address. */
  readonly contact?: string | undefined;
  /** Set where `contact` is an address. */
  readonly replyTo?: string | undefined;
  readonly title?: string | undefined;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /** Names and values in the sender's words, like `Environment: production`. */
  readonly context: Readonly<Record<string, string>>;
  /** Where it is sent from, like `Repository: acme/orders`; empty where recipients are not to be shown it. */
  readonly origins: Readonly<Record<string, string>>;
  /** The languages of the mails: English where nothing is said. */
  readonly languages?: PerRecipient<Language> | undefined;
  /** The recipients' time zones, like `Europe/Madrid`: UTC where nothing is said. */
  readonly timeZones?: PerRecipient<string> | undefined;
};

/** One value for all recipients, others for some of them. */
export type PerRecipient<T> = {
  readonly everyone?: T | undefined;
  /** By address. */
  readonly each: ReadonlyMap<string, T>;
};

/** A version by its names. */
export type NamedVersion = Pick<LabelledSecret, "label" | "name" | "versionId">;

/** The names alone: a secret's value does not travel with them. */
export function namedVersions(secrets: readonly LabelledSecret[]): readonly NamedVersion[] {
  return secrets.map(({ label, name, versionId }) => ({ label, name, versionId }));
}

/** The description that the page shows before a link is opened. */
export function headerOf(details: DeliveryDetails): Omit<Header, "emailHint"> {
  const { title, message, contact, context, reason, origins } = details;
  const sender = senderName(details);
  return {
    ...(title === undefined ? {} : { title }),
    ...(message === undefined ? {} : { message }),
    sender,
    context: {
      ...(reason === undefined ? {} : { Reason: reason }),
      ...(contact === undefined || sender.startsWith(contact) ? {} : { Contact: contact }),
      ...context,
      ...origins,
    },
  };
}

/** What a create and a check say of a delivery to one recipient, besides what is sealed. */
export function requestFor(
  recipient: string,
  { subject, members, resend, reason, request }: DeliveryDetails,
): Pick<CreateRequest, "subject" | "members" | "resend" | "reason" | "request"> {
  return {
    subject: { ...subject, recipient },
    ...(members === undefined ? {} : { members: [...members] }),
    resend,
    ...(reason === undefined ? {} : { reason }),
    ...(request === undefined ? {} : { request }),
  };
}

/** Bytes of a header's JSON that the largest bucket holds. */
const LONGEST_HEADER = (HEADER_BUCKETS.at(-1) ?? 0) - 4;
/** What the recipient's address hint may add: a letter, three bullets, a domain. */
const HINT_BYTES = 300;

/**
 * Refuses details that no header holds, or that the service does not take, before anything is created.
 * @throws SenderError `description` or `too_large`
 */
export function checkDetails(details: DeliveryDetails): void {
  const size = Buffer.byteLength(JSON.stringify({ v: 1, ...headerOf(details) }), "utf8") + HINT_BYTES;
  if (size > LONGEST_HEADER) {
    throw new SenderError(
      "description",
      `title, message, reason and context are ${size - LONGEST_HEADER} bytes too long together. Shorten them.`,
    );
  }
  const { members = [] } = details;
  if (members.length > MOST_MEMBERS) {
    throw new SenderError(
      "too_large",
      `One handoff carries at most ${MOST_MEMBERS} secrets, and these are ${members.length}. Hand them over in several steps.`,
    );
  }
  const taken = membersBytes(members);
  if (taken > MOST_MEMBERS_BYTES) {
    throw new SenderError(
      "too_large",
      `The ARNs of the secrets take ${taken.toLocaleString("en")} bytes together, and one handoff carries ${MOST_MEMBERS_BYTES.toLocaleString("en")}. Hand them over in several steps.`,
    );
  }
}
