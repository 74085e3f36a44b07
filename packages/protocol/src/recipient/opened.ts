import { encodeBase64url } from "../encoding.ts";
import type { Receipt } from "../keys.ts";
import {
  type Acknowledgement,
  type DoneScreen,
  type Effect,
  type FlowEvent,
  type Handoff,
  type HiddenScreen,
  type OpenedScreen,
  type Step,
  show,
} from "./screens.ts";

/**
 * How long before its lease ends an opened handoff is acknowledged by itself, ms: 15 s are promised, the service counts whole seconds,
 * and the call takes its time.
 */
export const ACKNOWLEDGE_BEFORE = 17_000;
/** How long the secret stands shown, ms. The recipient may prolong it as often as wanted (WCAG 2.2, 2.2.1). */
export const SHOW_FOR = 300_000;
/** How long a hidden secret is held before this tab forgets it, ms. */
const HOLD_FOR = 900_000;
/** The longest pause between two tries to acknowledge, ms. */
const LONGEST_PAUSE = 30_000;

export function whenOpened(screen: OpenedScreen, event: FlowEvent): Step | undefined {
  switch (event.type) {
    case "tick": {
      const { screen: ticked, effects } = acknowledging({ ...screen, now: event.now }, event);
      return event.now < screen.hideAt ? { screen: ticked, effects } : hide(ticked, event.now, effects);
    }
    case "hide":
      return hide(screen, event.now);
    case "show_longer":
      return show({ ...screen, now: event.now, hideAt: event.now + SHOW_FOR });
    case "done":
      return finish(screen, false);
    default:
      return acknowledging(screen, event);
  }
}

function hide(opened: OpenedScreen, now: number, effects: readonly Effect[] = []): Step {
  return show({ kind: "hidden", opened, forgetAt: now + HOLD_FOR, now }, ...effects);
}

export function whenHidden(screen: HiddenScreen, event: FlowEvent): Step | undefined {
  if (event.type === "show_again") {
    const { now } = event;
    return show({ ...screen.opened, now, hideAt: now + SHOW_FOR });
  }
  if (event.type === "done") return finish(screen.opened, false);
  const { screen: opened, effects } = acknowledging(screen.opened, event);
  if (event.type !== "tick") return show({ ...screen, opened }, ...effects);
  if (event.now >= screen.forgetAt) return finish(opened, true, effects);
  return show({ ...screen, opened, now: event.now }, ...effects);
}

export function whenDone(screen: DoneScreen, event: FlowEvent): Step {
  return acknowledging(screen, event);
}

function finish(opened: OpenedScreen, forgotten: boolean, effects: readonly Effect[] = []): Step {
  const { handoff, bundle, acknowledgement } = opened;
  const done: DoneScreen = {
    kind: "done",
    handoff,
    bundle: { receipt: bundle.receipt },
    acknowledgement,
    forgotten,
  };
  const { screen, effects: more } = acknowledging(done, { type: "taken" });
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
  event: FlowEvent,
): { readonly screen: S; readonly effects: readonly Effect[] } {
  const { handoff, bundle, acknowledgement: before } = screen;
  const become = (acknowledgement: Acknowledgement, ...effects: Effect[]) => ({
    screen: { ...screen, acknowledgement },
    effects,
  });
  if (
    before.kind === "due" &&
    (event.type === "taken" || (event.type === "tick" && event.now >= before.at))
  ) {
    const { link, proof, claimId } = handoff;
    const body = { ...proof, claimId, receipt: encodeBase64url(bundle.receipt) };
    return become({ kind: "sending", tries: before.tries }, { type: "acknowledge", id: link.id, body });
  }
  if (before.kind === "sending" && event.type === "acknowledge_answered") {
    const { result, now } = event;
    if (result.kind !== "unreachable") {
      const kind = result.kind === "ok" ? "known" : "refused";
      return become({ kind }, { type: "finish", id: handoff.link.id });
    }
    const tries = before.tries + 1;
    return become({ kind: "due", tries, at: now + Math.min(1_000 * 2 ** tries, LONGEST_PAUSE) });
  }
  return { screen, effects: [] };
}
