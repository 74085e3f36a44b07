import type { Leaf, Seal } from "@secret-handoff/protocol/api";
import { canonicalBytes, dayOf, leafHash, MerkleTree } from "@secret-handoff/protocol/audit";
import type { Trail, TrailEvent } from "./trail.ts";
import type { Finding } from "./verify.ts";

/**
 * Names the first event of a day that is not as it was sealed, by the leaves of its seal.
 * @param passed events of the trail that stand before those of the day, and were checked
 * @returns undefined where the trail's leaves are not those of the seal
 */
export async function locate(trail: Trail, seal: Seal, passed: number): Promise<Finding | undefined> {
  const { day } = seal;
  if (!(await areOfSeal(trail.leaves(day), seal))) return undefined;
  const leaves = trail.leaves(day)[Symbol.asyncIterator]();
  const events = skip(trail.events(), passed)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const expected = await leaves.next();
      const next = await events.next();
      const found: TrailEvent | undefined = next.done ? undefined : next.value;
      if (expected.done) return found && beyond(trail, found, day);
      const leaf: Leaf = expected.value;
      if (found && hashOf(found) === leaf.hash) continue;
      return await difference(trail, leaf, found, day, events);
    }
  } finally {
    await leaves.return?.(undefined);
    await events.return?.(undefined);
  }
}

async function areOfSeal(leaves: AsyncIterable<Leaf>, { count, root }: Seal): Promise<boolean> {
  const tree = new MerkleTree();
  for await (const { hash } of leaves) tree.append(Buffer.from(hash, "base64url"));
  return tree.count === count && Buffer.from(tree.root()).toString("base64url") === root;
}

/** @param found what stands where the event of `leaf` should; undefined at the end of the trail */
async function difference(
  trail: Trail,
  leaf: Leaf,
  found: TrailEvent | undefined,
  day: string,
  rest: AsyncIterator<TrailEvent>,
): Promise<Finding> {
  const isElsewhere = await some(trail.events(), (event) => hashOf(event) === leaf.hash);
  const isGenuine =
    found !== undefined &&
    (await some(trail.leaves(dayOf(found)), ({ hash, id }) => hash === hashOf(found) && id === found.id));
  if (!isElsewhere) {
    // What comes after the last event of a day is of another, and may have no seal yet.
    const isHere = found && (dayOf(found) === day || found.id === leaf.id);
    if (isHere && !isGenuine) return finding("changed", leaf.id, day);
    return finding("missing", leaf.id, day);
  }
  if (found && !isGenuine) return finding("added", found.id, day);
  // Both are genuine. If the expected one comes next, what stands before it has come from elsewhere.
  const next = await rest.next();
  const cameEarly = found && !next.done && hashOf(next.value) === leaf.hash;
  return finding("moved", cameEarly ? found.id : leaf.id, day);
}

/** What follows the last event of a day and is of that day still. */
async function beyond(trail: Trail, found: TrailEvent, day: string): Promise<Finding | undefined> {
  if (dayOf(found) > day) return undefined;
  const isGenuine = await some(trail.leaves(dayOf(found)), ({ hash }) => hash === hashOf(found));
  return finding(isGenuine ? "moved" : "added", found.id, day);
}

function finding(kind: "missing" | "changed" | "moved" | "added", event: string, day: string): Finding {
  const what = {
    missing: "is missing",
    changed: "was changed",
    moved: "stands elsewhere than it was sealed",
    added: "was not there when the day was sealed",
  }[kind];
  return { kind, day, event, sentence: `The event ${event} of ${day} ${what}.` };
}

function hashOf(event: TrailEvent): string {
  return Buffer.from(leafHash(canonicalBytes(event))).toString("base64url");
}

async function some<T>(items: AsyncIterable<T>, holds: (item: T) => boolean): Promise<boolean> {
  for await (const item of items) if (holds(item)) return true;
  return false;
}

async function* skip<T>(items: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  let index = 0;
  for await (const item of items) {
    if (index >= count) yield item;
    index += 1;
  }
}
