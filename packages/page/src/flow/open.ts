import type { Receipt } from "@secret-handoff/protocol";
import { type Effect, type Step, show } from "./effects.ts";
import type { Event } from "./events.ts";
import type { Acknowledgement, Done, Handoff, Hidden, Opened } from "./screens.ts";

/**
 * How long before its lease ends an opened handoff is acknowledged by itself, ms: 15 s are promised, the service counts whole seconds,
 * and the call takes its time.
 */
export const ACKNOWLEDGE_BEFORE = 17_000;
/** How long the secret stands uncovered, ms. The recipient may prolong it as often as wanted (WCAG 2.2, 2.2.1). */
export const SHOW_FOR = 300_000;
/** How long a covered secret is held before this tab forgets it, ms. */
export const HOLD_FOR = 900_000;
/** The longest pause between two tries to acknowledge, ms. */
const LONGEST_PAUSE = 30_000;

export function whenOpened(screen: Opened, event: Event): Step | undefined {
  switch (event.is) {
    case "tick": {
      const { screen: ticked, effects } = acknowledging({ ...screen, now: event.now }, event);
      return event.now < screen.hideAt
        ? { screen: ticked, effects }
        : show({ at: "hidden", opened: ticked, forgetAt: event.now + HOLD_FOR, now: event.now }, ...effects);
    }
    case "show_longer":
      return show({ ...screen, now: event.now, hideAt: event.now + SHOW_FOR });
    case "done":
      return finish(screen, false);
    default:
      return acknowledging(screen, event);
  }
}

export function whenHidden(screen: Hidden, event: Event): Step | undefined {
  if (event.is === "show_again") {
    const { now } = event;
    return show({ ...screen.opened, now, hideAt: now + SHOW_FOR });
  }
  if (event.is === "done") return finish(screen.opened, false);
  const { screen: opened, effects } = acknowledging(screen.opened, event);
  if (event.is !== "tick") return show({ ...screen, opened }, ...effects);
  if (event.now >= screen.forgetAt) return finish(opened, true, effects);
  return show({ ...screen, opened, now: event.now }, ...effects);
}

export function whenDone(screen: Done, event: Event): Step {
  return acknowledging(screen, event);
}

function finish(opened: Opened, forgotten: boolean, effects: readonly Effect[] = []): Step {
  const { handoff, bundle, acknowledgement } = opened;
  const done: Done = {
    at: "done",
    handoff,
    bundle: { receipt: bundle.receipt },
    acknowledgement,
    forgotten,
  };
  const { screen, effects: more } = acknowledging(done, { is: "taken" });
  return show(screen, ...effects, ...more);
}

type Acknowledging = {
  readonly handoff: Handoff;
  readonly bundle: { readonly receipt: Receipt };
  readonly acknowledgement: Acknowledgement;
};

/** Tells the service that the secret was taken over: at once when it was, else in time before the lease ends; until it knows. */
function acknowledging<S extends Acknowledging>(
  screen: S,
  event: Event,
): { readonly screen: S; readonly effects: readonly Effect[] } {
  const { handoff, bundle, acknowledgement: before } = screen;
  const become = (acknowledgement: Acknowledgement, ...effects: Effect[]) => ({
    screen: { ...screen, acknowledgement },
    effects,
  });
  if (before.kind === "due" && (event.is === "taken" || (event.is === "tick" && event.now >= before.at))) {
    const { receipt } = bundle;
    return become({ kind: "sending", tries: before.tries }, { do: "acknowledge", handoff, receipt });
  }
  if (before.kind === "sending" && event.is === "acknowledge_answered") {
    const { answer, now } = event;
    if (answer.kind !== "unreachable") {
      const kind = answer.kind === "ok" ? "known" : "refused";
      return become({ kind }, { do: "finish", id: handoff.link.id });
    }
    const tries = before.tries + 1;
    return become({ kind: "due", tries, at: now + Math.min(1_000 * 2 ** tries, LONGEST_PAUSE) });
  }
  return { screen, effects: [] };
}
