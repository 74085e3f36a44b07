import { type HandoffId, isHandoffId } from "@secret-handoff/protocol";
import type { Actor } from "@secret-handoff/protocol/api";
import type { Clock } from "../runtime.ts";
import { type Attributes, absent, and, atMost, equals, ItemReader, or, set } from "./expressions.ts";
import { derive, keyOf } from "./handoff-record.ts";
import type { Handoffs } from "./handoffs.ts";
import { isRecipientId, type RecipientId } from "./recipients.ts";
import type { Table } from "./table.ts";
import { DUE_SHARD, exists, TOMBSTONE_SECONDS } from "./transitions.ts";

/** They lie beside the handoffs under ids that none of them can have. */
const PREFIX = "erasure/";

/** All of one, by name: roles that may not read envelopes may read nothing that they do not name. */
const ATTRIBUTES = ["actor", "dueAt", "afterId", "afterDueAt"] as const;
/** Where a look was cut off: those of them that say so. */
const PLACE = ["afterId", "afterDueAt"] as const;

/**
 * Seconds after which nothing is created any more for whoever was in the directory when an erasure began, and the index of what is due shows
 * what was. API Gateway answers within 30 seconds or not at all, and the sender's function ends before that; an erasure takes as long itself.
 */
export const LATE_CREATES_SECONDS = 300;
/** Seconds after which a look is taken up again that failed, or whose process died. */
const RETRY_SECONDS = 300;

/** How far a look has come among what is due: behind this item the next one goes on. */
type LookPlace = { readonly id: string; readonly dueAt: number };

/** An erasure after which somebody has to look once more, and who asked for it. */
type PendingErasure = {
  readonly recipient: RecipientId;
  readonly actor: Actor;
  /** Since when its look is due; and until when nobody else takes it. Unix seconds */
  readonly since: number;
  readonly dueAt: number;
  /** Where the look before was cut off. */
  readonly place: LookPlace | undefined;
};

export function isErasureId(id: string): boolean {
  return id.startsWith(PREFIX) && isRecipientId(id.slice(PREFIX.length));
}

/**
 * Remembers who was erased a moment ago. A create asks the directory first and puts its handoff later: one that stands between the two
 * while its recipient is erased leaves a handoff that nobody finds by the address. The sweeper revokes it; asking the directory twice would
 * make every create dearer instead.
 */
export class Erasures {
  readonly #table: Table;

  /** @param table the one-time table */
  constructor(table: Table) {
    this.#table = table;
  }

  /** Has the sweeper look, once no create can be under way. Comes before the entry goes, so that a process that dies forgets nobody. */
  async remember(recipient: RecipientId, actor: Actor, now: number): Promise<void> {
    const dueAt = now + LATE_CREATES_SECONDS;
    await this.#table.update({
      key: keyOf({ id: PREFIX + recipient }),
      set: [
        set("actor", JSON.stringify(actor)),
        set("dueShard", DUE_SHARD),
        set("dueAt", dueAt),
        set("ttl", now + TOMBSTONE_SECONDS),
      ],
      remove: PLACE,
      condition: or(absent("dueAt"), atMost("dueAt", dueAt)),
    });
  }

  /** Takes one whose time has come: nobody else does, until the next try is due. */
  async take(id: string, now: number): Promise<PendingErasure | undefined> {
    const item = await this.#table.get(keyOf({ id }), ATTRIBUTES);
    const since = item && new ItemReader(item).optionalNumber("dueAt");
    if (!item || since === undefined || since > now) return undefined;
    const dueAt = now + RETRY_SECONDS;
    const isTaken = await this.#table.update({
      key: keyOf({ id }),
      set: [set("dueAt", dueAt)],
      remove: [],
      condition: and(exists, equals("dueAt", since)),
    });
    if (!isTaken) return undefined;
    const read = new ItemReader(item);
    const actor = JSON.parse(read.string("actor")) as Actor;
    return { recipient: id.slice(PREFIX.length) as RecipientId, actor, since, dueAt, place: placeIn(read) };
  }

  /**
   * Keeps how far the look has come, unless the recipient was erased again: that look begins anew.
   * @param next when it goes on: due `since` as long as before, it is among the first of the next sweep
   */
  async keep(
    { recipient, dueAt }: PendingErasure,
    place: LookPlace | undefined,
    next: number,
  ): Promise<void> {
    await this.#table.update({
      key: keyOf({ id: PREFIX + recipient }),
      set: [set("dueAt", next), ...(place ? [set("afterId", place.id), set("afterDueAt", place.dueAt)] : [])],
      remove: [],
      condition: and(exists, equals("dueAt", dueAt)),
    });
  }

  /** Nothing is left to do, unless the recipient was erased again. */
  async settle({ recipient, dueAt }: PendingErasure): Promise<void> {
    await this.#table.update({
      key: keyOf({ id: PREFIX + recipient }),
      set: [],
      remove: ["dueShard", "dueAt", ...PLACE],
      condition: and(exists, equals("dueAt", dueAt)),
    });
  }
}

function placeIn(read: ItemReader): LookPlace | undefined {
  const [id, dueAt] = [read.optionalString("afterId"), read.optionalNumber("afterDueAt")];
  return id === undefined || dueAt === undefined ? undefined : { id, dueAt };
}

/** Handoffs that one call reads, and calls at once: the largest are billed 64 read units each. */
export const A_READ = 100;
const READS_AT_ONCE = 2;

type Revoking = { readonly handoffs: Handoffs; readonly clock: Clock };

/** Revokes those of these handoffs, {@link A_READ} at the most, that are open for a recipient. */
export async function revokeThoseOf(
  { handoffs, clock }: Revoking,
  actor: Actor,
  recipient: RecipientId,
  ids: readonly HandoffId[],
): Promise<void> {
  for (const record of await handoffs.getMany(ids)) {
    const now = clock();
    if (record.metadata.recipient !== recipient || derive(record, now).state !== "open") continue;
    await handoffs.withdraw(record, "revoked", actor, now);
  }
}

/**
 * Revokes whatever is open for a recipient, of every class.
 * @param isOver asked before each page
 * @param from where an earlier look was cut off: an open handoff moves back among what is due for its last attempt alone
 * @param passed called behind each page but the last
 * @returns whether it has come to the end
 */
export async function revokeOfRecipient(
  deps: Revoking,
  actor: Actor,
  recipient: RecipientId,
  isOver: () => boolean,
  {
    from,
    passed,
  }: { readonly from?: LookPlace | undefined; readonly passed?: (place: LookPlace) => void } = {},
): Promise<boolean> {
  let place = from;
  do {
    if (isOver()) return false;
    const page = await deps.handoffs.listDue(A_READ * READS_AT_ONCE, place && listPlace(place));
    const ids = page.ids.filter(isHandoffId);
    const reads = Array.from({ length: Math.ceil(ids.length / A_READ) }, (_, read) => read * A_READ);
    await Promise.all(
      reads.map((first) => revokeThoseOf(deps, actor, recipient, ids.slice(first, first + A_READ))),
    );
    place = page.next && nextPlace(page.next);
    if (place) passed?.(place);
  } while (place);
  return true;
}

function listPlace({ id, dueAt }: LookPlace): Parameters<Handoffs["listDue"]>[1] {
  return { key: keyOf({ id }), dueAt };
}

function nextPlace(next: Attributes): LookPlace {
  const read = new ItemReader(next);
  return { id: read.string("id"), dueAt: read.number("dueAt") };
}
