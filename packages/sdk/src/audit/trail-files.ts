import { createReadStream, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import type { Seal } from "@secret-handoff/protocol/api";
import { canonicalJson } from "@secret-handoff/protocol/audit";
import * as v from "valibot";
import { DayLeaf, type Trail, TrailError, TrailEvent, TrailSeal } from "./trail.ts";

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

function filesIn(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.jsonl?$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

type Line = { readonly event?: TrailEvent; readonly seal?: Seal; readonly leaf?: DayLeaf };

async function* readLines(files: readonly string[]): AsyncGenerator<Line> {
  for (const file of files) {
    let number = 0;
    const input = createReadStream(file, { encoding: "utf8" });
    try {
      for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
        number += 1;
        if (text.trim() !== "") yield readLine(text, `line ${number} of ${basename(file)}`);
      }
    } finally {
      input.destroy();
    }
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
  if (membersIn(text) !== membersOf(value)) throw new TrailError(`${where} has a member twice`);
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

function membersOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const members = Object.values(value);
  const own = Array.isArray(value) ? 0 : members.length;
  return members.reduce<number>((sum, member) => sum + membersOf(member), own);
}
