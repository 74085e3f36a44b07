import { createHash } from "node:crypto";
import type { Actor, EventType } from "@secret-handoff/protocol/api";

/** What the outbox holds: only what the item itself does not say. Never a secret. */
export type Entry = {
  readonly type: EventType;
  /** Unix seconds. */
  readonly at: number;
  /** The sender where left out. */
  readonly actor?: Actor;
  readonly outcome?: string;
  readonly attemptsLeft?: number;
};

/** SHA-256 of the event's JSON as stored, in hex: what the next event of that handoff names as `previous`. */
export function hashOf(storedEvent: string): string {
  return createHash("sha256").update(storedEvent).digest("hex");
}
