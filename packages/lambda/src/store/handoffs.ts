import type { Flags, HandoffId, Verifier } from "@secret-handoff/protocol";
import { MAX_ATTEMPTS, MAX_CODES } from "@secret-handoff/protocol";
import type { Actor } from "@secret-handoff/protocol/api";
import type { Entry } from "../events/event.ts";
import { type Attributes, attributes, B, ItemReader, L, N, S } from "./attributes.ts";
import { OWNER_INDEX } from "./definitions.ts";
import {
  type About,
  derive,
  type HandoffKey,
  type HandoffRecord,
  isReleased,
  keyOf,
  readHandoff,
  SENDER_ATTRIBUTES,
} from "./handoff.ts";
import type { Table } from "./table.ts";
import {
  all,
  BACKSTOP_SECONDS,
  change,
  DUE_SHARD,
  end,
  exists,
  isOpen,
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
  /** SHA-256 over everything the sender sent, so that a repeated create is recognised without reading the envelope. */
  readonly createDigest: Uint8Array;
  readonly about: About;
  /** Who may see and revoke it: a repository id, or an account. */
  readonly owner: string;
};

export type HandoffPage = { readonly records: readonly HandoffRecord[]; readonly next?: Attributes };

/** What a sender can do to handoffs. Never reads envelope, header or claim verifier. */
export class Handoffs {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** One conditional put. @returns false when a handoff has this id already */
  async put(handoff: NewHandoff, now: number): Promise<boolean> {
    const created: Entry = { type: "created", at: now };
    return this.#table.putNew(
      attributes({
        id: S(handoff.id),
        state: S("open"),
        class: S(handoff.class),
        flags: N(handoff.flags),
        createdAt: N(now),
        expiresAt: N(handoff.expiresAt),
        ttl: N(handoff.expiresAt + TTL_GRACE_SECONDS),
        attemptsLeft: N(MAX_ATTEMPTS),
        envelope: B(handoff.envelope),
        header: B(handoff.header),
        claimVerifier: B(handoff.claimVerifier),
        receiptVerifier: B(handoff.receiptVerifier),
        emailVerifier: handoff.emailVerifier && B(handoff.emailVerifier),
        codesLeft: handoff.emailVerifier && N(MAX_CODES),
        createDigest: B(handoff.createDigest),
        about: S(JSON.stringify(handoff.about)),
        owner: S(handoff.owner),
        outbox: L([S(JSON.stringify(created))]),
        sequence: N(0),
        dueShard: S(DUE_SHARD),
        dueAt: N(Math.min(now + BACKSTOP_SECONDS, handoff.expiresAt)),
      }),
      "id",
    );
  }

  async get(key: HandoffKey): Promise<HandoffRecord | undefined> {
    const item = await this.#table.get(keyOf(key), SENDER_ATTRIBUTES);
    return item && readHandoff(item);
  }

  /** One page of an owner's handoffs, newest first. The index is eventually consistent; the records are not. */
  async listByOwner(owner: string, limit: number, after: Attributes | undefined): Promise<HandoffPage> {
    const { items, next } = await this.#table.query({
      index: OWNER_INDEX,
      where: "#owner = :owner",
      values: { owner: S(owner) },
      limit,
      newestFirst: true,
      after,
    });
    const records = await Promise.all(
      items.map((item) => this.get({ id: new ItemReader(item).string("id") as HandoffId })),
    );
    return { records: records.filter((record) => record !== undefined), ...(next ? { next } : {}) };
  }

  /** Remembers that the mail was accepted; the first message id stays. @returns false when it was remembered before */
  async mailed(key: HandoffKey, messageId: string, actor: Actor, now: number): Promise<boolean> {
    const written = await this.#table.update(
      change({
        key,
        now,
        condition: all(exists, "attribute_not_exists(#mailedAt)"),
        events: [{ type: "mailed", at: now, actor }],
        set: ["#mailedAt = :now", "#messageId = :messageId"],
        values: { messageId: S(messageId) },
      }),
    );
    return written !== undefined;
  }

  /** Remembers that its mail bounced; told again, it writes nothing. @returns false when there was nothing to write */
  async bounced(id: HandoffId, now: number): Promise<boolean> {
    const written = await this.#table.update(
      change({
        key: { id },
        now,
        condition: all(exists, "attribute_not_exists(#bouncedAt)"),
        events: [{ type: "bounced", at: now, actor: { kind: "service" } }],
        set: ["#bouncedAt = :now"],
      }),
    );
    return written !== undefined;
  }

  /**
   * Ends an unread handoff.
   * @param by who asked
   * @returns `ended` when it had ended unread before, `released` when the secret has left the store
   */
  async withdraw(
    key: HandoffKey,
    to: "revoked" | "superseded",
    by: Actor,
    now: number,
  ): Promise<"withdrawn" | "ended" | "released"> {
    const event: Entry = { type: to, at: now, actor: by };
    const written = await this.#table.update(end(to, { key, now, condition: isOpen, events: [event] }));
    if (written) return "withdrawn";
    const record = await this.get(key);
    return record && isReleased(record) && derive(record, now).state !== "open" ? "released" : "ended";
  }
}
