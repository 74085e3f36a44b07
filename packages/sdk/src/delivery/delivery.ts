import { HEADER_BUCKETS, type Header } from "@secret-handoff/protocol";
import {
  type CreateRequest,
  type CredentialClass,
  MOST_MEMBERS,
  MOST_MEMBERS_BYTES,
  membersBytes,
  type PolicyResponse,
  utcMinute,
} from "@secret-handoff/protocol/api";
import type { Language } from "@secret-handoff/protocol/languages";
import type { Accents } from "@secret-handoff/protocol/mail-frame";
import { splitContacts } from "@secret-handoff/protocol/markup";
import { nearestPassing } from "@secret-handoff/protocol/theme";
import { type Mailbox, parseAddress } from "../mail/addresses.ts";
import { senderName } from "../mail/email-copy.ts";
import type { Concealed } from "../redact.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { type ErrorCollector, SenderError } from "../sender-error.ts";
import type { NameSetting } from "../settings.ts";
import { type LabelledSecret, membersOf, type SubjectSecret, subjectOf } from "../sources/secret-version.ts";
import { contentsOf, type DeliveryContents, type SealedDescription } from "./contents.ts";
import { OWN_FACTS, type PerRecipient, refuseOwnFact } from "./description.ts";
import { GENERATE } from "./passphrase.ts";
import type { PolicyResult } from "./policy.ts";

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
  readonly accents?: Accents | undefined;
  /** Whom the recipients can ask: a name, a telephone number, an address. */
  readonly contact?: string | undefined;
  /** The first address in `contact`, where that is the sender's word. */
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

/** A version by its names. */
export type NamedVersion = Pick<LabelledSecret, "label" | "name" | "versionId">;

/** The names alone: a secret's value does not travel with them. */
export function namedVersions(secrets: readonly LabelledSecret[]): readonly NamedVersion[] {
  return secrets.map(({ label, name, versionId }) => ({ label, name, versionId }));
}

/** How a delivery is described to its recipients. */
export type Description = Pick<
  DeliveryDetails,
  "from" | "contact" | "title" | "reason" | "message" | "languages" | "timeZones"
> & {
  /** @default the name in `from`, or else the domain of its address */
  readonly company?: string | undefined;
  /** Whether the address in `contact` gets the replies. @default true */
  readonly repliesToContact?: boolean | undefined;
  /** The company's colours, with enough contrast in light and in dark mails. @default the product's */
  readonly accents?: Accents | undefined;
  /** What sends it, like `acme/orders`: one of the `origins`. */
  readonly source?: string | undefined;
  /** What `source` is. @default "Repository" */
  readonly sourceName?: string | undefined;
  /** Where else it is sent from, like `Run: https://…`. */
  readonly origins?: Readonly<Record<string, string>> | undefined;
  readonly context?: Readonly<Record<string, string>> | undefined;
};

/** How the secrets are handed over. */
export type DeliveryChoices = {
  /** True hands a version over again that was handed over before. */
  readonly resend?: boolean | undefined;
  /** Each leaf of a JSON secret becomes a field of its own. */
  readonly parseJson?: boolean | undefined;
  /** `generate` makes one for each recipient. */
  readonly passphrase?: Concealed<string> | typeof GENERATE | undefined;
  /** The request for approval that this delivery was approved by. */
  readonly request?: string | undefined;
};

function accentsOf(company: PolicyResponse["company"]): Accents | undefined {
  const { accentColor, accentColorDark = accentColor } = company ?? {};
  return accentColor === undefined || accentColorDark === undefined
    ? undefined
    : { light: nearestPassing(accentColor, "light"), dark: nearestPassing(accentColorDark, "dark") };
}

/**
 * The description with the company that the service names where the description names none. The service's contact gets no
 * replies: a reply quotes the mail, and with it a link that may not have been opened, and who holds the service holds the ciphertext.
 */
export function describedBy(company: PolicyResponse["company"], description: Description): Description {
  return {
    ...description,
    company: description.company ?? company?.name,
    contact: description.contact ?? company?.contact,
    repliesToContact: description.contact !== undefined && description.repliesToContact,
    accents: description.accents ?? accentsOf(company),
  };
}

