import { isHandoffId } from "@secret-handoff/protocol";
import {
  type Actor,
  type Approval,
  type AuditEvent,
  isoTime,
  isRequestId,
} from "@secret-handoff/protocol/api";
import { eventHash } from "@secret-handoff/protocol/audit";
import { type Audit, type Drained, isRequest, type Outbox } from "../store/audit.ts";
import { checksOf, type HandoffRecord, type Key } from "../store/handoff-record.ts";
import { repositoryOf } from "../store/named-senders.ts";
import type { RequestRecord } from "../store/request-record.ts";
import {
  isStandaloneId,
  isStillCounted,
  type StandaloneEvents,
  standaloneStream,
} from "../store/standalone-events.ts";
import type { Entry } from "../store/transitions.ts";

/** Puts events on the bus; may be called again with the same ones, whose ids say so. */
export type Publish = (events: readonly AuditEvent[]) => Promise<void>;

export type DrainerDeps = {
  readonly outbox: Outbox;
  readonly standalone: StandaloneEvents;
  readonly audit: Audit;
  readonly publish: Publish;
};

/** An item that many write to at once makes the drainer start again; more often than this is a fault. */
const MAX_ROUNDS = 20;

/**
 * Drains what was written under an id. Of a handoff or a request: numbers and chains the events in its outbox, stores them,
 * publishes them, and empties the outbox. Killed at any point it can run again: numbers follow from the item, stored events are not stored
 * twice.
 * @returns the item as it was found at rest, with nothing to drain; undefined where there is none
 */
export async function drain(deps: DrainerDeps, { id }: Key): Promise<Drained | undefined> {
  const { outbox, audit, publish } = deps;
  if (isStillCounted(id)) return undefined;
  if (isStandaloneId(id)) {
    await publishStandalone(deps, id);
    return undefined;
  }
  // Whatever else lies in the table, such as subjects, has no events.
  if (!isHandoffId(id) && !isRequestId(id)) return undefined;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const record = await outbox.read({ id });
    if (!record || record.outbox.length === 0) return record;
    const { events, ...last } = await store(audit, record);
    await publish(events);
    // The stream announces this write as well, and then there is nothing left to drain.
    if (await outbox.settle(record, last)) return undefined;
  }
  throw new Error("the outbox of an item changed faster than it could be drained");
}

/** Stores and publishes a standalone event, if nobody has. Killed at any point it can run again, as {@link drain}. */
export async function publishStandalone(
  { standalone, audit, publish }: DrainerDeps,
  id: string,
): Promise<void> {
  const pending = await standalone.pending(id);
  if (!pending) return;
  const { event, count } = pending;
  const stored = await audit.put(standaloneStream(id), 1, count === undefined ? event : { ...event, count });
  await publish([stored]);
  await standalone.settle(id, pending);
}

/** What was stored: the events, and of the last one its number and its hash. */
type Stored = {
  readonly events: readonly AuditEvent[];
  readonly sequence: number;
  readonly chain: string;
};

/**
 * Numbers, chains and stores what waits in the outbox: the same record gives the same events, byte for byte. The trail remembers a handoff
 * for longer than the table does, and a sender with code of its own can use a link again whose handoff is forgotten. What follows then
 * goes on behind what the trail has under that id.
 */
async function store(audit: Audit, record: Drained): Promise<Stored> {
  const events: AuditEvent[] = [];
  let { chain, sequence } = record;
  for (const text of record.outbox) {
    const entry = JSON.parse(text) as Entry;
    let event: AuditEvent;
    let stored: AuditEvent;
    do {
      sequence += 1;
      event = complete(record, entry, sequence, chain);
      stored = await audit.put(record.id, sequence, event);
      chain = eventHash(stored);
    } while (!isOf(stored, event));
    events.push(stored);
  }
  return { events, sequence, chain: chain ?? "" };
}

/** Whether what stands under an event's number is that event, from an earlier try, and not one of a handoff that had the id before. */
function isOf(stored: AuditEvent, event: AuditEvent): boolean {
  return stored.type === event.type && stored.time === event.time;
}

/** The entry together with what the item says, none of which ever changes, and its place in the chain. */
function complete(record: Drained, entry: Entry, sequence: number, previous: string | undefined): AuditEvent {
  const { type, at, outcome = "done", attemptsLeft } = entry;
  return {
    v: 1,
    id: `${record.id}/${sequence}`,
    type,
    time: isoTime(at),
    ...(isRequest(record) ? aboutRequest(record, entry) : aboutHandoff(record, entry)),
    outcome,
    ...(attemptsLeft === undefined ? {} : { attemptsLeft }),
    sequence,
    ...(previous === undefined ? {} : { previous }),
  };
}

function aboutHandoff(record: HandoffRecord, { actor }: Entry) {
  const { id, owner, secret, versionId, metadata } = record;
  const { sender, members, recipient, reason, request, approvals } = metadata;
  return {
    actor: actor ?? sender,
    handoff: id,
    ...(request === undefined ? {} : { request }),
    ...(approvals === undefined ? {} : { approvals: approvals.map(inTrail) }),
    owner,
    ...repositoryIn(sender),
    class: record.class,
    ...(secret === undefined ? {} : { secret }),
    ...(members === undefined ? {} : { members }),
    ...(versionId === undefined ? {} : { versionId }),
    ...(recipient === undefined ? {} : { recipient }),
    expiry: isoTime(record.expiresAt),
    checks: checksOf(record),
    ...(reason === undefined ? {} : { reason }),
  };
}

function aboutRequest({ id, class: name, asked }: RequestRecord, { type, actor, approval }: Entry) {
  const { secrets, recipients, requester, reason } = asked;
  const [secret, ...moreSecrets] = secrets;
  const [recipient, ...moreRecipients] = recipients;
  return {
    actor: actor ?? requester,
    request: id,
    ...(approval === undefined
      ? {}
      : type === "denied"
        ? { denied: inTrail(approval) }
        : { approvals: [inTrail(approval)] }),
    owner: asked.eventOwner,
    ...repositoryIn(requester),
    class: name,
    ...(moreSecrets.length === 0 ? { secret } : { members: secrets }),
    ...(moreRecipients.length === 0 ? { recipient } : { recipients }),
    reason,
  };
}

function repositoryIn(actor: Actor) {
  const repository = repositoryOf(actor);
  return repository === undefined ? {} : { repository };
}

function inTrail({ role, by, known, time, comment }: Approval) {
  return { role, by, known, time: isoTime(time), ...(comment === undefined ? {} : { comment }) };
}
