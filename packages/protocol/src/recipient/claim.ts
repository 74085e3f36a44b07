import { normaliseEmail } from "../answers.ts";
import type { ClaimResponse } from "../api/responses.ts";
import { decodeBase64url, encodeBase64url } from "../encoding.ts";
import { ProtocolError } from "../errors.ts";
import { open as openHandoff } from "../seal.ts";
import { LEASE_SECONDS } from "../states.ts";
import { ended, endingOf } from "./ended.ts";
import { ACKNOWLEDGE_BEFORE, SHOW_FOR } from "./opened.ts";
import {
  type AnswerError,
  type Attempt,
  type ClaimingScreen,
  type CodeScreen,
  type DerivingScreen,
  type Effect,
  type FlowEvent,
  type Handoff,
  type InterruptedScreen,
  type Step,
  show,
  type Typed,
} from "./screens.ts";
import type { Refusal, ServiceResult } from "./service-client.ts";
import { clockAhead } from "./translation.ts";

/** The longest pause between two tries of the same claim, ms. */
const LONGEST_PAUSE = 15_000;

export function whenDeriving(screen: DerivingScreen, event: FlowEvent): Step | undefined {
  const { handoff, typed } = screen;
  switch (event.type) {
    case "derivation_progress":
      return show({ ...screen, progress: event.fraction });
    case "derivation_failed":
      return backToReady(handoff, typed, { field: "device", why: event.why });
    case "derived": {
      const { openKeys } = event;
      const attempt = { handoff, typed, openKeys, tries: 0 };
      if (handoff.verification !== "email-code") return claim(attempt);
      return mailCode(attempt, { type: "remember", handoff, openKeys });
    }
    default:
      return undefined;
  }
}

/** Asks the service to mail a code, and the recipient to type it. */
function mailCode({ code: _, ...attempt }: Attempt, ...effects: Effect[]): Step {
  const { link, proof, emailKey } = attempt.handoff;
  const body = { ...proof, email: normaliseEmail(attempt.typed.email), emailKey };
  return show({ ...attempt, kind: "code", mailing: "sending" }, ...effects, {
    type: "code",
    id: link.id,
    body,
  });
}

export function whenCode({ error: _, ...screen }: CodeScreen, event: FlowEvent): Step | undefined {
  const { handoff, typed } = screen;
  switch (event.type) {
    case "code_answered": {
      const { result } = event;
      if (result.kind === "ok") return show({ ...screen, mailing: "sent" });
      const state = result.kind === "refused" ? endingOf(result) : undefined;
      // Perhaps by this browser, whose claim arrived late or came from another tab: then it gets the envelope, and asks for no code.
      if (state === "claimed") return claim({ ...screen, code: undefined });
      if (state) return ended(handoff.link.id, state, undefined, handoff);
      return show({ ...screen, mailing: "failed" });
    }
    case "code_typed": {
      const code = event.code.normalize("NFKC").replace(/[\s-]+/g, "");
      if (!/^\d{8}$/.test(code)) return show({ ...screen, error: { field: "code", why: "malformed" } });
      return claim({ ...screen, code });
    }
    case "send_code_again":
      return screen.mailing === "sending" ? undefined : mailCode(screen);
    case "back":
      return show({ kind: "ready", handoff, typed });
    default:
      return undefined;
  }
}

export function claim(attempt: Attempt): Step {
  return show({ ...attempt, kind: "claiming" }, ...sendClaim(attempt));
}

/** A claim is remembered before it is sent: when its answer is lost, a reload makes the same claim again. */
function sendClaim({ handoff, openKeys, code }: Attempt): Effect[] {
  const { link, proof, claimId } = handoff;
  const body = {
    ...proof,
    claimToken: encodeBase64url(openKeys.claimToken),
    claimId,
    flags: link.flags,
    ...(code === undefined ? {} : { code }),
  };
  return [
    { type: "remember", handoff, openKeys },
    { type: "claim", id: link.id, body },
  ];
}

export function whenClaiming(screen: ClaimingScreen, event: FlowEvent): Step | undefined {
  return event.type === "claim_answered" ? afterClaim(screen, event.result, event.now) : undefined;
}

