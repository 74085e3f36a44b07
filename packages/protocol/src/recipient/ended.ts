import type { HandoffId } from "../keys.ts";
import { type Ended, STATES } from "../states.ts";
import {
  type EndedScreen,
  type FlowEvent,
  type Handoff,
  type ReadyScreen,
  type ReportScreen,
  type Step,
  show,
} from "./screens.ts";
import type { Refusal } from "./service-client.ts";

/** The ending that a refusal names, if it names one. */
export function endingOf({ code }: Refusal): Ended | "unknown" | undefined {
  if (code === "not_found") return "unknown";
  return STATES.find((state): state is Ended => state !== "open" && state === code);
}

/** Shows how it ended, and wipes what was kept for it. */
export function ended(
  id: HandoffId,
  state: EndedScreen["state"],
  changedAt: number | undefined,
  handoff?: Handoff,
): Step {
  return show({ kind: "ended", state, changedAt, handoff }, { type: "forget", id });
}

/** The word that the recipient types to report; nothing that fills in forms by itself will hit on it. */
export const REPORT_WORD = "report";

/** "It wasn't me": the first step only leads to the second. */
export function whenNotMe(screen: ReadyScreen | EndedScreen, event: FlowEvent): Step | undefined {
  if (event.type !== "not_me" || !screen.handoff) return undefined;
  const back = screen.kind === "ready" && event.typed ? { ...screen, typed: event.typed } : screen;
  return show({ kind: "report", handoff: screen.handoff, back, sending: false });
}

export function whenReport(screen: ReportScreen, event: FlowEvent): Step | undefined {
  const { handoff, sending } = screen;
  switch (event.type) {
    case "back":
      return sending ? undefined : show(screen.back);
    case "report":
      if (sending) return undefined;
      if (event.word.trim().toLowerCase() !== REPORT_WORD) return show({ ...screen, problem: "word" });
      return show(
        { ...screen, sending: true, problem: undefined },
        { type: "report", id: handoff.link.id, body: handoff.proof },
      );
    case "report_answered": {
      const { result } = event;
      const { id } = handoff.link;
      if (result.kind === "ok") {
        const changedAt = Math.floor((event.now + handoff.clockAhead) / 1_000);
        return show(
          { kind: "ended", state: "reported", changedAt, handoff, byMe: true },
          { type: "forget", id },
        );
      }
      const state = result.kind === "refused" ? endingOf(result) : undefined;
      if (state) return ended(id, state, undefined, handoff);
      return show({ ...screen, sending: false, problem: "unreachable" });
    }
    default:
      return undefined;
  }
}
