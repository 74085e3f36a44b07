import { createHash } from "node:crypto";
import {
  type Actor,
  type AuditEvent,
  type EventType,
  isoTime,
  SENDER_ANSWER_LIMIT,
} from "@secret-handoff/protocol/api";
import {
  CLASS_INDEX,
  RECIPIENT_INDEX,
  REPOSITORY_INDEX,
  REQUEST_INDEX,
  SECRET_INDEX,
  TYPE_INDEX,
} from "./definitions.ts";
import {
  type Attributes,
  and,
  attributeOf,
  between,
  type Expression,
  equals,
  ItemReader,
  itemOf,
} from "./expressions.ts";
import { isRepository, repositoryOf } from "./named-senders.ts";
import type { Table } from "./table.ts";

/** What of the trail is asked for; every part that is named must hold. */
export type EventFilter = {
  readonly handoff?: string | undefined;
  readonly request?: string | undefined;
  readonly secret?: string | undefined;
  /** A recipient id. */
  readonly recipient?: string | undefined;
  /** The path of a repository or project as it was at the time, or its number; a pipeline's with its issuer before it too. */
  readonly repository?: string | undefined;
  readonly class?: string | undefined;
  readonly type?: EventType | undefined;
};

/** Unix seconds, both included. */
export type Period = { readonly since: number; readonly until: number };

/** Where a page ended. */
export type IndexPlace = { readonly stream: string; readonly sequence: number; readonly at: string };

type IndexPage = { readonly events: readonly AuditEvent[]; readonly next?: IndexPlace };

/**
 * Every handoff that goes well leaves one each of these: a day's events hold them already, and an entry of its own in an index would
 * cost a write for each.
 */
const ORDINARY: ReadonlySet<EventType> = new Set(["created", "mailed", "claimed", "acknowledged"]);

/** The secret as a key of fixed size: DynamoDB takes 2,048 bytes, and a secret's name may have more. */
const secretKey = (secret: string) => createHash("sha256").update(secret).digest("base64url");

/** The indexes in the order in which they are chosen, the most selective first: each with the value that an event has there. */
const INDEXES = [
  { index: RECIPIENT_INDEX, name: "recipient", of: ({ recipient }: EventFilter) => recipient },
  { index: REQUEST_INDEX, name: "request", of: ({ request }: EventFilter) => request },
  { index: SECRET_INDEX, name: "secret", of: ({ secret }: EventFilter) => secret && secretKey(secret) },
  {
    index: TYPE_INDEX,
    name: "type",
    of: ({ type }: EventFilter) => (type === undefined || ORDINARY.has(type) ? undefined : type),
  },
  {
    index: REPOSITORY_INDEX,
    name: "repository",
    of: ({ repository }: EventFilter) => (isPath(repository) ? pathKey(repository) : undefined),
  },
  { index: CLASS_INDEX, name: "class", of: (filter: EventFilter) => filter.class },
] as const;

/** The attributes by which they find it. */
export const INDEXED_ATTRIBUTES: readonly string[] = INDEXES.map(({ name }) => name);

/** Events stand in the index by the path alone: a number, or one with an issuer before it, is looked for day by day. */
function isPath(repository: string | undefined): repository is string {
  return repository !== undefined && !/^\d+$|:\/\//.test(repository);
}

/** A project's path may be longer than a key may. */
function pathKey(repository: string): string {
  const path = repository.toLowerCase();
  return path.length > LONGEST_PATH ? secretKey(path) : path;
}

/** Characters, of three bytes at the most. */
const LONGEST_PATH = 600;

/** The attributes by which an event is found. */
export function indexKeys(event: AuditEvent): Readonly<Record<string, string | undefined>> {
  const filter: EventFilter = { ...event, repository: pathOf(event) };
  return Object.fromEntries(INDEXES.map(({ name, of }) => [name, of(filter)]));
}

/**
 * Items that lead to the event from each secret of a set, and from each recipient of a request for several, by their keys alone: an item
 * stands in an index once.
 * @param at the event's place in time, as its own item has it
 */
export function memberItems(
  stream: string,
  sequence: number,
  { members = [], recipients = [] }: AuditEvent,
  { at, ttl }: { readonly at: string; readonly ttl: number },
): readonly Attributes[] {
  const named = [
    ...members.map((secret) => ({ secret: secretKey(secret) })),
    ...recipients.map((recipient) => ({ recipient })),
  ];
  return named.map((member, index) =>
    itemOf({ stream: `${MEMBER}${index}/${stream}`, sequence, ...member, at, ttl }),
  );
}

const MEMBER = "member/";

