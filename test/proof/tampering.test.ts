import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, jest, test } from "@jest/globals";
import { dayOf } from "@secret-handoff/protocol/audit";
import { fileTrail, type Trail, type TrailEvent, type VerifyResult, verifyTrail } from "@secret-handoff/sdk";
import {
  collect,
  generatedTrail,
  hashOfLeaf,
  type Parts,
  partsOf,
  SEAL_KEYS,
  trailOf,
} from "../support/sealed-trail.ts";
import { atTier, report, SEED } from "../support/tier.ts";

// The full counts take minutes on a busy machine.
jest.setTimeout(600_000);

/** A number generator with a seed (mulberry32). */
function generator(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

type Random = ReturnType<typeof generator>;
/** What somebody who may write the files does to them. */
type Tampering = (parts: Parts, random: Random) => Parts;

const without = (parts: Parts, gone: (event: TrailEvent) => boolean): Parts => ({
  ...parts,
  events: parts.events.filter((event) => !gone(event)),
});
const at = <T>(items: readonly T[], index: number): T => items[index] as T;
const pick = <T>(items: readonly T[], random: Random): T => at(items, random(items.length));

const EDITS: readonly ((event: TrailEvent, random: Random) => object)[] = [
  () => ({ outcome: "another" }),
  () => ({ actor: { kind: "iam", principal: "arn:aws:iam::1:user/eve" } }),
  () => ({ type: "claimed" }),
  () => ({ recipient: "somebody-else" }),
  ({ time }) => ({ time: time.replace(/\d\dZ$/, time.endsWith("00Z") ? "01Z" : "00Z") }),
  () => ({ time: "2026-03-03T12:00:00Z" }),
  () => ({ recorded: "2026-03-04T12:00:00Z" }),
  () => ({ reason: "added later" }),
  ({ sequence = 0 }) => ({ sequence: sequence + 1 }),
  () => ({ previous: "0".repeat(64) }),
  () => ({ id: "another-id" }),
  () => ({ unknown: { to: "this release" } }),
];

const EVENT_TAMPERINGS: Readonly<Record<string, Tampering>> = {
  "edits an event": (parts, random) => {
    const index = random(parts.events.length);
    const event = at(parts.events, index);
    return {
      ...parts,
      events: parts.events.with(index, { ...event, ...pick(EDITS, random)(event, random) }),
    };
  },
  "deletes an event": (parts, random) => {
    const gone = pick(parts.events, random);
    return without(parts, (event) => event === gone);
  },
  "deletes several events": (parts, random) => without(parts, () => random(50) === 0),
  "deletes a handoff": (parts, random) => {
    const { handoff } = pick(parts.events, random);
    return without(parts, (event) => event.handoff === handoff);
  },
  "deletes a day's events": (parts, random) => {
    const day = dayOf(pick(parts.events, random));
    return without(parts, (event) => dayOf(event) === day);
  },
  "swaps two events": (parts, random) => {
    const [a, b] = [random(parts.events.length), random(parts.events.length)];
    return { ...parts, events: parts.events.with(a, at(parts.events, b)).with(b, at(parts.events, a)) };
  },
  "moves an event": (parts, random) => {
    const moved = pick(parts.events, random);
    const others = parts.events.filter((event) => event !== moved);
    return { ...parts, events: others.toSpliced(random(parts.events.length), 0, moved) };
  },
  "repeats an event": (parts, random) => {
    const again = pick(parts.events, random);
    return { ...parts, events: parts.events.toSpliced(random(parts.events.length), 0, again) };
  },
  "forges an event": (parts, random) => {
    const forged = { ...pick(parts.events, random), id: "forged", outcome: "forged" };
    return { ...parts, events: parts.events.toSpliced(random(parts.events.length), 0, forged) };
  },
  "swaps two days": (parts, random) => {
    const [a, b] = [dayOf(pick(parts.events, random)), dayOf(pick(parts.events, random))];
    const of = (day: string) => parts.events.filter((event) => dayOf(event) === day);
    const swapped = parts.seals.flatMap(({ day }) => of(day === a ? b : day === b ? a : day));
    return { ...parts, events: swapped };
  },
};

const SEAL_TAMPERINGS: Readonly<Record<string, Tampering>> = {
  "deletes a day with its seal": (parts, random) => {
    const { day } = at(parts.seals, random(parts.seals.length - 1));
    const rest = without(parts, (event) => dayOf(event) === day);
    return { ...rest, seals: parts.seals.filter((seal) => seal.day !== day) };
  },
  "makes a day's seal smaller": (parts, random) => {
    const index = random(parts.seals.length);
    const seal = at(parts.seals, index);
    return { ...parts, seals: parts.seals.with(index, { ...seal, count: seal.count - 1 }) };
  },
  "puts one seal's signature under another": (parts, random) => {
    const index = 1 + random(parts.seals.length - 1);
    const { signature } = at(parts.seals, index - 1);
    return { ...parts, seals: parts.seals.with(index, { ...at(parts.seals, index), signature }) };
  },
};

const untouched = await partsOf(generatedTrail({ days: 6, handoffs: 8 }).trail);
const UNTIL = untouched.seals.at(-1)?.day ?? "";
const verify = (parts: Parts): Promise<VerifyResult> =>
  verifyTrail(trailOf(parts), SEAL_KEYS, { until: UNTIL });
const same = (a: readonly unknown[], b: readonly unknown[]) => JSON.stringify(a) === JSON.stringify(b);

test("an untouched trail verifies", async () => {
  const checked = await verify(untouched);
  expect(checked).toEqual({
    finding: undefined,
    seals: 6,
    sealedEvents: untouched.events.length,
    unsealedEvents: 0,
    first: "2026-03-01",
    last: UNTIL,
    fromTheBeginning: true,
  });
});

test("every tampering with events is found, and the first event that is not as it was sealed is named", async () => {
  const random = generator(SEED);
  const counts: Record<string, number> = {};
  for (let n = 0; n < atTier({ cit: 60, proof: 1_000 }); ) {
    const [name, tamper] = pick(Object.entries(EVENT_TAMPERINGS), random);
    const tampered = tamper(untouched, random);
    if (same(tampered.events, untouched.events)) continue;
    n += 1;
    const index = untouched.events.findIndex((event, place) => {
      const other = tampered.events[place];
      return !other || hashOfLeaf(other) !== hashOfLeaf(event);
    });
    // A reordering can be told from either side: by the event that stands here, or by the one that should.
    const firstBad =
      index < 0
        ? [tampered.events[untouched.events.length]?.id]
        : [untouched.events[index]?.id, tampered.events[index]?.id];
    const { finding } = await verify(tampered);
    expect({ name, n, finding, named: firstBad.includes(finding?.event) }).toMatchObject({ named: true });
    counts[`${name}: ${finding?.kind}`] = (counts[`${name}: ${finding?.kind}`] ?? 0) + 1;
  }
  for (const [what, count] of Object.entries(counts).toSorted()) report(`${count} × ${what}`);
});

test("without leaves, or with leaves that were changed as well, every tampering is found, and its day named", async () => {
  const random = generator(SEED + 1);
  for (let n = 0; n < atTier({ cit: 20, proof: 500 }); ) {
    const [name, tamper] = pick(Object.entries(EVENT_TAMPERINGS), random);
    const tampered = tamper(untouched, random);
    if (same(tampered.events, untouched.events)) continue;
    n += 1;
    const leaves = Object.fromEntries(
      tampered.seals.map(({ day }) => [
        day,
        n % 2 === 0
          ? []
          : tampered.events
              .filter((event) => dayOf(event) === day)
              .map((event) => ({ id: event.id, hash: hashOfLeaf(event) })),
      ]),
    );
    const index = untouched.events.findIndex((event, place) => tampered.events[place] !== event);
    // What was put between two days can be told of either.
    const place = index < 0 ? untouched.events.length : index;
    const bad = [untouched.events[place - 1], untouched.events[place], tampered.events[place]];
    const { finding } = await verify({ ...tampered, leaves });
    const named = bad.some((event) => event && dayOf(event) === finding?.day);
    expect({ name, n, finding, named }).toMatchObject({ named: true });
  }
});

test("every tampering with seals is found", async () => {
  const random = generator(SEED + 2);
  for (let n = 0; n < atTier({ cit: 30, proof: 300 }); n += 1) {
    const [name, tamper] = pick(Object.entries(SEAL_TAMPERINGS), random);
    // Whoever takes away the beginning of a trail leaves a shorter one: from when it must be is the reader's to say.
    const since = untouched.seals[0]?.day ?? "";
    const { finding } = await verifyTrail(trailOf(tamper(untouched, random)), SEAL_KEYS, {
      since,
      until: UNTIL,
    });
    expect({ name, n, kind: finding?.kind }).toMatchObject({
      kind: expect.stringMatching(/^seal_(missing|changed)$/),
    });
  }
  const { finding } = await verify({ ...untouched, seals: untouched.seals.slice(0, -1) });
  expect(finding).toMatchObject({ kind: "seal_missing", day: UNTIL });
});

test("a trail of any length verifies in flat memory", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  /** The live heap after each `every` events, bytes. */
  const heaps: number[] = [];
  const watched = (trail: Trail, every: number): Trail => ({
    ...trail,
    async *events() {
      let read = 0;
      for await (const event of trail.events()) {
        read += 1;
        if (read % every === 0) {
          collectGarbage();
          heaps.push(process.memoryUsage().heapUsed);
        }
        yield event;
      }
    },
  });
  const days = atTier({ cit: 5, proof: 100 });
  const { trail, count } = generatedTrail({ days, handoffs: atTier({ cit: 100, proof: 244 }) });
  const folder = mkdtempSync(join(tmpdir(), "trail-"));
  try {
    const write = (name: string, values: readonly unknown[]) =>
      appendFileSync(join(folder, name), values.map((value) => `${JSON.stringify(value)}\n`).join(""));
    let batch: unknown[] = [];
    for await (const event of trail.events()) {
      batch.push(event);
      if (batch.length === 1_000) write("events.jsonl", batch.splice(0));
    }
    write("events.jsonl", batch);
    batch = [];
    write("seals.jsonl", await collect(trail.seals()));
    const start = performance.now();
    const checked = await verifyTrail(watched(fileTrail([folder]), Math.floor(count / 5)), SEAL_KEYS);
    expect(checked).toMatchObject({ finding: undefined, sealedEvents: count, seals: days });
    const megabytes = heaps.map((bytes) => Math.round(bytes / 1e6));
    report(
      `${count} events in ${Math.round(performance.now() - start)} ms, live heap ${megabytes.join(", ")} MB`,
    );
    expect(Math.max(...heaps) - Math.min(...heaps)).toBeLessThan(24e6);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
