import { randomBytes } from "node:crypto";
import { DEFAULT_RETENTION_DAYS, RECIPIENT_INDEX } from "./definitions.ts";
import {
  type Attributes,
  absent,
  and,
  attributeOf,
  type Expression,
  equals,
  ItemReader,
  or,
  present,
  set,
  setIfAbsent,
} from "./expressions.ts";
import type { Table } from "./table.ts";

/** The random name of a recipient in the trail: base64url of 16 bytes. */
export type RecipientId = string & { readonly "recipient id": true };

export function newRecipientId(): RecipientId {
  return randomBytes(16).toString("base64url") as RecipientId;
}

export function isRecipientId(text: string): text is RecipientId {
  return /^[\w-]{22}$/.test(text);
}

/** Uses the directory's keys, which the service never sees. */
export type RecipientKeys = {
  /** A MAC of a normalised address. Without its key nobody can test guesses of the address. */
  readonly macOf: (address: string) => Promise<Uint8Array>;
  /**
   * Encrypts addresses, each bound to the name of its entry and to its id, so that neither can be swapped; undefined where the
   * deployment keeps no address at all.
   */
  readonly addresses:
    | {
        readonly encrypt: (boundTo: string, plain: Uint8Array) => Promise<Uint8Array>;
        readonly decrypt: (boundTo: string, sealed: Uint8Array) => Promise<Uint8Array>;
      }
    | undefined;
};

/** Entries lie beside the events under a partition key that no handoff's events can have. */
const PREFIX = "recipient/";
/** Stands where an event has its time, so that {@link RECIPIENT_INDEX} leads from an id to the entry, and from a time to events only. */
const ENTRY = "entry";
/** Days that an entry stays after its last use: as long as events that name it, and the subject's memory, may need it. */
const SLACK_DAYS = 120;
/** Encrypted addresses are padded to a multiple of this, bytes: their lengths would distinguish them. */
const PADDED = 320;

/**
 * The recipients directory: says whose a recipient id is, until it is erased. An entry lies under the MAC of the address and holds a
 * random id and the encrypted address. Nothing else in any table is derived from an address.
 */
export class Recipients {
  readonly #table: Table;
  readonly #keys: RecipientKeys;
  readonly #lifeSeconds: number;

  /**
   * @param table the audit table
   * @param retentionDays of events
   */
  constructor(table: Table, keys: RecipientKeys, retentionDays = DEFAULT_RETENTION_DAYS) {
    this.#table = table;
    this.#keys = keys;
    this.#lifeSeconds = (Math.max(retentionDays, DEFAULT_RETENTION_DAYS) + SLACK_DAYS) * 86_400;
  }

