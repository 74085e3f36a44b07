import {
  type ClaimResponse,
  decodeBase64url,
  LEASE_SECONDS,
  normaliseEmail,
  openEnvelope,
  ProtocolError,
} from "@secret-handoff/protocol";
import type { Answer, Refusal } from "../service.ts";
import { complaintAbout } from "./answers.ts";
import { clockAhead } from "./clock-ahead.ts";
import { type Effect, type Step, show } from "./effects.ts";
import { ended, refusedAs } from "./ended.ts";
import type { Event } from "./events.ts";
import { ACKNOWLEDGE_BEFORE, SHOW_FOR } from "./open.ts";
import type { Claim, Handoff, Interrupted, Opening, Ready, Typed } from "./screens.ts";

/** The longest pause between two tries of the same claim, ms. */
const LONGEST_PAUSE = 15_000;

/** Reveal is the only thing that leads to a claim, and it leads to one from here alone: pressed twice, it claims once. */
export function whenReady(screen: Ready, event: Event): Step | undefined {
  if (event.is !== "reveal") return undefined;
  const { handoff } = screen;
  const complaint = complaintAbout(handoff, event.typed);
  if (complaint) return show({ ...screen, typed: event.typed, complaint });
  return show(
    { at: "opening", handoff, typed: event.typed, step: "deriving", progress: 0 },
    { do: "remember", handoff },
    { do: "derive", link: handoff.link, typed: event.typed },
  );
}

export function whenOpening(screen: Opening, event: Event): Step | undefined {
  const { handoff, typed } = screen;
  switch (event.is) {
    case "derivation_progress":
      return screen.step === "deriving" ? show({ ...screen, progress: event.fraction }) : undefined;
    case "derivation_failed":
      return backToReady(handoff, typed, { about: "device", why: "memory" });
    case "derived": {
      const claim = { openKeys: event.openKeys };
      const remember: Effect = { do: "remember", handoff, openKeys: event.openKeys };
      return handoff.verification === "email-code"
        ? mailCode(handoff, typed, claim, remember)
        : show({ ...screen, claim, step: "claiming", progress: 1 }, remember, {
            do: "claim",
            handoff,
            claim,
          });
    }
    case "claim_answered":
      return (
        screen.claim && afterClaim({ handoff, typed, claim: screen.claim, tries: 0 }, event.answer, event.now)
      );
    default:
      return undefined;
  }
}

export function whenInterrupted(screen: Interrupted, event: Event): Step | undefined {
  if (event.is === "claim_answered") return afterClaim(screen, event.answer, event.now);
  const { retryAt } = screen;
  const due =
    event.is === "try_again" || (event.is === "tick" && retryAt !== undefined && event.now >= retryAt);
  if (!due || retryAt === undefined) return undefined;
  const { handoff, claim } = screen;
  return show(
    { ...screen, retryAt: undefined },
    { do: "remember", handoff, openKeys: claim.openKeys },
    { do: "claim", handoff, claim },
  );
}

/** Asks the service to mail a code, and for the code. */
export function mailCode(handoff: Handoff, typed: Typed, claim: Claim, ...effects: Effect[]): Step {
  return show({ at: "code", handoff, typed, claim, mailing: "sending" }, ...effects, {
    do: "mail_code",
    handoff,
    email: normaliseEmail(typed.email),
  });
}

type Trying = {
  readonly handoff: Handoff;
  readonly typed: Typed;
  readonly claim: Claim;
  readonly tries: number;
};

function afterClaim(trying: Trying, answer: Answer<ClaimResponse>, now: number): Step {
  const { handoff, typed, claim, tries } = trying;
  switch (answer.kind) {
    case "ok":
      return open(handoff, claim, answer.body, clockAhead(answer.serverTime, now), now);
    case "refused":
      return afterRefusal(trying, answer);
    case "unreachable":
      return show({
        at: "interrupted",
        handoff,
        typed,
        claim,
        tries: tries + 1,
        retryAt: now + Math.min(1_000 * 2 ** tries, LONGEST_PAUSE),
      });
  }
}

function afterRefusal({ handoff, typed, claim }: Trying, refusal: Refusal): Step {
  const { id, flags } = handoff.link;
  const state = refusedAs(refusal);
  if (state) return ended(id, state, refusal.changedAt, handoff);
  if (refusal.code === "code_needed") {
    if (claim.code !== undefined) {
      const complaint = { about: "code", why: "wrong" } as const;
      return show({ at: "code", handoff, typed, claim, mailing: "sent", complaint });
    }
    // After a reload the address is not known any more: it is asked for again, and the code after it.
    return typed.email === "" ? backToReady(handoff, typed) : mailCode(handoff, typed, claim);
  }
  if (refusal.code !== "wrong_answer" || flags === 0) {
    return show({ at: "broken", handoff }, { do: "forget", id });
  }
  const attemptsLeft = refusal.attemptsLeft ?? 0;
  if (attemptsLeft === 0) return ended(id, "locked", undefined, handoff);
  const complaint = { about: "answers", why: "wrong", attemptsLeft } as const;
  return backToReady({ ...handoff, attemptsLeft }, typed, complaint);
}

/** What was derived from the answers is dropped; the link stays remembered, for it has left the address. */
function backToReady(handoff: Handoff, typed: Typed, complaint?: Ready["complaint"]): Step {
  return show({ at: "ready", handoff, typed, complaint, resumes: false }, { do: "remember", handoff });
}

function open(handoff: Handoff, { openKeys }: Claim, body: ClaimResponse, ahead: number, now: number): Step {
  const { id, flags } = handoff.link;
  try {
    const context = { id, flags, expiresAt: body.expiresAt, class: body.class };
    const bundle = openEnvelope(decodeBase64url(body.envelope), context, openKeys);
    const leaseUntil = Math.min(body.leaseUntil * 1_000 - ahead, now + LEASE_SECONDS * 1_000);
    return show({
      at: "opened",
      handoff: { ...handoff, clockAhead: ahead },
      bundle,
      acknowledgement: { kind: "due", at: leaseUntil - ACKNOWLEDGE_BEFORE, tries: 0 },
      hideAt: now + SHOW_FOR,
      now,
    });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return show({ at: "broken", handoff }, { do: "forget", id });
  }
}
