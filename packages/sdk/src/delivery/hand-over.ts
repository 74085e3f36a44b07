import { type HandoffView, ProtocolError, type Sealed } from "@secret-handoff/protocol";
import { writeEmail } from "../mail/email.ts";
import { cleanupDeadline, type Deadline } from "../runtime/deadline.ts";
import { sleep } from "../runtime/runtime.ts";
import { faultOf, SenderError, type SenderErrorCode } from "../sender-error.ts";
import type { DeliveryPorts, Order } from "./order.ts";
import type { Outcome } from "./outcome.ts";

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
  "too_large",
  "service_refused",
  "resend_needed",
  "newer_version",
  "overtaken",
  "ended",
]);

/**
 * One handoff to one recipient: seal, create, mail, record. What was created for a mail that failed is revoked. Whatever fails
 * becomes the outcome and is never thrown.
 */
export async function handOver(
  recipient: string,
  order: Order,
  ports: DeliveryPorts,
  deadline: Deadline,
): Promise<Outcome> {
  try {
    for (let round = 1; ; round += 1) {
      deadline.soft.throwIfAborted();
      const sealed = await ports.seal(sealInput(recipient, order, ports));
      ports.onSealed?.(sealed);
      const outcome = await send(recipient, sealed, order, ports, deadline);
      const lost = outcome.kind === "failed" && outcome.error.code === "overtaken";
      if (!lost || round === MOST_ROUNDS) return outcome;
    }
  } catch (error) {
    return { kind: "failed", recipient, error: asSenderError(error) };
  }
}

async function send(
  recipient: string,
  sealed: Sealed,
  order: Order,
  ports: DeliveryPorts,
  deadline: Deadline,
): Promise<Outcome> {
  const { id, expiresAt } = sealed;
  let messageId: string;
  try {
    deadline.soft.throwIfAborted();
    const stored = await create(recipient, sealed, order, ports, deadline);
    if (stored.id !== id) return { kind: "earlier", recipient, handoff: stored };
    deadline.soft.throwIfAborted();
    messageId = await ports.mail.send(emailOf(recipient, sealed, order, ports), deadline);
  } catch (thrown) {
    const error = asSenderError(thrown);
    if (REFUSED.has(error.code)) return { kind: "failed", recipient, error };
    const ending = await revoke(sealed, ports);
    if (ending === "released") return { kind: "mailed", recipient, id, expiresAt, notRecorded: error };
    if (ending === "unknown") return { kind: "failed", recipient, error };
    return { kind: "failed", recipient, error, id, ...(ending === "revoked" ? {} : { notRevoked: ending }) };
  }
  try {
    await ports.service.mailed(id, messageId, deadline);
    return { kind: "mailed", recipient, id, expiresAt };
  } catch (error) {
    return { kind: "mailed", recipient, id, expiresAt, notRecorded: asSenderError(error) };
  }
}

/**
 * Creates, or finds the earlier handoff of that version. One that another run has created and not mailed yet is waited for:
 * asking again answers whether it was mailed, and takes its place once it has ended or counts as abandoned (five minutes).
 */
async function create(
  recipient: string,
  sealed: Sealed,
  order: Order,
  { service, runtime, onWaiting }: DeliveryPorts,
  deadline: Deadline,
): Promise<HandoffView> {
  for (;;) {
    const stored = await service.create(sealed, detailsOf(order, recipient), deadline);
    if (stored.id === sealed.id && stored.state !== "open") throw endedMeanwhile(stored);
    if (stored.id === sealed.id || stored.state !== "open" || stored.mailed) return stored;
    onWaiting?.(recipient, stored);
    await sleep(ASK_AGAIN_MS, runtime, deadline.soft);
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

/** `released` shows that a mail whose fate was unknown did arrive: its link has been opened. */
async function revoke(
  sealed: Sealed,
  ports: DeliveryPorts,
): Promise<"revoked" | "released" | "unknown" | SenderError> {
  const late = new SenderError("deadline", "There was no time left to revoke the handoff.");
  const cleanup = cleanupDeadline(CLEANUP_MS, late, ports.runtime);
  try {
    return await ports.service.revoke(sealed.id, cleanup.deadline);
  } catch (error) {
    return asSenderError(error);
  } finally {
    cleanup.close();
  }
}

function sealInput(recipient: string, order: Order, { runtime, service }: DeliveryPorts) {
  const { verification } = order.class;
  return {
    origin: service.origin,
    class: order.class.name,
    expiresAt: Math.min(
      Math.floor(runtime.now() / 1_000) + order.expiresIn,
      order.endsAt ?? Number.POSITIVE_INFINITY,
    ),
    items: order.items,
    header: order.header,
    passphrase: order.passphrase?.reveal(),
    email: verification === "click" ? undefined : recipient,
    mailedCode: verification === "email-code",
  };
}

function detailsOf({ subject, resend, reason }: Order, recipient: string) {
  return { subject: { ...subject, recipient }, resend, ...(reason === undefined ? {} : { reason }) };
}

function emailOf(recipient: string, sealed: Sealed, order: Order, { runtime, service }: DeliveryPorts) {
  const { from, replyTo, contact, source, reason, message, context } = order;
  return writeEmail({
    ...{ from, contact, source, reason, message, context },
    ...(replyTo === undefined ? {} : { replyTo }),
    to: recipient,
    link: sealed.link,
    origin: service.origin,
    id: sealed.id,
    flags: sealed.flags,
    mailedCode: order.class.verification === "email-code",
    expiresAt: sealed.expiresAt,
    now: Math.floor(runtime.now() / 1_000),
  });
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
