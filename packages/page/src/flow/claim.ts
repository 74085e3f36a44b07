import {
  decodeBase64url,
  encodeBase64url,
  LEASE_SECONDS,
  normaliseEmail,
  open as openHandoff,
  ProtocolError,
} from "@secret-handoff/protocol";
import type { ClaimResponse } from "@secret-handoff/protocol/api";
import type { Refusal, ServiceResult } from "../service-client.ts";
import { clockAhead } from "../time.ts";
import { ended, endingOf } from "./ended.ts";
import { type Effect, type FlowEvent, type Step, show } from "./events.ts";
import { ACKNOWLEDGE_BEFORE, SHOW_FOR } from "./opened.ts";
import type {
  Claim,
  CodeScreen,
  FieldError,
  Handoff,
  InterruptedScreen,
  OpeningScreen,
  Typed,
} from "./screens.ts";

/** The longest pause between two tries of the same claim, ms. */
const LONGEST_PAUSE = 15_000;

/** Sends a claim. It is remembered first: when its answer is lost, a reload makes the same claim again. */
export function claiming(handoff: Handoff, typed: Typed, claim: Claim): Step {
  return show(
    { kind: "opening", handoff, typed, claim, step: "claiming", progress: 1 },
    ...sendClaim(handoff, claim),
  );
}

function sendClaim(handoff: Handoff, { openKeys, code }: Claim): Effect[] {
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

export function whenOpening(screen: OpeningScreen, event: FlowEvent): Step | undefined {
  const { handoff, typed, claim } = screen;
  switch (event.type) {
    case "derivation_progress":
      return screen.step === "deriving" ? show({ ...screen, progress: event.fraction }) : undefined;
    case "derivation_failed":
      return backToReady(handoff, typed, { field: "device", why: "memory" });
    case "derived": {
      const { openKeys } = event;
      return handoff.verification === "email-code"
        ? mailCode(handoff, typed, { openKeys }, { type: "remember", handoff, openKeys })
        : claiming(handoff, typed, { openKeys });
    }
    case "claim_answered":
      return claim && afterClaim({ handoff, typed, claim, tries: 0 }, event.result, event.now);
    default:
      return undefined;
  }
}

/** Asks the service to mail a code, and the recipient to type it. */
function mailCode(handoff: Handoff, typed: Typed, claim: Claim, ...effects: Effect[]): Step {
  return show({ kind: "code", handoff, typed, claim, mailing: "sending" }, ...effects, {
    type: "code",
    id: handoff.link.id,
    body: { ...handoff.proof, email: normaliseEmail(typed.email), emailKey: handoff.emailKey },
  });
}

/** While the recipient looks for the code in their mail. */
export function whenCode(screen: CodeScreen, event: FlowEvent): Step | undefined {
  const { handoff, typed, claim } = screen;
  switch (event.type) {
    case "code_answered": {
      const { result } = event;
      if (result.kind === "ok") return show({ ...screen, mailing: "sent" });
      const state = result.kind === "refused" ? endingOf(result) : undefined;
      if (state) return ended(handoff.link.id, state, undefined, handoff);
      return show({ ...screen, mailing: "failed" });
    }
    case "code_typed": {
      const code = event.code.normalize("NFKC").replace(/[\s-]+/g, "");
      if (!/^\d{8}$/.test(code)) return show({ ...screen, error: { field: "code", why: "malformed" } });
      return claiming(handoff, typed, { ...claim, code });
    }
    case "send_code_again":
      if (screen.mailing === "sending") return undefined;
      return mailCode(handoff, typed, { openKeys: claim.openKeys });
    case "back":
      return show({ kind: "ready", handoff, typed, resumes: false });
    default:
      return undefined;
  }
}

export function whenInterrupted(screen: InterruptedScreen, event: FlowEvent): Step | undefined {
  const { handoff, claim, retryAt } = screen;
  if (event.type === "claim_answered") return afterClaim(screen, event.result, event.now);
  if (retryAt === undefined) return undefined;
  const due = event.type === "try_again" || (event.type === "tick" && event.now >= retryAt);
  return due ? show({ ...screen, retryAt: undefined }, ...sendClaim(handoff, claim)) : undefined;
}

type Attempt = Pick<InterruptedScreen, "handoff" | "typed" | "claim" | "tries">;

function afterClaim(attempt: Attempt, result: ServiceResult<ClaimResponse>, now: number): Step {
  const { handoff, typed, claim, tries } = attempt;
  switch (result.kind) {
    case "ok":
      return open(handoff, claim, result.body, clockAhead(result.serverTime, now), now);
    case "refused":
      return afterRefusal(attempt, result);
    case "unreachable": {
      const retryAt = now + Math.min(1_000 * 2 ** tries, LONGEST_PAUSE);
      return show({ kind: "interrupted", handoff, typed, claim, tries: tries + 1, retryAt });
    }
  }
}

function afterRefusal({ handoff, typed, claim }: Attempt, refusal: Refusal): Step {
  const { id, flags } = handoff.link;
  const state = endingOf(refusal);
  if (state) return ended(id, state, refusal.changedAt, handoff);
  if (refusal.code === "code_needed") {
    if (claim.code !== undefined) {
      const error = { field: "code", why: "wrong" } as const;
      return show({ kind: "code", handoff, typed, claim, mailing: "sent", error });
    }
    // After a reload the address is not known any more: it is asked for again, and the code after it.
    return typed.email === "" ? backToReady(handoff, typed) : mailCode(handoff, typed, claim);
  }
  if (refusal.code !== "wrong_answer" || flags === 0) {
    return show({ kind: "broken", handoff }, { type: "forget", id });
  }
  const attemptsLeft = refusal.attemptsLeft ?? 0;
  if (attemptsLeft === 0) return ended(id, "locked", undefined, handoff);
  const error = { field: "answers", why: "wrong", attemptsLeft } as const;
  return backToReady({ ...handoff, attemptsLeft }, typed, error);
}

/** What was derived from the answers is dropped; the link stays remembered, for it has left the address. */
function backToReady(handoff: Handoff, typed: Typed, error?: FieldError): Step {
  return show({ kind: "ready", handoff, typed, error, resumes: false }, { type: "remember", handoff });
}

function open(handoff: Handoff, { openKeys }: Claim, body: ClaimResponse, ahead: number, now: number): Step {
  const { id } = handoff.link;
  try {
    const bundle = openHandoff(handoff.link, openKeys, { ...body, envelope: decodeBase64url(body.envelope) });
    const leaseUntil = Math.min(body.leaseUntil * 1_000 - ahead, now + LEASE_SECONDS * 1_000);
    return show({
      kind: "opened",
      handoff: { ...handoff, clockAhead: ahead },
      bundle,
      acknowledgement: { kind: "due", at: leaseUntil - ACKNOWLEDGE_BEFORE, tries: 0 },
      hideAt: now + SHOW_FOR,
      now,
    });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return show({ kind: "broken", handoff }, { type: "forget", id });
  }
}
