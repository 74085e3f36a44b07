import { type Flags, type HandoffId, MAX_ATTEMPTS, MAX_CODES, type Verifier } from "@secret-handoff/protocol";
import type { Actor } from "@secret-handoff/protocol/api";
import { DUE_INDEX, OWNER_INDEX } from "./definitions.ts";
import { type Attributes, absent, and, equals, ItemReader, itemOf, set } from "./expressions.ts";
import {
  derive,
  type HandoffKey,
  type HandoffMetadata,
  type HandoffRecord,
  keyOf,
  type ListedHandoff,
  RECORD_ATTRIBUTES,
  readHandoff,
  readListed,
} from "./handoff-record.ts";
import type { RequestRecord } from "./request-record.ts";
import type { Table } from "./table.ts";
import {
  byService,
  change,
  DUE_SHARD,
  type Entry,
  end,
  exists,
  isNew,
  open,
  TOMBSTONE_SECONDS,
  TTL_GRACE_SECONDS,
} from "./transitions.ts";

/** A handoff as a sender creates it. */
export type NewHandoff = HandoffKey & {
  readonly class: string;
  readonly flags: Flags;
  readonly expiresAt: number;
  readonly claimVerifier: Verifier;
  readonly receiptVerifier: Verifier;
  readonly emailVerifier: Verifier | undefined;
  readonly envelope: Uint8Array;
  readonly header: Uint8Array;
  /** SHA-256 over what the sender sent, so that a repeated create is recognised without reading the envelope. */
  readonly createDigest: Uint8Array;
  readonly metadata: HandoffMetadata;
  readonly secret: string | undefined;
  readonly versionId: string | undefined;
  readonly run: string | undefined;
  /** Who may see and revoke it: a repository id, or `iam`. */
  readonly owner: string;
};

type HandoffPage = { readonly records: readonly ListedHandoff[]; readonly next?: Attributes };

/** Keys that one call of BatchGetItem takes. */
const MOST_READ = 100;

