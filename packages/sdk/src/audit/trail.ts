import { createReadStream, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { AuditEvent, Leaf, Misfiled, Seal } from "@secret-handoff/protocol/api";
import { canonicalJson, dayNumber, type Placed } from "@secret-handoff/protocol/audit";
import * as v from "valibot";
import type { Deadline } from "../runtime/deadline.ts";
import { SenderError } from "../sender-error.ts";
import { pagesOf } from "../service/pages.ts";
import type { ServiceClient } from "../service/service-client.ts";

/**
 * What a schema takes, as it was parsed: a schema's own result lacks members that it does not know, and some of any name (`__proto__`).
 * Hashes and signatures are over all of them.
 */
function whole<Schema extends v.GenericSchema>(schema: Schema) {
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
const TrailSeal = whole(Seal);

/** A leaf together with the day whose seal covers it, and nothing else: an event that has a `hash` must not pass for one. */
export const DayLeaf = v.strictObject({ day: v.string(), ...Leaf.entries });
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
export class TrailError extends SenderError {
  /** Which line, and what is wrong with it. */
  readonly fault: string;

  constructor(fault: string) {
    super("input", `The trail cannot be read: ${fault}. Export it again, or name the files that hold it.`);
    this.fault = fault;
  }
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
  const period = {
    since: String(dayNumber(since) * 86_400),
    until: String(dayNumber(until) * 86_400 + 86_399),
  };
  const pages = <Page extends { readonly cursor?: string | undefined }>(
    path: string,
    schema: v.GenericSchema<unknown, Page>,
    asked: Readonly<Record<string, string>> = {},
  ) =>
    pagesOf<Page>((at) => {
      const query = String(new URLSearchParams({ ...asked, ...at }));
      return service.get(query === "" ? path : `${path}?${query}`, schema, deadline);
    });
  return {
    async *seals() {
      for await (const { seals } of pages("/v1/sender/seals", SealsPage, period)) yield* seals;
    },
    async *events() {
      const asked = { ...period, ...(checkIndexes ? { indexes: "checked" } : {}) };
      for await (const page of pages("/v1/sender/events", EventsPage, asked)) {
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
      for await (const { leaves } of pages(`/v1/sender/seals/${day}/leaves`, LeavesPage)) yield* leaves;
    },
  };
}

/**
 * A trail in files of JSON lines, as `audit export` and the archive write them: events, seals and leaves, in one file or in several.
 * Events are read in the order of the files and of their lines.
 * @param paths files, or folders, of which every `.json` and `.jsonl` is read in the order of the names
 */
export function fileTrail(paths: readonly string[]): Trail {
  const files = paths.flatMap(filesIn);
  return {
    async *seals() {
      const found: Seal[] = [];
      for await (const { seal } of readLines(files)) if (seal) found.push(seal);
      // An archive and an export may both be given: the same seal twice is one.
      const byDay = found.toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
      yield* byDay.filter((seal, index) => canonicalJson(seal) !== canonicalJson(byDay[index - 1] ?? null));
    },
    async *events() {
      for await (const { event } of readLines(files)) if (event) yield event;
    },
    async *leaves(day) {
      for await (const { leaf } of readLines(files)) if (leaf?.day === day) yield leaf;
    },
  };
}

/** The events that this release knows, of the days that are wanted, both included: what a newer service adds is left out. */
export async function* knownEvents(
  trail: Pick<Trail, "events">,
  { since = "", until = "9999" }: Partial<Readonly<Record<keyof Days, string | undefined>>> = {},
): AsyncGenerator<AuditEvent> {
  for await (const event of trail.events()) {
    const day = event.time.slice(0, 10);
    if (day < since || day > until || !v.is(AuditEvent, event)) continue;
    yield event;
  }
}

function filesIn(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  // With their types, links to folders are not followed: two of them to a folder above would never end.
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(({ name }) => /\.jsonl?$/.test(name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
    .filter((file) => statSync(file).isFile());
}

type Line = { readonly event?: TrailEvent; readonly seal?: Seal; readonly leaf?: DayLeaf };

async function* readLines(files: readonly string[]): AsyncGenerator<Line> {
  for (const file of files) {
    let number = 0;
    for await (const text of linesOf(file)) {
      number += 1;
      const where = `line ${number} of ${basename(file)}`;
      if (text === undefined) throw new TrailError(`${where} is too long for an event`);
      if (text.trim() !== "") yield readLine(text, where);
    }
  }
}

/** Characters; an event has fewer than 400,000, and a file that holds no line ends must not fill the memory. */
const LONGEST_LINE = 4_000_000;

/**
 * The lines of a file, which end at a line feed and nowhere else: Node.js 24's readline also ends them at U+2028 and U+2029, which JSON
 * leaves as they are.
 * @returns undefined in the place of a line that is too long
 */
async function* linesOf(file: string): AsyncGenerator<string | undefined> {
  const input = createReadStream(file, { encoding: "utf8" });
  let rest = "";
  try {
    for await (const chunk of input) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
      if (rest.length > LONGEST_LINE) return yield undefined;
    }
    if (rest !== "") yield rest;
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause)) throw cause;
    throw new TrailError(`${basename(file)} is no file that can be read (${String(cause.code)})`);
  } finally {
    input.destroy();
  }
}

function readLine(text: string, where: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TrailError(`${where} is not JSON`);
  }
  if (typeof value !== "object" || value === null) throw new TrailError(`${where} is no event`);
  const line: Line = Object.hasOwn(value, "root")
    ? { seal: parsed(TrailSeal, value, `${where} is no seal`) }
    : Object.hasOwn(value, "hash")
      ? { leaf: parsed(DayLeaf, value, `${where} is no leaf`) }
      : { event: parsed(TrailEvent, value, `${where} is no event`) };
  // Another reader might take the other of two members with the same name.
  if (membersIn(text) !== membersOf(value, where)) throw new TrailError(`${where} has a member twice`);
  return line;
}

function parsed<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  otherwise: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (!result.success) throw new TrailError(otherwise);
  return result.output;
}

/** Names of members in a JSON text, as often as they stand there. */
function membersIn(text: string): number {
  let count = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:)?/g)) if (colon) count += 1;
  return count;
}

/** Deeper than any event. */
const DEEPEST = 32;

/** @throws TrailError where the value has no canonical JSON: RFC 8785 has no unpaired surrogates and no infinite numbers */
function membersOf(value: unknown, where: string, depth = 0): number {
  if (depth > DEEPEST) throw new TrailError(`${where} is nested too deeply for an event`);
  if (typeof value === "string" && /\p{Cs}/u.test(value))
    throw new TrailError(`${where} holds half a character`);
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    throw new TrailError(`${where} holds a number that is too large`);
  if (typeof value !== "object" || value === null) return 0;
  const isList = Array.isArray(value);
  return Object.entries(value).reduce((sum, [name, member]) => {
    const own = isList ? 0 : 1 + membersOf(name, where, depth);
    return sum + own + membersOf(member, where, depth + 1);
  }, 0);
}
