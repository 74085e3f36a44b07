import { type Step, show } from "./effects.ts";
import { ended, refusedAs } from "./ended.ts";
import type { Event } from "./events.ts";
import type { EndedScreen, Ready, Reporting } from "./screens.ts";

/** The word that the recipient types in the second step; nothing that fills in forms by itself will hit on it. */
export const REPORT_WORD = "report";

/** "It wasn't me": the first step only leads to the second. */
export function whenNotMe(screen: Ready | EndedScreen, event: Event): Step | undefined {
  if (event.is !== "not_me" || !screen.handoff) return undefined;
  return show({ at: "reporting", handoff: screen.handoff, back: screen, sending: false });
}

export function whenReporting(screen: Reporting, event: Event): Step | undefined {
  const { handoff, sending } = screen;
  switch (event.is) {
    case "back":
      return sending ? undefined : show(screen.back);
    case "report": {
      if (sending) return undefined;
      if (event.word.trim().toLowerCase() !== REPORT_WORD) return show({ ...screen, problem: "word" });
      return show({ ...screen, sending: true, problem: undefined }, { do: "report", handoff });
    }
    case "report_answered": {
      const { answer } = event;
      if (answer.kind === "ok") {
        const changedAt = Math.floor((event.now + handoff.clockAhead) / 1_000);
        return show(
          { at: "ended", state: "reported", changedAt, handoff, byMe: true },
          { do: "forget", id: handoff.link.id },
        );
      }
      const state = answer.kind === "refused" ? refusedAs(answer) : undefined;
      if (state) return ended(handoff.link.id, state, undefined, handoff);
      return show({ ...screen, sending: false, problem: "unreachable" });
    }
    default:
      return undefined;
  }
}
