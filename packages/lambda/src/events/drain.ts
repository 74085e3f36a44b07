import { createHash } from "node:crypto";
import type { HandoffId } from "@secret-handoff/protocol";
import { type AuditEvent, isoTime } from "@secret-handoff/protocol/api";
import type { Audit, Outbox } from "../store/audit.ts";
import { checksOf, type HandoffRecord, type Key } from "../store/handoff-record.ts";
import { isSubjectId } from "../store/subjects.ts";
import type { Entry } from "../store/transitions.ts";

/** Puts events on the bus; may be called again with the same ones, whose ids say so. */
export type Publish = (events: readonly AuditEvent[]) => Promise<void>;

export type DrainerDeps = {
  readonly outbox: Outbox;
  readonly audit: Audit;
  readonly publish: Publish;
};

/** A handoff that many write to at once makes the drainer start again; more often than this is a fault. */
const MAX_ROUNDS = 20;

/**
 * Numbers and chains the events in a handoff's outbox, stores them, publishes them, and empties the outbox. Killed at any
 * point it can run again: numbers follow from the item, stored events are not stored twice.
 * @returns the handoff as it was found at rest, with nothing to drain; undefined where there is none
 */
export async function drain(
  { outbox, audit, publish }: DrainerDeps,
  { id }: Key,
): Promise<HandoffRecord | undefined> {
  if (isSubjectId(id)) return undefined;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const record = await outbox.read({ id: id as HandoffId });
    if (!record || record.outbox.length === 0) return record;
    const { events, chain } = await store(audit, record);
    await publish(events);
    // The stream tells of this write as well, and then there is nothing left to drain.
    if (await outbox.settle(record, chain)) return undefined;
  }
  throw new Error("the outbox of a handoff changed faster than it could be drained");
}

/** Numbers, chains and stores what waits in the outbox: the same record gives the same events, byte for byte. */
async function store(
  audit: Audit,
  record: HandoffRecord,
): Promise<{ readonly events: readonly AuditEvent[]; readonly chain: string }> {
  const events: AuditEvent[] = [];
  let { chain, sequence } = record;
  for (const text of record.outbox) {
    sequence += 1;
    const event = complete(record, JSON.parse(text) as Entry, sequence, chain);
    const stored = await audit.put(record.id, sequence, event);
    events.push(JSON.parse(stored) as AuditEvent);
    chain = hashOf(stored);
  }
  return { events, chain: chain ?? "" };
}

/** The entry together with what the item says about the handoff, none of which ever changes. */
function complete(
  record: HandoffRecord,
  { type, at, actor, outcome = "done", attemptsLeft }: Entry,
  sequence: number,
  previous: string | undefined,
): AuditEvent {
  const { id, owner, secret, versionId, metadata } = record;
  const { sender, members, recipient, reason } = metadata;
  return {
    v: 1,
    id: `${id}/${sequence}`,
    type,
    time: isoTime(at),
    actor: actor ?? sender,
    handoff: id,
    owner,
    class: record.class,
    ...(secret === undefined ? {} : { secret }),
    ...(members === undefined ? {} : { members }),
    ...(versionId === undefined ? {} : { versionId }),
    ...(recipient === undefined ? {} : { recipient }),
    expiry: isoTime(record.expiresAt),
    checks: checksOf(record),
    ...(reason === undefined ? {} : { reason }),
    outcome,
    ...(attemptsLeft === undefined ? {} : { attemptsLeft }),
    sequence,
    ...(previous === undefined ? {} : { previous }),
  };
}

/** SHA-256 of the event's JSON as stored, in hex: what the next event of that handoff names as `previous`. */
export function hashOf(storedEvent: string): string {
  return createHash("sha256").update(storedEvent).digest("hex");
}