  /**
   * The id of a recipient, who gets one where there is none. One conditional write, whether or not there was.
   * @param address normalised
   * @param now Unix seconds
   */
  async idOf(address: string, now: number): Promise<RecipientId> {
    const fresh = newRecipientId();
    const entry = await this.#nameOf(address);
    const sealed = await this.#keys.addresses?.encrypt(bound(entry, fresh), padded(address));
    const written = await this.#table.updateAndRead({
      key: keyOf(entry),
      set: [
        setIfAbsent("recipient", fresh),
        setIfAbsent("at", ENTRY),
        ...(sealed ? [setIfAbsent("address", sealed), setIfAbsent("boundTo", fresh)] : []),
        set("ttl", now + this.#lifeSeconds),
      ],
      remove: sealed ? [] : ["address", "boundTo"],
      condition: isEntryOrNothing,
    });
    if (!written.done) throw new Error("an item of the audit table stands in a recipient's place");
    const id = idIn(written.item);
    const boundTo = new ItemReader(written.item).optionalString("boundTo");
    // Bound to any other id, somebody has changed the entry: whoever reads the trail finds that, and it must stay so.
    if (sealed && boundTo === fresh && fresh !== id) await this.#bindAnew(entry, id, fresh, address);
    return id;
  }

  /** The entry was made while the deployment kept no address, and has just got one that is bound to the id that was not taken. */
  async #bindAnew(entry: string, id: RecipientId, boundTo: RecipientId, address: string): Promise<void> {
    const sealed = await this.#keys.addresses?.encrypt(bound(entry, id), padded(address));
    if (!sealed) return;
    await this.#table.update({
      key: keyOf(entry),
      set: [set("address", sealed), set("boundTo", id)],
      remove: [],
      condition: and(equals("recipient", id), equals("boundTo", boundTo)),
    });
  }

  /** The id of a recipient who has one. @param address normalised */
  async find(address: string): Promise<RecipientId | undefined> {
    const item = await this.#table.get(keyOf(await this.#nameOf(address)), ["recipient"]);
    return item && idIn(item);
  }

  /**
   * As {@link find}, for whoever reads the trail: an entry whose id was changed would show what somebody else has received.
   * @throws Error where the address was not encrypted with this id
   */
  async findChecked(address: string): Promise<RecipientId | undefined> {
    const entry = await this.#nameOf(address);
    const item = await this.#table.get(keyOf(entry), ["recipient", "address"]);
    const id = item && idIn(item);
    const sealed = item && new ItemReader(item).optionalBytes("address");
    if (id && sealed) await this.#keys.addresses?.decrypt(bound(entry, id), sealed);
    return id;
  }

  /** The address of a recipient; undefined where nobody has this id, or the deployment keeps no address. */
  async addressOf(id: RecipientId): Promise<string | undefined> {
    const entry = await this.#entryOf(id);
    const item = entry && (await this.#table.get(keyOf(entry), ["recipient", "address"]));
    const sealed = item && idIn(item) === id ? new ItemReader(item).optionalBytes("address") : undefined;
    const plain = entry && sealed && (await this.#keys.addresses?.decrypt(bound(entry, id), sealed));
    return plain && unpadded(plain);
  }

  /** Whether there is an entry of this id. An index leads there, which lags a moment behind a new entry. */
  async has(id: RecipientId): Promise<boolean> {
    return (await this.#entryOf(id)) !== undefined;
  }

  /** Removes the entry: from then on nothing leads from the id to the address, nor back. @returns false where nobody has this id */
  async erase(id: RecipientId): Promise<boolean> {
    const entry = await this.#entryOf(id);
    // Whoever has the same address may have a new id by now, and keeps it.
    return entry !== undefined && (await this.#table.delete(keyOf(entry), equals("recipient", id)));
  }

  /**
   * A secret of the deployment for another purpose than the directory, under the same key.
   * @param purpose no address
   */
  secretFor(purpose: "cursors"): Promise<Uint8Array> {
    return this.#keys.macOf(`secret-handoff ${purpose} v1`);
  }

  async #nameOf(address: string): Promise<string> {
    return `${PREFIX}${Buffer.from(await this.#keys.macOf(address)).toString("base64url")}`;
  }

  /** The name of an id's entry. */
  async #entryOf(id: RecipientId): Promise<string | undefined> {
    const { items } = await this.#table.query({
      index: RECIPIENT_INDEX,
      where: and(equals("recipient", id), equals("at", ENTRY)),
      limit: 1,
    });
    return items[0] && new ItemReader(items[0]).string("stream");
  }
}

function keyOf(entry: string): Attributes {
  return { stream: attributeOf(entry), sequence: attributeOf(0) };
}

/** What an encrypted address is bound to. It begins as the entry does: the function's role may use the key for nothing else. */
function bound(entry: string, id: RecipientId): string {
  return `${entry}/${id}`;
}

const isEntryOrNothing: Expression = or(absent("stream"), present("recipient"));

function idIn(item: Attributes): RecipientId {
  return new ItemReader(item).string("recipient") as RecipientId;
}

function padded(address: string): Uint8Array {
  const bytes = Buffer.from(address);
  return Buffer.concat([bytes], Math.ceil(bytes.length / PADDED) * PADDED);
}

/** An address is printable ASCII: zeros can only be padding. */
function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString().replace(/\0+$/, "");
}