function eventKey(item: Attributes): Attributes {
  const read = new ItemReader(item);
  const stream = read.string("stream").replace(/^member\/\d+\//, "");
  return { stream: attributeOf(stream), sequence: attributeOf(read.number("sequence")) };
}

/** Finds events by something else than their day. */
export class EventIndex {
  readonly #table: Table;

  /** @param table the audit table */
  constructor(table: Table) {
    this.#table = table;
  }

  /** Whether there is an index for this; where not, the days have to be read. */
  serves(filter: EventFilter): boolean {
    return filter.handoff !== undefined || indexFor(filter) !== undefined;
  }

  /**
   * One page of events, oldest first: one query of an index, and one read of what it names.
   * @param filter one that {@link serves} holds for
   * @param limit 1 to 100; a page may have fewer, and yet another after it
   */
  async page(
    filter: EventFilter,
    period: Period,
    limit: number,
    after: IndexPlace | undefined,
  ): Promise<IndexPage> {
    if (filter.handoff !== undefined) return this.#handoff(filter.handoff, filter, period, limit, after);
    const found = indexFor(filter);
    if (!found) throw new Error("no index of the audit table serves this filter");
    const { index, name, value } = found;
    const { items, next } = await this.#table.query({
      index,
      where: and(equals(name, value), inPeriod(period)),
      limit,
      after: after && itemOf({ ...after, [name]: value }),
    });
    const filled = filling(items, await this.#table.getMany(items.map(eventKey)));
    return pageOf(filled.items.map(readEvent), filter, period, filled.last ?? next);
  }

  async #handoff(
    id: string,
    filter: EventFilter,
    period: Period,
    limit: number,
    after: IndexPlace | undefined,
  ): Promise<IndexPage> {
    const { items, next } = await this.#table.query({
      where: equals("stream", id),
      limit,
      after: after && itemOf({ stream: id, sequence: after.sequence }),
    });
    return pageOf(items.map(readEvent), filter, period, next);
  }
}

/**
 * Bytes of events after which a page of an index ends: half of what an answer may have. An index holds keys alone, so DynamoDB's own limit
 * of a megabyte does not end the page, and a set's names may take 33 KB of each event.
 */
const PAGE_BYTES = SENDER_ANSWER_LIMIT / 2;

/**
 * The items that fill a page, each once.
 * @param places what the index leads to, in its order
 * @param items those of the places that there are
 * @returns the last of the places that the page has come to, where it is full before their end
 */
function filling(
  places: readonly Attributes[],
  items: readonly Attributes[],
): { readonly items: readonly Attributes[]; readonly last?: Attributes } {
  const nameOf = ({ stream, sequence }: Attributes) => JSON.stringify([stream, sequence]);
  const byName = new Map(items.map((item) => [nameOf(item), item]));
  const found: Attributes[] = [];
  let bytes = 0;
  let last: Attributes | undefined;
  for (const place of places) {
    const name = nameOf(eventKey(place));
    const item = byName.get(name);
    const size = item === undefined ? 0 : Buffer.byteLength(new ItemReader(item).string("event"));
    if (last && bytes + size > PAGE_BYTES) return { items: found, last };
    if (item) found.push(item);
    // An event may name one secret twice.
    byName.delete(name);
    bytes += size;
    last = place;
  }
  return { items: found };
}

function indexFor(filter: EventFilter) {
  for (const { index, name, of } of INDEXES) {
    const value = of(filter);
    if (value !== undefined) return { index, name, value };
  }
  return undefined;
}

/** A place in time begins with the moment that the event is filed under. */
function inPeriod({ since, until }: Period): Expression {
  return between("at", isoTime(since), `${isoTime(until)}~`);
}

function pageOf(
  events: readonly AuditEvent[],
  filter: EventFilter,
  { since, until }: Period,
  next: Attributes | undefined,
): IndexPage {
  const [first, last] = [isoTime(since), isoTime(until)];
  const wanted = events.filter((event) => {
    const time = event.recorded ?? event.time;
    return time >= first && time <= last && isWanted(event, filter);
  });
  return { events: wanted, ...(next ? { next: placeIn(next) } : {}) };
}

function placeIn(key: Attributes): IndexPlace {
  const read = new ItemReader(key);
  return {
    stream: read.string("stream"),
    sequence: read.number("sequence"),
    at: read.optionalString("at") ?? "",
  };
}

/** Whether an event is one that is asked for. */
export function isWanted(event: AuditEvent, filter: EventFilter): boolean {
  const { handoff, request, secret, recipient, repository, type } = filter;
  return (
    (handoff === undefined || event.handoff === handoff) &&
    (request === undefined || event.request === request) &&
    (secret === undefined || namesSecret(event, secret)) &&
    (recipient === undefined || namesRecipient(event, recipient)) &&
    (repository === undefined || isOfRepository(event, repository)) &&
    (filter.class === undefined || event.class === filter.class) &&
    (type === undefined || event.type === type)
  );
}

function namesSecret(event: AuditEvent, secret: string): boolean {
  return event.secret === secret || (event.members?.includes(secret) ?? false);
}

function namesRecipient(event: AuditEvent, recipient: string): boolean {
  return event.recipient === recipient || (event.recipients?.includes(recipient) ?? false);
}

/** The repository or project that an event is about: the handoff's, or the caller's. */
function pathOf({ repository, actor }: AuditEvent): string | undefined {
  return repository ?? repositoryOf(actor);
}

function isOfRepository(event: AuditEvent, repository: string): boolean {
  return isRepository(event.owner ?? numberOf(event.actor), pathOf(event), repository);
}

function numberOf(actor: Actor): string | undefined {
  if (actor.kind === "github") return actor.repositoryId;
  return actor.kind === "pipeline" ? `${actor.issuer}#${actor.projectId}` : undefined;
}

/** The event that an item of the audit table holds. */
export function readEvent(item: Attributes): AuditEvent {
  return JSON.parse(new ItemReader(item).string("event")) as AuditEvent;
}