export function whenInterrupted(screen: InterruptedScreen, event: FlowEvent): Step | undefined {
  if (event.type === "claim_answered") return afterClaim(screen, event.result, event.now);
  const { retryAt, repeatUntil = 0 } = screen;
  if (retryAt === undefined) return undefined;
  if (event.type === "try_again") return claimAgain({ ...screen, repeatUntil: undefined });
  const isDue = event.type === "online" || (event.type === "tick" && event.now >= retryAt);
  return isDue && event.now < repeatUntil ? claimAgain(screen) : undefined;
}

function claimAgain(attempt: Attempt): Step {
  return show({ ...attempt, kind: "interrupted", retryAt: undefined }, ...sendClaim(attempt));
}

function afterClaim(attempt: Attempt, result: ServiceResult<ClaimResponse>, now: number): Step {
  const { tries, repeatUntil = now + LEASE_SECONDS * 1_000 } = attempt;
  switch (result.kind) {
    case "ok":
      return open(attempt, result.body, clockAhead(result.serverTime, now), now);
    case "refused":
      return afterRefusal(attempt, result);
    case "unreachable": {
      const retryAt = now + pauseAfter(tries);
      return show({ ...attempt, kind: "interrupted", tries: tries + 1, retryAt, repeatUntil });
    }
  }
}

/** ms @param tries how often it was tried before */
export function pauseAfter(tries: number): number {
  return Math.min(1_000 * 2 ** tries, LONGEST_PAUSE);
}

function afterRefusal(attempt: Attempt, refusal: Refusal): Step {
  const { handoff, typed } = attempt;
  const { id, flags } = handoff.link;
  const { code, changedAt, leaseUntil, attemptsLeft = 0 } = refusal;
  // The claim is this browser's own: what was typed this time is not what opened it.
  if (code === "claimed" && leaseUntil !== undefined && flags !== 0) {
    return backToReady({ ...handoff, resumes: true }, typed, { field: "answers", attemptsLeft: undefined });
  }
  const state = endingOf(refusal);
  if (state) return ended(id, state, changedAt, handoff);
  if (code === "code_needed") {
    if (attempt.code !== undefined) {
      return show({ ...attempt, kind: "code", mailing: "sent", error: { field: "code", why: "wrong" } });
    }
    // After a reload the address is not known any more: it is asked for again, and the code after it.
    return typed.email === "" ? backToReady(handoff, typed) : mailCode(attempt);
  }
  if (code !== "wrong_answer" || flags === 0) return broken(handoff);
  if (attemptsLeft === 0) return ended(id, "locked", undefined, handoff);
  return backToReady({ ...handoff, attemptsLeft }, typed, { field: "answers", attemptsLeft });
}

/** What was derived from the answers is dropped; the link stays remembered, for it has left the address. */
function backToReady(handoff: Handoff, typed: Typed, error?: AnswerError): Step {
  return show({ kind: "ready", handoff, typed, error }, ...rememberLink(handoff));
}

/** Keeps the link alone, and no claim; but for one that has gone through, by which its secret can be had again. */
export function rememberLink(handoff: Handoff): Effect[] {
  return handoff.resumes ? [] : [{ type: "remember", handoff }];
}

function open({ handoff, openKeys }: Attempt, body: ClaimResponse, ahead: number, now: number): Step {
  try {
    const bundle = openHandoff(handoff.link, openKeys, { ...body, envelope: decodeBase64url(body.envelope) });
    const leaseUntil = Math.min(body.leaseUntil * 1_000 - ahead, now + LEASE_SECONDS * 1_000);
    return show(
      {
        kind: "opened",
        handoff: { ...handoff, clockAhead: ahead },
        bundle,
        acknowledgement: { kind: "due", at: leaseUntil - ACKNOWLEDGE_BEFORE, tries: 0 },
        hideAt: now + SHOW_FOR,
        now,
      },
      // Once more: of two tabs that claim at once, the browser remembers the one that got it.
      { type: "remember", handoff, openKeys },
    );
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return broken(handoff);
  }
}

function broken(handoff: Handoff): Step {
  return show({ kind: "broken", handoff }, { type: "forget", id: handoff.link.id });
}
