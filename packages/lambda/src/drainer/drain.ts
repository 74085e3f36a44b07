import { type AuditEvent, isoTime } from "@secret-handoff/protocol/api";
import { type Entry, hashOf } from "../events/event.ts";
import type { Audit } from "../store/audit.ts";
import { checksOf, type HandoffKey, type HandoffRecord } from "../store/handoff.ts";
import type { Outbox } from "../store/outbox.ts";
import { isSubjectId } from "../store/subjects.ts";

/** Puts events on the bus; may be called again with the same ones, whose handoff and sequence say so. */
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
 * @param overdue true where the sweeper has found the handoff due: what is due next is then said anew, though no event waits
 */
export async function drain(
  { outbox, audit, publish }: DrainerDeps,
  key: HandoffKey,
  now: number,
  overdue = false,
): Promise<void> {
  if (isSubjectId(key.id)) return;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const record = await outbox.read(key);
    if (!record) return;
    // The stream tells of every write, the drainer's own as well: one more here would be told again, without end.
    if (record.outbox.length === 0 && !overdue) return;
    const numbered = numberEvents(record);
    for (const { event, stored, sequence } of numbered) await audit.put(record.id, sequence, event, stored);
    if (numbered.length > 0) await publish(numbered.map(({ event }) => event));
    if (await outbox.settle(record, numbered.at(-1)?.hash ?? record.chain, now)) return;
  }
  throw new Error("the outbox of a handoff changed faster than it could be drained");
}

type Numbered = {
  readonly event: AuditEvent;
  readonly stored: string;
  readonly hash: string;
  readonly sequence: number;
};

/** The same record gives the same events, byte for byte. */
function numberEvents(record: HandoffRecord): readonly Numbered[] {
  const numbered: Numbered[] = [];
  for (const [index, text] of record.outbox.entries()) {
    const sequence = record.sequence + index + 1;
    const event = complete(
      record,
      JSON.parse(text) as Entry,
      sequence,
      numbered.at(-1)?.hash ?? record.chain,
    );
    const stored = JSON.stringify(event);
    numbered.push({ event, stored, hash: hashOf(stored), sequence });
  }
  return numbered;
}

/** The entry together with what the item says about the handoff, none of which ever changes. */
function complete(
  record: HandoffRecord,
  entry: Entry,
  sequence: number,
  previous: string | undefined,
): AuditEvent {
  const { type, at, actor, outcome, attemptsLeft } = entry;
  const { about } = record;
  return {
    v: 1,
    id: `${record.id}/${sequence}`,
    type,
    time: isoTime(at),
    actor: actor ?? about.sender,
    handoff: record.id,
    owner: record.owner,
    class: record.class,
    ...(about.recipient === undefined ? {} : { recipient: about.recipient }),
    expiry: isoTime(record.expiresAt),
    checks: checksOf(record),
    ...(about.secret === undefined ? {} : { secret: about.secret }),
    ...(about.members === undefined ? {} : { members: about.members }),
    ...(about.versionId === undefined ? {} : { versionId: about.versionId }),
    ...(about.reason === undefined ? {} : { reason: about.reason }),
    outcome: outcome ?? "done",
    ...(attemptsLeft === undefined ? {} : { attemptsLeft }),
    sequence,
    ...(previous === undefined ? {} : { previous }),
  };
}
