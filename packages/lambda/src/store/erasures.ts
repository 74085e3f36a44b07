import { type HandoffId, isHandoffId } from "@secret-handoff/protocol";
import type { Actor } from "@secret-handoff/protocol/api";
import type { Clock } from "../runtime.ts";
import { absent, and, atMost, equals, ItemReader, or, set } from "./expressions.ts";
import { derive, keyOf } from "./handoff-record.ts";
import type { Handoffs } from "./handoffs.ts";
import { isRecipientId, type RecipientId } from "./recipients.ts";
import type { Table } from "./table.ts";
import { DUE_SHARD, exists, TOMBSTONE_SECONDS } from "./transitions.ts";

/** They lie beside the handoffs under ids that none of them can have. */
const PREFIX = "erasure/";

/** All of one, by name: roles that may not read envelopes may read nothing that they do not name. */
const ATTRIBUTES = ["actor", "dueAt"] as const;

/**
 * Seconds after which nothing is created any more for whoever was in the directory when an erasure began, and the index of what is due shows
 * what was. API Gateway answers within 30 seconds or not at all, and the sender's function ends before that; an erasure takes as long itself.
 */
export const LATE_CREATES_SECONDS = 300;
/** Seconds after which a look that was cut off is begun again: it must not hold up what else is due. */
const RETRY_SECONDS = 300;

/** An erasure after which somebody has to look once more, and who asked for it. */
type PendingErasure = { readonly recipient: RecipientId; readonly actor: Actor; readonly dueAt: number };

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
      remove: [],
      condition: or(absent("dueAt"), atMost("dueAt", dueAt)),
    });
  }

  /** Takes one whose time has come: nobody else does, until the next try is due. */
  async take(id: string, now: number): Promise<PendingErasure | undefined> {
    const item = await this.#table.get(keyOf({ id }), ATTRIBUTES);
    const due = item && new ItemReader(item).optionalNumber("dueAt");
    if (!item || due === undefined || due > now) return undefined;
    const dueAt = now + RETRY_SECONDS;
    const isTaken = await this.#table.update({
      key: keyOf({ id }),
      set: [set("dueAt", dueAt)],
      remove: [],
      condition: and(exists, equals("dueAt", due)),
    });
    if (!isTaken) return undefined;
    const actor = JSON.parse(new ItemReader(item).string("actor")) as Actor;
    return { recipient: id.slice(PREFIX.length) as RecipientId, actor, dueAt };
  }

  /** Nothing is left to do, unless the recipient was erased again. */
  async settle({ recipient, dueAt }: PendingErasure): Promise<void> {
    await this.#table.update({
      key: keyOf({ id: PREFIX + recipient }),
      set: [],
      remove: ["dueShard", "dueAt"],
      condition: and(exists, equals("dueAt", dueAt)),
    });
  }
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
 * @returns whether it has come to the end
 */
export async function revokeOfRecipient(
  deps: Revoking,
  actor: Actor,
  recipient: RecipientId,
  isOver: () => boolean,
): Promise<boolean> {
  let after: Parameters<Handoffs["listDue"]>[1];
  do {
    if (isOver()) return false;
    const page = await deps.handoffs.listDue(A_READ * READS_AT_ONCE, after);
    const ids = page.ids.filter(isHandoffId);
    const reads = Array.from({ length: Math.ceil(ids.length / A_READ) }, (_, read) => read * A_READ);
    await Promise.all(
      reads.map((first) => revokeThoseOf(deps, actor, recipient, ids.slice(first, first + A_READ))),
    );
    const next = page.next && new ItemReader(page.next);
    after = next && { key: keyOf({ id: next.string("id") }), dueAt: next.number("dueAt") };
  } while (after);
  return true;
}
