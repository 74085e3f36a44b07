import { Leaf, Seal } from "@secret-handoff/protocol/api";
import { dayNumber } from "@secret-handoff/protocol/audit";
import * as v from "valibot";
import {
  type Attributes,
  absent,
  and,
  atMost,
  between,
  equals,
  ItemReader,
  itemOf,
  lessThan,
  or,
} from "./expressions.ts";
import type { Table } from "./table.ts";

/** Where the seals are in the audit table: one item a day, under the day's number. No handoff has such an id. */
const SEALS = "seals";
const leavesOf = (day: string) => `leaves/${day}`;

/** Leaves in one item: DynamoDB takes 400 KB, and an id is 100 bytes at the most. */
export const LEAVES_AN_ITEM = 2_000;

const isNew = absent("stream");

/** The number before the first part of a day's leaves. */
const PROGRESS = 0;

/** How far a run has come with a day that it has not sealed, so that the next one need not begin anew. */
export const SealProgress = v.object({
  /** The place of the last event that it counts. */
  at: v.string(),
  /** Events so far, and the roots of the tree over them (base64url). */
  count: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  roots: v.array(v.string()),
  /** Leaves that no stored part has yet. */
  leaves: v.array(Leaf),
  /** The numbers of the parts that come next. */
  leavesPart: v.number(),
  linesPart: v.number(),
});
export type SealProgress = v.InferOutput<typeof SealProgress>;

/** The seals of the trail, in the audit table: added, never changed, and kept for good. The leaves go when their events go. */
export class Seals {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** The newest seal; undefined before the first. @throws Error where it stands under another day than its own */
  async latest(): Promise<Seal | undefined> {
    const { items } = await this.#table.query({
      where: equals("stream", SEALS),
      limit: 1,
      newestFirst: true,
    });
    const [item] = items;
    if (!item) return undefined;
    const seal = readSeal(item);
    const place = new ItemReader(item).number("sequence");
    if (dayNumber(seal.day) === place) return seal;
    throw new Error(
      `The newest seal stands under the day ${place} and is of ${seal.day}: no sealer put it there.`,
    );
  }

  /** Seals of the days from `since` to `until` (days since 1970-01-01, both included), oldest first. */
  async between(
    since: number,
    until: number,
    limit: number,
  ): Promise<{ readonly seals: readonly Seal[]; readonly more: boolean }> {
    const { items, next } = await this.#table.query({
      where: and(equals("stream", SEALS), between("sequence", since, until)),
      limit,
    });
    return { seals: items.map(readSeal), more: next !== undefined };
  }

  /** Stores the seal of a day. @returns the one that the day has now: this one, or one that was there */
  async put(seal: Seal): Promise<Seal> {
    const item = itemOf({ stream: SEALS, sequence: dayNumber(seal.day), seal: JSON.stringify(seal) });
    return readSeal(await this.#table.putOrRead(item, isNew));
  }

  /**
   * Stores a part of a day's leaves; the same part again changes nothing.
   * @param part counts from 1
   * @param ttl Unix seconds
   */
  async putLeaves(day: string, part: number, leaves: readonly Leaf[], ttl: number): Promise<void> {
    const item = itemOf({ stream: leavesOf(day), sequence: part, leaves: JSON.stringify(leaves), ttl });
    await this.#table.put(item, isNew);
  }

  /** How far the last run has come with a day; undefined where none was cut off in it. */
  async progress(day: string): Promise<SealProgress | undefined> {
    const where = and(equals("stream", leavesOf(day)), equals("sequence", PROGRESS));
    const [item] = (await this.#table.query({ where, limit: 1 })).items;
    const text = item && new ItemReader(item).optionalString("progress");
    return text === undefined ? undefined : v.parse(SealProgress, JSON.parse(text));
  }

  /** Keeps how far a run has come, unless another has come further. */
  async keepProgress(day: string, progress: SealProgress, ttl: number): Promise<void> {
    const place = { stream: leavesOf(day), sequence: PROGRESS };
    const item = itemOf({ ...place, count: progress.count, progress: JSON.stringify(progress), ttl });
    await this.#table.put(item, or(isNew, lessThan("count", progress.count)));
  }

  /** Forgets it once the day is sealed: it may hold as much as a part of the leaves. */
  async dropProgress(day: string, { count }: Pick<SealProgress, "count">, ttl: number): Promise<void> {
    const item = itemOf({ stream: leavesOf(day), sequence: PROGRESS, count: 0, ttl });
    await this.#table.put(item, or(isNew, atMost("count", count)));
  }

  /** One part of a day's leaves; empty where there is none. @param part counts from 1 */
  async leaves(day: string, part: number): Promise<readonly Leaf[]> {
    const where = and(equals("stream", leavesOf(day)), equals("sequence", part));
    const [item] = (await this.#table.query({ where, limit: 1 })).items;
    return item ? v.parse(v.array(Leaf), JSON.parse(new ItemReader(item).string("leaves"))) : [];
  }
}

function readSeal(item: Attributes): Seal {
  return v.parse(Seal, JSON.parse(new ItemReader(item).string("seal")));
}
