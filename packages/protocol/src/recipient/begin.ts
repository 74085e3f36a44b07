import { normaliseEmail, normalisePassphrase, passphraseWeakness } from "../answers.ts";
import type { StatusResponse } from "../api/responses.ts";
import { decodeBase64url, encodeBase64url } from "../encoding.ts";
import { ProtocolError } from "../errors.ts";
import { emailHintOf, openHeader } from "../header.ts";
import { deriveLinkKeys } from "../keys.ts";
import { needsEmail, needsPassphrase } from "../states.ts";
import { claim, pauseAfter, rememberLink } from "./claim.ts";
import { ended, endingOf } from "./ended.ts";
import {
  type AnswerError,
  type CheckingScreen,
  type FlowEvent,
  type Handoff,
  type InterruptedScreen,
  type ReadyScreen,
  type Screen,
  type Start,
  type Step,
  show,
  type Typed,
  type UnreachableScreen,
} from "./screens.ts";
import type { ServiceResult } from "./service-client.ts";
import { clockAhead } from "./translation.ts";

/** What starts the page, or starts it anew: an address, or a link that was pasted. */
export function begin(event: FlowEvent): Step | undefined {
  switch (event.type) {
    case "link_found":
      return check(event.start);
    case "no_link":
      return show({ kind: "damaged", why: event.why });
    case "finished_before":
      return show({ kind: "ended", state: "finished", changedAt: undefined });
    default:
      return undefined;
  }
}

function check(start: Start, screen: Screen = { kind: "checking", start }): Step {
  const { id } = start.link;
  const linkToken = encodeBase64url(deriveLinkKeys(start.link).linkToken);
  return show(screen, { type: "status", id, body: { linkToken } });
}

/** While the status is asked for, and after it could not be had. Nothing here consumes anything. */
export function whenChecking(screen: CheckingScreen | UnreachableScreen, event: FlowEvent): Step | undefined {
  const { start, retryAt } = screen;
  if (event.type === "status_answered") return afterStatus(screen, event.result, event.now);
  const isDue = event.type === "tick" && retryAt !== undefined && event.now >= retryAt;
  const isAsked = event.type === "try_again" || (event.type === "online" && screen.kind === "unreachable");
  if (!isAsked && !isDue) return undefined;
  const goesOn = screen.kind === "unreachable" && start.claimedBefore;
  return check(start, goesOn ? { ...screen, retryAt: undefined } : undefined);
}

/**
 * A claim that nobody has pressed for in the length of a lease is not repeated: it would open the secret in front of nobody. The status is
 * asked for instead, which opens nothing, and says whether the claim has gone through.
 */
export function whenLeftAlone(screen: InterruptedScreen, event: FlowEvent): Step | undefined {
  const { handoff, openKeys, tries, retryAt } = screen;
  if (retryAt === undefined || (event.type !== "tick" && event.type !== "online")) return undefined;
  if (event.now < (screen.repeatUntil ?? 0) || (event.type === "tick" && event.now < retryAt))
    return undefined;
  const { link, claimId, spoiled } = handoff;
  const start: Start = { link, claimId, claimedBefore: true, openKeys, spoiled };
  return check(start, { kind: "unreachable", start, tries, retryAt: undefined });
}

function afterStatus(
  { start, tries = 0 }: CheckingScreen | UnreachableScreen,
  result: ServiceResult<StatusResponse>,
  now: number,
): Step {
  if (result.kind === "refused") {
    const state = endingOf(result);
    if (state) return ended(start.link.id, state, result.changedAt);
  }
  if (result.kind !== "ok") {
    const retryAt = start.claimedBefore ? now + pauseAfter(tries) : undefined;
    return show({ kind: "unreachable", start, tries: tries + 1, retryAt });
  }

  const { link, claimId, claimedBefore, openKeys, spoiled } = start;
  const { body } = result;
  const { state, changedAt } = body;
  const { linkToken, emailKey, headerKey } = deriveLinkKeys(link);
  // An ended handoff may have none any more.
  const header =
    body.header === ""
      ? {}
      : valueUnlessRefused(() => openHeader(decodeBase64url(body.header), link.id, headerKey));
  const handoff: Handoff = {
    link,
    proof: { linkToken: encodeBase64url(linkToken) },
    emailKey: encodeBase64url(emailKey),
    claimId,
    header: header ?? {},
    expiresAt: body.expiresAt,
    verification: state === "open" ? body.verification : "email",
    attemptsLeft: body.attemptsLeft,
    clockAhead: clockAhead(result.serverTime, now),
    resumes: state === "claimed" && claimedBefore,
    spoiled,
  };
  // A code goes to the address that the link asks for.
  const asksAmiss = handoff.verification === "email-code" && !needsEmail(link.flags);
  if (header === undefined || body.flags !== link.flags || asksAmiss)
    return show({ kind: "broken", handoff });

  if (state !== "open" && !handoff.resumes) {
    return ended(link.id, state, changedAt, handoff);
  }
  if (state === "open" && link.flags !== 0 && body.attemptsLeft === 0) {
    return ended(link.id, "locked", changedAt, handoff);
  }
  const typed = { email: "", passphrase: "" };
  // What is open still waits for another press: a tab may be loaded again by a browser that nobody looks at.
  if (!openKeys || !handoff.resumes) return show({ kind: "ready", handoff, typed });
  return claim({ handoff, typed, openKeys, tries: 0 });
}

/** Reveal is the only thing that leads to a claim, and it leads to one from here alone: pressed twice, it claims once. */
export function whenReady(screen: ReadyScreen, event: FlowEvent): Step | undefined {
  if (event.type !== "reveal") return undefined;
  const { handoff } = screen;
  const { typed } = event;
  const error = checkAnswers(handoff, typed);
  if (error) return show({ ...screen, typed, error });
  return show({ kind: "deriving", handoff, typed, progress: 0 }, ...rememberLink(handoff), {
    type: "derive",
    link: handoff.link,
    typed,
  });
}

/**
 * What is certainly wrong with the answers is shown at once and spends no attempt: above all an address that does not fit the hint,
 * which is also what a mail gateway types when it fills in forms.
 * @returns undefined when they are worth sending
 */
function checkAnswers({ link, header }: Handoff, typed: Typed): AnswerError | undefined {
  const email = needsEmail(link.flags) ? checkEmail(typed.email, header.emailHint) : undefined;
  return email ?? (needsPassphrase(link.flags) ? checkPassphrase(typed.passphrase) : undefined);
}

function checkEmail(typed: string, hint: string | undefined): AnswerError | undefined {
  const email = valueUnlessRefused(() => normaliseEmail(typed));
  if (email === undefined) return { field: "email", why: "malformed" };
  const fits = hint === undefined || emailHintOf(email) === hint;
  return fits ? undefined : { field: "email", why: "not_the_hint" };
}

function checkPassphrase(typed: string): AnswerError | undefined {
  const passphrase = valueUnlessRefused(() => normalisePassphrase(typed));
  if (passphrase === undefined) return { field: "passphrase", why: "malformed" };
  // Senders refuse a weak one, so it cannot be right.
  return passphraseWeakness(passphrase) && { field: "passphrase", why: "weak" };
}

function valueUnlessRefused<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
