import { Leaf, Misfiled, Seal } from "@secret-handoff/protocol/api";
import { dayNumber, type Placed } from "@secret-handoff/protocol/audit";
import * as v from "valibot";
import type { Deadline } from "../runtime/deadline.ts";
import type { ServiceClient } from "../service/service-client.ts";

/**
 * What a schema takes, as it was parsed: a schema's own result lacks members that it does not know, and some of any name (`__proto__`).
 * Hashes and signatures are over all of them.
 */
export function whole<Schema extends v.GenericSchema>(schema: Schema) {
  return v.custom<v.InferOutput<Schema>>((value) => v.is(schema, value));
}

const KnownMembers = v.looseObject({
  id: v.string(),
  type: v.string(),
  time: v.pipe(v.string(), v.isoTimestamp()),
  recorded: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  handoff: v.optional(v.string()),
  request: v.optional(v.string()),
  sequence: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  previous: v.optional(v.string()),
});
/** An event with all of its members, known or not: its hash is over every one. */
export const TrailEvent = whole(KnownMembers);
export type TrailEvent = v.InferOutput<typeof KnownMembers> & Placed;
/** A seal, likewise. */
export const TrailSeal = whole(Seal);

/** A leaf together with the day whose seal covers it. */
export const DayLeaf = v.object({ day: v.string(), ...Leaf.entries });
export type DayLeaf = v.InferOutput<typeof DayLeaf>;

/** A trail that can be read more than once, so that nothing of it need stay in memory. */
export type Trail = {
  /** Oldest first. */
  readonly seals: () => AsyncIterable<Seal>;
  /** In the order in which they stand in the trail. */
  readonly events: () => AsyncIterable<TrailEvent>;
  /** What the day's seal covers, in order; nothing where the trail does not have it. @param day `2026-11-26` */
  readonly leaves: (day: string) => AsyncIterable<Leaf>;
  /**
   * Attributes by which the service would not find an event that it has listed, for they are not those that it was stored with. Files have
   * no attributes.
   */
  readonly misfiled?: (event: TrailEvent) => readonly string[];
};

/** A line of an exported trail that is none of what a trail is made of. */
export class TrailError extends Error {
  override readonly name = "TrailError";
}

const loosePage = { cursor: v.optional(v.string()) };
const EventsPage = v.object({
  events: v.array(TrailEvent),
  misfiled: v.optional(v.array(Misfiled)),
  ...loosePage,
});
const SealsPage = v.object({ seals: v.array(TrailSeal), ...loosePage });
const LeavesPage = v.object({ leaves: v.array(Leaf), ...loosePage });

/** Days of which a trail is read. */
export type Days = {
  /** The first day, `2026-11-01`. */
  readonly since: string;
  /** The last day. */
  readonly until: string;
};

export type ServiceTrailOptions = {
  /** Whether the service also compares what its indexes find an event by: a read more for each event that names several. @default false */
  readonly checkIndexes?: boolean;
};

/** The trail as the service has it. Needs the right audit for every class. */
export function serviceTrail(
  service: ServiceClient,
  { since, until }: Days,
  deadline: Deadline,
  { checkIndexes = false }: ServiceTrailOptions = {},
): Trail {
  const misfiled = new WeakMap<TrailEvent, readonly string[]>();
  const period = `since=${dayNumber(since) * 86_400}&until=${dayNumber(until) * 86_400 + 86_399}`;
  async function* pages<Page extends { readonly cursor?: string | undefined }>(
    path: string,
    read: (path: string) => Promise<Page>,
  ): AsyncGenerator<Page> {
    let cursor: string | undefined;
    do {
      const page = await read(cursor === undefined ? path : `${path}&cursor=${encodeURIComponent(cursor)}`);
      yield page;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
  return {
    async *seals() {
      const read = (path: string) => service.get(path, SealsPage, deadline);
      for await (const { seals } of pages(`/v1/sender/seals?${period}`, read)) yield* seals;
    },
    async *events() {
      const read = (path: string) => service.get(path, EventsPage, deadline);
      const path = `/v1/sender/events?${period}${checkIndexes ? "&indexes=checked" : ""}`;
      for await (const page of pages(path, read)) {
        const found = new Map(page.misfiled?.map(({ id, attributes }) => [id, attributes]));
        for (const event of page.events) {
          const attributes = found.get(event.id);
          if (attributes) misfiled.set(event, attributes);
          yield event;
        }
      }
    },
    misfiled: (event) => misfiled.get(event) ?? [],
    async *leaves(day) {
      let cursor: string | undefined;
      do {
        const path = `/v1/sender/seals/${day}/leaves${cursor === undefined ? "" : `?cursor=${cursor}`}`;
        const page = await service.get(path, LeavesPage, deadline);
        yield* page.leaves;
        cursor = page.cursor;
      } while (cursor !== undefined);
    },
  };
}
