import type { Flags, HandoffId, Verifier } from "@secret-handoff/protocol";
import { MAX_ATTEMPTS, MAX_CODES } from "@secret-handoff/protocol";
import type { Entry, Who } from "../events/event.ts";
import { attributes, B, ItemReader, L, N, S } from "./attributes.ts";
import { OWNER_INDEX } from "./definitions.ts";
import {
  derive,
  type HandoffKey,
  type HandoffRecord,
  isReleased,
  keyOf,
  readHandoff,
  SENDER_ATTRIBUTES,
  verificationOf,
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
  readonly sender: Who;
  /** Who may see and revoke it: a repository id, or an account. */
  readonly owner: string;
  readonly run: string | undefined;
  readonly secret: string | undefined;
  readonly versionId: string | undefined;
  /** Pseudonym. */
  readonly recipient: string | undefined;
  readonly reason: string | undefined;
  readonly subject: string | undefined;
};

export type HandoffPage = { readonly records: readonly HandoffRecord[]; readonly next?: string };

/** What a sender can do to handoffs. Never reads envelope, header or claim verifier. */
export class Handoffs {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** @returns false when this very item is there already */
  async put(handoff: NewHandoff, now: number): Promise<boolean> {
    const created: Entry = { what: "created", at: now };
    const mailedCode = handoff.emailVerifier !== undefined;
    return this.#table.putNew(
      attributes({
        id: S(handoff.id),
        linkVerifier: B(handoff.linkVerifier),
        state: S("open"),
        class: S(handoff.class),
        flags: N(handoff.flags),
        verification: S(verificationOf(handoff.flags, mailedCode)),
        createdAt: N(now),
        changedAt: N(now),
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
        sender: S(JSON.stringify(handoff.sender)),
        owner: S(handoff.owner),
        run: optionalString(handoff.run),
        secret: optionalString(handoff.secret),
        versionId: optionalString(handoff.versionId),
        recipient: optionalString(handoff.recipient),
        reason: optionalString(handoff.reason),
        subject: optionalString(handoff.subject),
        outbox: L([S(JSON.stringify(created))]),
        sequence: N(0),
        dueShard: S(DUE_SHARD),
        dueAt: N(Math.min(now + BACKSTOP_SECONDS, handoff.expiresAt)),
      }),
      "id",
    );
  }

  /** The handoff with this id, whatever its link verifier. */
  async find(id: HandoffId): Promise<HandoffRecord | undefined> {
    const { items } = await this.#table.query({
      where: "#id = :id",
      values: { id: S(id) },
      attributes: SENDER_ATTRIBUTES,
      limit: 1,
    });
    return items[0] && readHandoff(items[0]);
  }

  async get(key: HandoffKey): Promise<HandoffRecord | undefined> {
    const item = await this.#table.get(keyOf(key), SENDER_ATTRIBUTES);
    return item && readHandoff(item);
  }

  /** An owner's handoffs, newest first. The index is eventually consistent; the records are not. */
  async listByOwner(owner: string, limit: number, cursor: string | undefined): Promise<HandoffPage> {
    const { items, next } = await this.#table.query({
      index: OWNER_INDEX,
      where: "#owner = :owner",
      values: { owner: S(owner) },
      limit,
      newestFirst: true,
      after: cursor === undefined ? undefined : readCursor(cursor, owner),
    });
    const records = await Promise.all(
      items.map((item) => {
        const read = new ItemReader(item);
        return this.get({
          id: read.string("id") as HandoffId,
          linkVerifier: read.bytes("linkVerifier") as Verifier,
        });
      }),
    );
    return {
      records: records.filter((record) => record !== undefined),
      ...(next ? { next: writeCursor(new ItemReader(next)) } : {}),
    };
  }

  /** Remembers that the mail was accepted; the first message id stays. @returns false when it was remembered before */
  async mailed(key: HandoffKey, messageId: string, now: number): Promise<boolean> {
    const written = await this.#table.update(
      change({
        key,
        now,
        condition: all(exists, "attribute_not_exists(#mailedAt)"),
        events: [{ what: "mailed", at: now }],
        set: ["#mailedAt = :now", "#messageId = :messageId"],
        values: { messageId: S(messageId) },
      }),
    );
    return written !== undefined;
  }

  /** Remembers that its mail bounced; told again, it writes nothing. @returns false when there was nothing to write */
  async bounced(id: HandoffId, now: number): Promise<boolean> {
    const record = await this.find(id);
    if (!record) return false;
    const written = await this.#table.update(
      change({
        key: record,
        now,
        condition: all(exists, "attribute_not_exists(#bouncedAt)"),
        events: [{ what: "bounced", at: now, who: { kind: "service" } }],
        set: ["#bouncedAt = :now"],
      }),
    );
    return written !== undefined;
  }

  /**
   * Ends an unread handoff.
   * @param by who asked, where it is not the handoff's own sender
   * @returns `ended` when it had ended unread before, `released` when the secret has left the store
   */
  async withdraw(
    key: HandoffKey,
    to: "revoked" | "superseded",
    by: { readonly who?: Who; readonly reason?: string | undefined },
    now: number,
  ): Promise<"withdrawn" | "ended" | "released"> {
    const event: Entry = {
      what: to,
      at: now,
      ...(by.who ? { who: by.who } : {}),
      ...(by.reason ? { reason: by.reason } : {}),
    };
    const written = await this.#table.update(end(to, { key, now, condition: isOpen, events: [event] }));
    if (written) return "withdrawn";
    const record = await this.get(key);
    return record && isReleased(record) && derive(record, now).state !== "open" ? "released" : "ended";
  }
}

function optionalString(value: string | undefined) {
  return value === undefined ? undefined : S(value);
}

function writeCursor(read: ItemReader): string {
  const key = [
    read.string("id"),
    Buffer.from(read.bytes("linkVerifier")).toString("base64url"),
    read.number("createdAt"),
  ];
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** @throws CursorError when the cursor is not one that a page ended with */
function readCursor(cursor: string, owner: string) {
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch (cause) {
    throw new CursorError({ cause });
  }
  if (!Array.isArray(key)) throw new CursorError();
  const [id, linkVerifier, createdAt]: unknown[] = key;
  if (typeof id !== "string" || typeof linkVerifier !== "string" || !Number.isSafeInteger(createdAt)) {
    throw new CursorError();
  }
  return {
    id: S(id),
    linkVerifier: B(Buffer.from(linkVerifier, "base64url")),
    owner: S(owner),
    createdAt: N(Number(createdAt)),
  };
}

/** A cursor that no page ended with. */
export class CursorError extends Error {
  override readonly name = "CursorError";

  constructor(options?: ErrorOptions) {
    super("the cursor is not one that a page ended with", options);
  }
}
