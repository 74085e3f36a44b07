import type { AuditEvent } from "@secret-handoff/protocol/api";
import {
  type Attributes,
  absent,
  and,
  countUp,
  equals,
  ItemReader,
  itemOf,
  or,
  present,
  set,
  setIfAbsent,
} from "./expressions.ts";
import { keyOf } from "./handoff-record.ts";
import type { Table } from "./table.ts";
import { BACKSTOP_SECONDS, DUE_SHARD, exists, isNew, TOMBSTONE_SECONDS } from "./transitions.ts";

/** An event that nobody has published yet, and how often it happened where that was counted. */
type PendingEvent = { readonly event: AuditEvent; readonly count: number | undefined };

/** They lie beside the handoffs under ids that none of them can have. */
const PREFIX = "event/";
const COUNTED_PREFIX = "counted-event/";

/** All of one, by name: roles that may not read envelopes may read nothing that they do not name. */
const ATTRIBUTES = ["event", "count", "dueAt"] as const;

export function isStandaloneId(id: string): boolean {
  return id.startsWith(PREFIX) || id.startsWith(COUNTED_PREFIX);
}

/** True where the stream has nothing to drain yet: what is counted is published when its time is over, by the sweeper. */
export function isStillCounted(id: string): boolean {
  return id.startsWith(COUNTED_PREFIX);
}

/**
 * Events that belong to no handoff's chain, such as a refusal. They wait in the one-time table for the drainer, as those in a handoff's
 * outbox do, so that table and bus both get them whenever a process dies; and who writes them needs no right on the trail.
 */
export class StandaloneEvents {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Puts an event, whose id is random: the very same one was put by this call, whose answer was lost, so that the SDK of AWS has repeated
   * it. Published twice, it counts once.
   * @returns false when there is another of this key already, which stays
   */
  async put(key: string, event: AuditEvent, now: number): Promise<boolean> {
    const due = { dueShard: DUE_SHARD, dueAt: now + BACKSTOP_SECONDS, ttl: now + TOMBSTONE_SECONDS };
    const text = JSON.stringify(event);
    return this.#table.put(
      itemOf({ id: PREFIX + key, event: text, ...due }),
      or(isNew, equals("event", text)),
    );
  }

  /**
   * Counts one more of what a single event reports when its time is over. A write that the SDK repeats may count twice.
   * @param event of the first one; the others are only counted
   * @param until when no more are counted, Unix seconds
   * @returns false when the event has been published already
   */
  async count(key: string, event: AuditEvent, until: number): Promise<boolean> {
    return this.#table.update({
      key: keyOf({ id: COUNTED_PREFIX + key }),
      set: [
        countUp("count"),
        setIfAbsent("event", JSON.stringify(event)),
        set("dueShard", DUE_SHARD),
        set("dueAt", until + BACKSTOP_SECONDS),
        set("ttl", until + TOMBSTONE_SECONDS),
      ],
      remove: [],
      condition: or(absent("id"), present("dueAt")),
    });
  }

  /** The event, unless it was published. */
  async pending(id: string): Promise<PendingEvent | undefined> {
    const item = await this.#table.get(keyOf({ id }), ATTRIBUTES);
    return item?.dueAt && readPending(item);
  }

  /** It has been published. Its key stays taken until TTL removes it. @returns false when one more was counted since it was read */
  async settle(id: string, { count }: PendingEvent): Promise<boolean> {
    return this.#table.update({
      key: keyOf({ id }),
      set: [],
      remove: ["dueShard", "dueAt"],
      condition: count === undefined ? exists : and(exists, equals("count", count)),
    });
  }
}

function readPending(item: Attributes): PendingEvent {
  const read = new ItemReader(item);
  return { event: JSON.parse(read.string("event")) as AuditEvent, count: read.optionalNumber("count") };
}

/** How their streams in the audit table begin. */
export const SERVICE_STREAM = "service/";

/** The stream of the audit table that holds a standalone event, and nothing else. */
export function standaloneStream(id: string): string {
  return `${SERVICE_STREAM}${id.replace(PREFIX, "")}`;
}
