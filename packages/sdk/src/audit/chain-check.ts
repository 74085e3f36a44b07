import { dayNumber, dayOf, eventHashOf } from "@secret-handoff/protocol/audit";
import type { TrailEvent } from "./trail.ts";

/** Something that does not fit, and the event that it points at. */
export type Suspicion = {
  readonly kind: "missing" | "changed" | "moved";
  readonly event: string;
  /** Without a full stop. */
  readonly sentence: string;
};

type Link = { readonly sequence: number; readonly hash: string; readonly day: number };

/**
 * Days after which a handoff is forgotten here, so that memory does not grow with the trail: none has an event so long after its last.
 */
const FORGET_AFTER_DAYS = 120;

/** The chain of each handoff and each request: numbers without a gap, and each event with the hash of the one before. */
export class ChainCheck {
  readonly #links = new Map<string, Link>();
  #knowsAll: boolean;

  /** @param fromTheBeginning false where a handoff may have events before the first that is read */
  constructor(fromTheBeginning: boolean) {
    this.#knowsAll = fromTheBeginning;
  }

  /** @param canonical the event's canonical JSON */
  check(event: TrailEvent, canonical: Uint8Array): Suspicion | undefined {
    const { sequence, id, previous } = event;
    const stream = event.handoff ?? event.request;
    if (sequence === undefined || stream === undefined) return undefined;
    const before = this.#links.get(stream);
    // Through bytes, for a text that was put together from parts takes ten times the memory.
    const hash = Buffer.from(eventHashOf(canonical)).toString();
    this.#links.set(stream, { sequence, hash, day: dayNumber(dayOf(event)) });
    if (!before) {
      if (sequence === 1 || !this.#knowsAll) return undefined;
      return gap(`${stream}/1`);
    }
    const idBefore = `${stream}/${before.sequence}`;
    if (sequence > before.sequence + 1) return gap(`${stream}/${before.sequence + 1}`);
    if (sequence <= before.sequence) {
      return { kind: "moved", event: id, sentence: `the event ${id} stands after ${idBefore}` };
    }
    if (previous === before.hash) return undefined;
    const sentence = `the event ${id} does not follow ${idBefore} as that is now: one of them was changed`;
    return { kind: "changed", event: idBefore, sentence };
  }

  newDay(day: string): void {
    const oldest = dayNumber(day) - FORGET_AFTER_DAYS;
    for (const [stream, link] of this.#links) {
      if (link.day >= oldest) continue;
      this.#links.delete(stream);
      this.#knowsAll = false;
    }
  }
}

function gap(event: string): Suspicion {
  return { kind: "missing", event, sentence: `the event ${event} is missing` };
}
