import { generateKeyPairSync, sign } from "node:crypto";
import type { AuditEvent, EventType, Leaf, Seal } from "@secret-handoff/protocol/api";
import {
  canonicalBytes,
  dayName,
  dayNumber,
  eventHash,
  leafHash,
  MerkleTree,
  NO_PREVIOUS_SEAL,
  placeOf,
  readSealKeys,
  SEAL_ALGORITHM,
  sealHash,
  signedBytes,
} from "@secret-handoff/protocol/audit";
import type { Trail, TrailEvent } from "@secret-handoff/sdk";

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const SEAL_PEM = String(publicKey.export({ type: "spki", format: "pem" }));
export const SEAL_KEYS = readSealKeys(SEAL_PEM);

const FIRST_DAY = dayNumber("2026-03-01");
const STORIES: readonly (readonly EventType[])[] = [
  ["created", "mailed", "claimed", "acknowledged"],
  ["created", "mailed", "expired"],
  ["created", "mailed", "answer_wrong", "answer_wrong", "claimed", "acknowledged", "reported"],
  ["created", "revoked"],
  ["created", "mailed", "claimed", "unconfirmed"],
];

export function hashOfLeaf(event: object): string {
  return Buffer.from(leafHash(canonicalBytes(event))).toString("base64url");
}

export function signSeal(statement: Omit<Seal, "signature">): Seal {
  return {
    ...statement,
    signature: sign("sha256", signedBytes(statement), privateKey).toString("base64url"),
  };
}

/** The events of one day, as the service would file them: handoffs with their chains, and a refusal now and then. */
function eventsOfDay(day: number, handoffs: number): readonly AuditEvent[] {
  const events: AuditEvent[] = [];
  for (let n = 0; n < handoffs; n += 1) {
    const handoff = Buffer.from(`handoff ${String(day).padStart(5, "0")}/${String(n).padStart(5, "0")}`)
      .toString("base64url")
      .slice(-22);
    const story = STORIES[(day + n) % STORIES.length] ?? [];
    let previous: string | undefined;
    for (const [index, type] of story.entries()) {
      const second = (n * 311 + index * 47) % 86_000;
      const event: AuditEvent = {
        v: 1,
        id: `${handoff}/${index + 1}`,
        type,
        time: timeOf(day, second + index),
        actor: { kind: type === "claimed" ? "recipient" : "service" },
        handoff,
        owner: "42",
        class: "internal-tool",
        secret: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/orders/api-AbCdEf",
        recipient: `r-${n % 17}`,
        outcome: "done",
        sequence: index + 1,
        ...(previous === undefined ? {} : { previous }),
      };
      previous = eventHash(event);
      events.push(event);
    }
    if (n % 9 === 4) {
      const id = `refused-${day}-${n}`;
      const actor = { kind: "unverified" } as const;
      events.push({ v: 1, id, type: "refused", time: timeOf(day, n * 13), actor, outcome: "not_allowed" });
    }
  }
  // A story that would go past its handoff's first event in the same second keeps its order by number.
  return events.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

function timeOf(day: number, second: number): string {
  return new Date((day * 86_400 + second) * 1_000).toISOString().replace(".000", "");
}

/** A sealed trail that is made day by day as it is read, so that it takes no memory itself. */
export function generatedTrail({ days, handoffs }: { readonly days: number; readonly handoffs: number }) {
  const seals: Seal[] = [];
  let count = 0;
  for (let n = 0; n < days; n += 1) {
    const tree = new MerkleTree();
    for (const event of eventsOfDay(FIRST_DAY + n, handoffs)) tree.append(leafHash(canonicalBytes(event)));
    const before = seals.at(-1);
    count += tree.count;
    seals.push(
      signSeal({
        day: dayName(FIRST_DAY + n),
        count: tree.count,
        root: Buffer.from(tree.root()).toString("base64url"),
        previous: before ? sealHash(before) : NO_PREVIOUS_SEAL,
        keyId: "test",
        algorithm: SEAL_ALGORITHM,
      }),
    );
  }
  const trail: Trail = {
    async *seals() {
      yield* seals;
    },
    async *events() {
      for (let n = 0; n < days; n += 1) yield* eventsOfDay(FIRST_DAY + n, handoffs) as readonly TrailEvent[];
    },
    async *leaves(day) {
      for (const event of eventsOfDay(dayNumber(day), handoffs)) {
        yield { id: event.id, hash: hashOfLeaf(event) };
      }
    },
  };
  return { trail, count };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A trail in memory, to tamper with. */
export type Parts = {
  readonly seals: readonly Seal[];
  readonly events: readonly TrailEvent[];
  readonly leaves: Readonly<Record<string, readonly Leaf[]>>;
};

export async function partsOf(trail: Trail): Promise<Parts> {
  const seals = await collect(trail.seals());
  const leaves: Record<string, readonly Leaf[]> = {};
  for (const { day } of seals) leaves[day] = await collect(trail.leaves(day));
  return { seals, events: await collect(trail.events()), leaves };
}

export function trailOf({ seals, events, leaves }: Parts): Trail {
  return {
    async *seals() {
      yield* seals;
    },
    async *events() {
      yield* events;
    },
    async *leaves(day) {
      yield* leaves[day] ?? [];
    },
  };
}
