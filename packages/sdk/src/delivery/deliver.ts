import { type HandoffId, ProtocolError, type Sealed } from "@secret-handoff/protocol";
import type { HandoffView } from "@secret-handoff/protocol/api";
import { type Email, type MailTransport, writeEmail, writeEncryptedEmail } from "../mail/email.ts";
import type { KeyedRecipient, RecipientKey } from "../recipient-keys/recipient-key.ts";
import type { Concealed } from "../redact.ts";
import { mapLimited, oneAtATime, type YieldSlot } from "../runtime/concurrency.ts";
import { cleanupDeadline, type Deadline } from "../runtime/deadline.ts";
import { type Runtime, sleep, unixSeconds } from "../runtime/runtime.ts";
import { faultOf, SenderError, type SenderErrorCode, toResult } from "../sender-error.ts";
import type { ServiceClient } from "../service/service-client.ts";
import type { Seal } from "./contents.ts";
import { type Delivery, type DeliveryDetails, requestFor, sealedFor } from "./delivery.ts";
import { generatePassphrase, type PassphraseKeeper } from "./passphrase.ts";

/** The outcome for one recipient. */
export type Outcome =
  | {
      readonly kind: "mailed";
      readonly recipient: string;
      readonly id: HandoffId;
      /** Unix seconds. */
      readonly expiresAt: number;
      /** Where its generated passphrase is kept. */
      readonly passphraseAt?: string | undefined;
      /** What names the recipient's own keys, to any of which the link in the mail is encrypted. */
      readonly encryptedTo?: readonly string[] | undefined;
      /** The mail went out, but the service could not record it: a later run may mail again. */
      readonly notRecorded?: SenderError;
    }
  | {
      /** That version was handed to that recipient before; nothing was mailed. */
      readonly kind: "earlier";
      readonly recipient: string;
      readonly handoff: HandoffView;
    }
  | {
      readonly kind: "failed";
      readonly recipient: string;
      readonly error: SenderError;
      /** Set when this run had to end what it created for the recipient: it is revoked, or else `notRevoked` is set. */
      readonly id?: HandoffId;
      /** Set when what was created could not be revoked: it stays until its expiry, and if the mail may have gone out, somebody may have its link. */
      readonly notRevoked?: SenderError;
    };

/** What a delivery works with. */
export type DeliveryPorts = {
  readonly service: ServiceClient;
  readonly mail: MailTransport;
  readonly runtime: Runtime;
  readonly seal: Seal;
  /** Set where each recipient gets a generated passphrase: where it is kept. */
  readonly passphrases?: PassphraseKeeper | undefined;
  /** Called with each generated passphrase before anything is done with it: the place to mask. */
  readonly onPassphrase?: (passphrase: string) => void;
  /** Called with each link before anything is done with it: the place to mask. */
  readonly onSealed?: (sealed: Sealed) => void;
  /** Called each time another run's handoff of that version is found not mailed yet. */
  readonly onWaiting?: (recipient: string, earlier: HandoffView) => void;
  /** Called with each outcome as it comes. */
  readonly onOutcome?: (outcome: Outcome, done: number, all: number) => void;
};

/** What the delivery to one recipient works with. While it alone waits, the others go on. */
type OnePorts = DeliveryPorts & {
  readonly yieldSlot: YieldSlot;
  /** What the mail is encrypted to. */
  readonly key: RecipientKey | undefined;
};

/** Handoffs under way at once: enough to hide the network's delay, too few to trouble a mail server. */
const AT_ONCE = 6;
/** What revoking may take at the end, ms: the runner kills a cancelled step ten seconds after it was asked to stop. */
const CLEANUP_MS = 4_000;
/** Between two questions whether another run has mailed, ms. */
const ASK_AGAIN_MS = 10_000;
/** A handoff that lost a race has ended; sealed anew, it finds the winner's, or takes the place of one that was left unmailed. */
const MOST_ROUNDS = 3;

/** Answers after which nothing of a create is stored, or nothing of it is open. */
const REFUSED: ReadonlySet<SenderErrorCode> = new Set([
  "not_allowed",
  "policy",
  "approvals",
  "request_ended",
  "too_large",
  "service_refused",
  "resend_needed",
  "newer_version",
  "overtaken",
  "ended",
]);

/** After these no mail goes out at all: nothing is created for those who are still to come. */
const NO_MAIL: ReadonlySet<SenderErrorCode> = new Set(["mail_login", "mail_quota", "mail_tls"]);