/** What the sender should know who names nobody to ask. */
export const NO_CONTACT = (say: NameSetting): string =>
  `Recipients are told no name to ask. Set ${say("contact")} to a person or a team that they know, with a telephone number if you can.`;

/**
 * What secrets and their description make together, within what the class allows.
 * @param secrets at least one
 * @param errors takes every mistake
 */
export function planDelivery(
  secrets: readonly LabelledSecret[],
  description: Description,
  { resend = false, parseJson = false, passphrase, request }: DeliveryChoices,
  allowed: NonNullable<PolicyResult["allowed"]>,
  errors: ErrorCollector,
  { now }: Pick<Runtime, "now">,
): Delivery | undefined {
  const { source, sourceName = "Repository", origins, context, ...shown } = description;
  const { from, contact, repliesToContact = true } = shown;
  const ends = secrets.flatMap((secret) => secret.endsAt ?? []);
  const endsAt = ends.length === 0 ? undefined : Math.min(...ends);
  const leftSeconds = (endsAt ?? Number.POSITIVE_INFINITY) - Math.floor(now() / 1_000);
  const details: DeliveryDetails = {
    class: allowed.class,
    // A link to what has stopped working is of no use.
    expiresIn: Math.min(allowed.expiresIn, leftSeconds),
    endsAt,
    secrets: namedVersions(secrets),
    subject: subjectOf(secrets),
    members: membersOf(secrets),
    resend,
    request,
    passphraseNeeded: passphrase !== undefined,
    ...{ from, contact, title: shown.title, reason: shown.reason, message: shown.message },
    ...{ languages: shown.languages, timeZones: shown.timeZones, accents: shown.accents },
    company: shown.company ?? from.name ?? from.address.slice(from.address.lastIndexOf("@") + 1),
    replyTo: contact === undefined || !repliesToContact ? undefined : addressIn(contact),
    context: { ...(endsAt === undefined ? {} : { "Works until": utcMinute(endsAt) }), ...context },
    origins: { ...(source === undefined ? {} : { [sourceName]: source }), ...origins },
  };
  const shared = passphrase === GENERATE ? undefined : passphrase;
  const contents = contentsOf(secrets, { parseJson, passphrase: shared }, errors);
  const own = [...OWN_FACTS, ...Object.keys(details.origins)];
  for (const name of Object.keys(context ?? {})) errors.attempt(() => refuseOwnFact(name, own));
  errors.attempt(() => checkDetails(details));
  return contents && { details, contents };
}

function addressIn(contact: string): string | undefined {
  const found = splitContacts(contact).find(({ href }) => href?.startsWith("mailto:"));
  return parseAddress(found?.text ?? contact);
}

/** The description that the page shows before a link is opened. */
function headerOf(details: DeliveryDetails): Omit<Header, "emailHint"> {
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

/** What is sealed for one recipient, besides the contents. @param now Unix seconds */
export function sealedFor(
  recipient: string,
  details: DeliveryDetails,
  origin: string,
  now: number,
): SealedDescription {
  const { verification } = details.class;
  const latest = now + details.expiresIn;
  return {
    origin,
    class: details.class.name,
    expiresAt: Math.min(latest, details.endsAt ?? latest),
    header: headerOf(details),
    email: verification === "click" ? undefined : recipient,
    mailedCode: verification === "email-code",
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
function checkDetails(details: DeliveryDetails): void {
  const size = Buffer.byteLength(JSON.stringify({ v: 1, ...headerOf(details) }), "utf8") + HINT_BYTES;
  if (size > LONGEST_HEADER) {
    throw new SenderError(
      "description",
      (say) => `Together, ${say("description")} are ${size - LONGEST_HEADER} bytes too long. Shorten them.`,
    );
  }
  const { members = [] } = details;
  if (members.length > MOST_MEMBERS) {
    throw new SenderError(
      "too_large",
      `One handoff carries at most ${MOST_MEMBERS} secrets, and these are ${members.length}. Hand over fewer at once.`,
    );
  }
  const taken = membersBytes(members);
  if (taken > MOST_MEMBERS_BYTES) {
    throw new SenderError(
      "too_large",
      `The ARNs of the secrets take ${taken.toLocaleString("en")} bytes together, and one handoff carries ${MOST_MEMBERS_BYTES.toLocaleString("en")}. Hand over fewer at once.`,
    );
  }
}
