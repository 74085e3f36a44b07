import {
  decodeBase64url,
  deriveLinkKeys,
  type Header,
  type LinkKeys,
  openHeader,
  ProtocolError,
  type StatusResponse,
} from "@secret-handoff/protocol";
import type { Answer } from "../service.ts";
import { clockAhead } from "./clock-ahead.ts";
import { type Step, show } from "./effects.ts";
import { ended, refusedAs } from "./ended.ts";
import type { Event } from "./events.ts";
import type { Handoff, Start } from "./screens.ts";

/** What starts the page, or starts it anew: an address, or a link that was pasted. */
export function begin(event: Event): Step | undefined {
  switch (event.is) {
    case "link_found":
      return show({ at: "checking", start: event.start }, { do: "ask_status", link: event.start.link });
    case "no_link":
      return show({ at: "damaged", why: event.why });
    case "finished_before":
      return show({ at: "ended", state: "finished", changedAt: undefined });
    default:
      return undefined;
  }
}

/** While the status is asked for, and after it could not be had. Nothing here consumes anything. */
export function check(start: Start, event: Event): Step | undefined {
  if (event.is === "try_again") return begin({ is: "link_found", start });
  if (event.is !== "status_answered") return undefined;
  return afterStatus(start, event.answer, event.now);
}

function afterStatus(start: Start, answer: Answer<StatusResponse>, now: number): Step {
  if (answer.kind === "refused") {
    const state = refusedAs(answer);
    if (state) return ended(start.link.id, state, answer.changedAt);
  }
  if (answer.kind !== "ok") return show({ at: "unreachable", start });

  const { link, claimId, claimedBefore, openKeys } = start;
  const { body } = answer;
  const keys = deriveLinkKeys(link.id, link.linkSecret);
  const header = readHeader(body.header, start, keys);
  const handoff: Handoff = {
    link,
    keys,
    claimId,
    header: header ?? {},
    expiresAt: body.expiresAt,
    verification: body.verification,
    attemptsLeft: body.attemptsLeft,
    clockAhead: clockAhead(answer.serverTime, now),
  };
  if (header === undefined || body.flags !== link.flags) return show({ at: "broken", handoff });

  const { state, changedAt } = body;
  if (state !== "open" && !(state === "claimed" && claimedBefore)) {
    return ended(link.id, state, changedAt, handoff);
  }
  if (state === "open" && link.flags !== 0 && body.attemptsLeft === 0) {
    return ended(link.id, "locked", changedAt, handoff);
  }
  const typed = { email: "", passphrase: "" };
  // Reveal was pressed before the reload; a mailed code is not kept, so that one has to be asked for again.
  const goesOn = openKeys && (state === "claimed" || body.verification !== "email-code");
  if (!goesOn) return show({ at: "ready", handoff, typed, resumes: state === "claimed" });
  const claim = { openKeys };
  return show(
    { at: "opening", handoff, typed, claim, step: "claiming", progress: 1 },
    { do: "remember", handoff, openKeys },
    { do: "claim", handoff, claim },
  );
}

/** Undefined when the header is not the one that was sealed for this link. An ended handoff may have none any more. */
function readHeader(spelled: string, { link }: Start, { headerKey }: LinkKeys): Header | undefined {
  if (spelled === "") return {};
  try {
    return openHeader(decodeBase64url(spelled), link.id, headerKey);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