/**
 * Hands the delivery over to every recipient, each by a link of their own. One recipient's failure never stops the others.
 * Sealing goes one at a time: with a passphrase it takes 128 MiB and a processor for about half a second (scrypt, N = 2^17).
 * @returns one outcome a recipient, in the order given
 */
export async function deliver(
  delivery: Delivery,
  recipients: readonly (string | KeyedRecipient)[],
  ports: DeliveryPorts,
  deadline: Deadline,
): Promise<readonly Outcome[]> {
  const inTurn = oneAtATime();
  const seal: Seal = (input) => inTurn(() => ports.seal(input));
  let done = 0;
  let noMail: SenderError | undefined;
  return mapLimited(recipients, AT_ONCE, async (to, _, yieldSlot) => {
    const { address: recipient, key }: KeyedRecipient = typeof to === "string" ? { address: to } : to;
    const attempt = () => {
      if (key instanceof SenderError) throw key;
      if (noMail) throw noMail;
      return deliverToOne(recipient, delivery, { ...ports, seal, yieldSlot, key }, deadline);
    };
    const outcome = await failureAsOutcome(recipient, attempt);
    if (outcome.kind === "failed" && NO_MAIL.has(outcome.error.code)) noMail = outcome.error;
    done += 1;
    ports.onOutcome?.(outcome, done, recipients.length);
    return outcome;
  });
}

/** Whatever fails becomes the outcome and is never thrown. */
async function failureAsOutcome(recipient: string, attempt: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await attempt();
  } catch (error) {
    return { kind: "failed", recipient, error: asSenderError(error) };
  }
}

/** One handoff to one recipient: seal, create, mail, record. What was created for a mail that failed is revoked. */
async function deliverToOne(
  recipient: string,
  delivery: Delivery,
  ports: OnePorts,
  deadline: Deadline,
): Promise<Outcome> {
  for (let round = 1; ; round += 1) {
    deadline.soft.throwIfAborted();
    const outcome = await sealAndSend(recipient, delivery, ports, deadline);
    const lost = outcome.kind === "failed" && outcome.error.code === "overtaken";
    if (!lost || round === MOST_ROUNDS) return outcome;
  }
}

/** A generated passphrase is kept before anything is created: a link whose passphrase nobody knows opens for nobody. */
async function sealAndSend(
  recipient: string,
  delivery: Delivery,
  ports: OnePorts,
  deadline: Deadline,
): Promise<Outcome> {
  const { passphrases, onPassphrase, onSealed } = ports;
  const passphrase = passphrases && generatePassphrase();
  if (passphrase) onPassphrase?.(passphrase.reveal());
  const sealed = await sealFor(recipient, delivery, ports, passphrase);
  onSealed?.(sealed);
  if (!passphrase) return send(recipient, sealed, delivery.details, ports, deadline);
  const { id, expiresAt } = sealed;
  const passphraseAt = await passphrases.keep({ id, recipient, passphrase, expiresAt }, deadline);
  const outcome = await send(recipient, sealed, delivery.details, ports, deadline);
  if (outcome.kind === "mailed") return { ...outcome, passphraseAt };
  await dropPassphrase(id, passphrases, ports);
  return outcome;
}

/** It goes by itself when the handoff would have expired: where it cannot be taken away now, nothing is lost. */
async function dropPassphrase(id: HandoffId, keeper: PassphraseKeeper, { runtime }: OnePorts): Promise<void> {
  const late = new SenderError("deadline", "There was no time left to delete the passphrase.");
  const cleanup = cleanupDeadline(CLEANUP_MS, late, runtime);
  try {
    await toResult(keeper.drop(id, cleanup.deadline));
  } finally {
    cleanup.close();
  }
}

function sealFor(
  recipient: string,
  { details, contents }: Delivery,
  { service, runtime, seal }: DeliveryPorts,
  passphrase: Concealed<string> | undefined,
): Promise<Sealed> {
  const description = sealedFor(recipient, details, service.origin, unixSeconds(runtime));
  return contents.seal(description, seal, passphrase);
}

