import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { AuditEvent } from "../api/events.ts";
import { canonicalBytes } from "./canonical-json.ts";

/** What of an event says where it stands in the trail. */
export type Placed = Pick<AuditEvent, "id" | "time" | "recorded" | "handoff" | "request" | "sequence">;

/** Digits of a sequence in a place: an outbox is bounded, and so are the events of one handoff. */
const SEQUENCE_DIGITS = 6;

/** When the event counts as filed: its time, or, where it came after its day was closed, when it was recorded. */
export function filedAt({ time, recorded }: Pick<AuditEvent, "time" | "recorded">): string {
  return recorded ?? time;
}

/** The UTC day whose seal covers the event, `2026-11-26`. */
export function dayOf(event: Pick<AuditEvent, "time" | "recorded">): string {
  return filedAt(event).slice(0, 10);
}

/**
 * Where an event stands among those of its day: by the time it was filed, then by handoff (or request), then by number, then by id.
 * Places compare as ASCII text, and no two events have the same. Events of one handoff stand in the order of their numbers.
 */
export function placeOf(event: Placed): string {
  const number = String(event.sequence ?? 0).padStart(SEQUENCE_DIGITS, "0");
  return `${filedAt(event)} ${event.handoff ?? event.request ?? ""} ${number} ${event.id}`;
}

/** SHA-256 of the event's canonical JSON, in hex: what the next event of that handoff names as `previous`. */
export function eventHash(event: object): string {
  return eventHashOf(canonicalBytes(event));
}

/** As {@link eventHash}. @param canonical the event's canonical JSON in UTF-8 */
export function eventHashOf(canonical: Uint8Array): string {
  return bytesToHex(sha256(canonical));
}

const DAY_SECONDS = 86_400;

/** The name of a UTC day. @param day days since 1970-01-01 */
export function dayName(day: number): string {
  return new Date(day * DAY_SECONDS * 1_000).toISOString().slice(0, 10);
}

/** Days since 1970-01-01. @param name `2026-11-26` */
export function dayNumber(name: string): number {
  return Date.parse(`${name}T00:00:00Z`) / (DAY_SECONDS * 1_000);
}