/** What a sender can do to handoffs. Never reads envelope, header or a verifier. */
export class Handoffs {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** One conditional put. @returns false when a handoff has this id already */
  async put(handoff: NewHandoff, now: number): Promise<boolean> {
    const created: Entry = { type: "created", at: now };
    const { metadata, emailVerifier, ...plain } = handoff;
    return this.#table.put(
      itemOf({
        ...plain,
        state: "open",
        createdAt: now,
        ttl: handoff.expiresAt + TTL_GRACE_SECONDS,
        attemptsLeft: MAX_ATTEMPTS,
        emailVerifier,
        codesLeft: emailVerifier && MAX_CODES,
        metadata: JSON.stringify(metadata),
        outbox: [JSON.stringify(created)],
        sequence: 0,
        dueShard: DUE_SHARD,
        dueAt: handoff.expiresAt,
      }),
      isNew,
    );
  }

  /**
   * Takes the ids of handoffs that a create may still put, with what a revoked one leaves: the put then fails. What is there stays.
   * @param uses of the request that was denied
   */
  async bar({ id: request, class: name, asked, uses }: RequestRecord, by: Actor, now: number): Promise<void> {
    const ids = [...new Set(uses.map(({ handoff }) => handoff))];
    for (let from = 0; from < ids.length; from += MOST_READ) {
      const page = ids.slice(from, from + MOST_READ);
      const found = new Set((await this.getMany(page)).map(({ id }) => id));
      const metadata: HandoffMetadata = { sender: by, request };
      const barred = {
        ...{ owner: asked.eventOwner, state: "revoked", class: name, flags: 0, attemptsLeft: 0 },
        ...{ createdAt: now, expiresAt: now, changedAt: now, ttl: now + TOMBSTONE_SECONDS },
        ...{ metadata: JSON.stringify(metadata), outbox: [], sequence: 0 },
      };
      // A put that fails bills the item that is there, with its envelope: so only where there is none.
      const missing = page.filter((id) => !found.has(id));
      await Promise.all(missing.map((id) => this.#table.put(itemOf({ id, ...barred }), isNew)));
    }
  }

  async get(key: HandoffKey): Promise<HandoffRecord | undefined> {
    const item = await this.#table.get(keyOf(key), RECORD_ATTRIBUTES);
    return item && readHandoff(item);
  }

  /** Those of these handoffs that there are, 100 at the most. */
  async getMany(ids: readonly HandoffId[]): Promise<readonly HandoffRecord[]> {
    const items = await this.#table.getMany(
      ids.map((id) => keyOf({ id })),
      RECORD_ATTRIBUTES,
    );
    return items.map(readHandoff);
  }

  /**
   * One page of the ids of what is due, now or later: every open handoff is among them, with others and with what lies beside the
   * handoffs.
   */
  async listDue(
    limit: number,
    after: { readonly key: Attributes; readonly dueAt: number } | undefined,
  ): Promise<{ readonly ids: readonly string[]; readonly next?: Attributes }> {
    const { items, next } = await this.#table.query({
      index: DUE_INDEX,
      where: equals("dueShard", DUE_SHARD),
      limit,
      after: after && { ...after.key, ...itemOf({ dueShard: DUE_SHARD, dueAt: after.dueAt }) },
    });
    return { ids: items.map((item) => new ItemReader(item).string("id")), ...(next ? { next } : {}) };
  }

  /** One page of an owner's handoffs, newest first, as they were a moment ago. */
  async listByOwner(owner: string, limit: number, after: Attributes | undefined): Promise<HandoffPage> {
    const where = equals("owner", owner);
    const { items, next } = await this.#table.query({
      index: OWNER_INDEX,
      where,
      limit,
      newestFirst: true,
      after,
    });
    return { records: items.map(readListed), ...(next ? { next } : {}) };
  }

  /** Records that the mail was accepted; the first message id stays. @returns false when it was remembered before */
  async mailed(key: HandoffKey, messageId: string, actor: Actor, now: number): Promise<boolean> {
    return this.#table.update(
      change({
        key,
        now,
        condition: and(exists, absent("mailedAt")),
        events: [{ type: "mailed", at: now, actor }],
        set: [set("mailedAt", now), set("messageId", messageId)],
      }),
    );
  }

  /**
   * Records that its mail bounced. The message must be the one that was reported mailed, for anybody in the account can tag a mail
   * with a handoff; and a handoff that was opened had its mail. Repeated, it writes nothing.
   * @returns false when there was nothing to write
   */
  async bounced(id: HandoffId, messageId: string, now: number): Promise<boolean> {
    return this.#table.update(
      change({
        key: { id },
        now,
        condition: and(open(now), equals("messageId", messageId), absent("bouncedAt")),
        events: [byService("bounced", now)],
        set: [set("bouncedAt", now)],
      }),
    );
  }

  /**
   * Ends an unread handoff.
   * @param by who asked
   * @param only what it must be besides, where the id comes from a caller: whoever knows a link can name its id in a create
   * @param takenBackBy who revokes, named as the owner of a request is: what another than the owner ends, stays used
   * @returns `ended` when it had ended unread before, `released` when the secret has left the store
   */
  async withdraw(
    key: HandoffKey,
    to: "revoked" | "superseded",
    by: Actor,
    now: number,
    only: { readonly owner?: string; readonly createDigest?: Uint8Array } = {},
    takenBackBy?: string,
  ): Promise<"withdrawn" | "ended" | "released"> {
    const events: readonly Entry[] = [{ type: to, at: now, actor: by }];
    const named = Object.entries(only).map(([name, value]) => equals(name, value));
    const condition = and(open(now), ...named);
    const marks = takenBackBy === undefined ? [] : [set("takenBackBy", takenBackBy)];
    if (await this.#table.update(end(to, { key, now, condition, events, set: marks }))) return "withdrawn";
    const record = await this.get(key);
    return record?.claimedAt !== undefined && derive(record, now).state !== "open" ? "released" : "ended";
  }
}