async function send(
  recipient: string,
  sealed: Sealed,
  details: DeliveryDetails,
  ports: OnePorts,
  deadline: Deadline,
): Promise<Outcome> {
  const { id, expiresAt } = sealed;
  const encryptedTo = ports.key?.fingerprints;
  // Encrypted before anything is created: a key that fails leaves nothing behind.
  const email = await emailFor(recipient, sealed, details, ports);
  let messageId: string;
  try {
    deadline.soft.throwIfAborted();
    const stored = await create(recipient, sealed, details, ports, deadline);
    if (stored.id !== id) return { kind: "earlier", recipient, handoff: stored };
    deadline.soft.throwIfAborted();
    messageId = await ports.mail.send(email, deadline, ports.yieldSlot);
  } catch (thrown) {
    const error = asSenderError(thrown);
    if (REFUSED.has(error.code)) return { kind: "failed", recipient, error };
    const ending = await revoke(sealed, ports);
    if (ending === "released")
      return { kind: "mailed", recipient, id, expiresAt, encryptedTo, notRecorded: error };
    if (ending === "unknown") return { kind: "failed", recipient, error };
    return { kind: "failed", recipient, error, id, ...(ending === "revoked" ? {} : { notRevoked: ending }) };
  }
  try {
    await ports.service.mailed(id, messageId, deadline);
    return { kind: "mailed", recipient, id, expiresAt, encryptedTo };
  } catch (error) {
    return { kind: "mailed", recipient, id, expiresAt, encryptedTo, notRecorded: asSenderError(error) };
  }
}

/**
 * Creates, or finds the earlier handoff of that version. One that another run has created and not mailed yet is waited for:
 * asking again answers whether it was mailed, and takes its place once it has ended or counts as abandoned (five minutes).
 */
async function create(
  recipient: string,
  sealed: Sealed,
  details: DeliveryDetails,
  { service, runtime, onWaiting, yieldSlot }: OnePorts,
  deadline: Deadline,
): Promise<HandoffView> {
  const request = requestFor(recipient, details);
  for (;;) {
    const stored = await service.create(sealed, request, deadline);
    if (stored.id === sealed.id && stored.state !== "open") throw endedMeanwhile(stored);
    if (stored.id === sealed.id || stored.state !== "open" || stored.mailed) return stored;
    onWaiting?.(recipient, stored);
    await yieldSlot(() => sleep(ASK_AGAIN_MS, runtime, deadline.soft));
  }
}

/** A create was stored; before it was answered or repeated, somebody had ended the handoff. */
function endedMeanwhile({ state }: HandoffView): SenderError {
  return state === "superseded"
    ? new SenderError(
        "overtaken",
        "Other runs hand over the same secret again and again, so this handoff is superseded and was not mailed.",
      )
    : new SenderError("ended", `This handoff was ended before it was mailed: it is ${state}.`);
}

/** `released` shows that the mail did arrive after all: its link has been opened. */
async function revoke(
  sealed: Sealed,
  { service, runtime }: DeliveryPorts,
): Promise<"revoked" | "released" | "unknown" | SenderError> {
  const late = new SenderError("deadline", "There was no time left to revoke the handoff.");
  const cleanup = cleanupDeadline(CLEANUP_MS, late, runtime);
  try {
    return await service.revoke(sealed.id, cleanup.deadline);
  } catch (error) {
    return asSenderError(error);
  } finally {
    cleanup.close();
  }
}

async function emailFor(
  recipient: string,
  { link, id, flags, expiresAt }: Sealed,
  details: DeliveryDetails,
  { service, key }: OnePorts,
): Promise<Email> {
  const { from, replyTo, company, contact, title, reason, message, context, origins } = details;
  const { languages, timeZones, accents } = details;
  const facts = {
    ...{ from, company, accents, contact, title, reason, message, context, origins },
    ...(replyTo === undefined ? {} : { replyTo }),
    to: recipient,
    ...{ link, id, flags, expiresAt, origin: service.origin },
    mailedCode: details.class.verification === "email-code",
    language: languages?.each.get(recipient) ?? languages?.everyone,
    timeZone: timeZones?.each.get(recipient) ?? timeZones?.everyone,
  };
  return key === undefined ? writeEmail(facts) : writeEncryptedEmail(facts, key);
}

/** A fault of our own must not stop the other recipients either. */
function asSenderError(error: unknown): SenderError {
  if (error instanceof SenderError) return error;
  if (error instanceof ProtocolError)
    return new SenderError(
      error.code === "too_large" ? "too_large" : "sealing",
      `The handoff could not be sealed: ${error.message}.`,
      { cause: error },
    );
  return faultOf(error);
}
