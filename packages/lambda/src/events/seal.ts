import { encodeBase64url } from "@secret-handoff/protocol";
import type { AuditEvent, Leaf, Seal } from "@secret-handoff/protocol/api";
import {
  canonicalBytes,
  canonicalJson,
  dayName,
  dayNumber,
  leafHash,
  MerkleTree,
  NO_PREVIOUS_SEAL,
  SEAL_ALGORITHM,
  sealHash,
  signedBytes,
} from "@secret-handoff/protocol/audit";
import type { Log } from "../runtime.ts";
import { type Audit, CLOSES_AFTER } from "../store/audit.ts";
import type { Attributes } from "../store/expressions.ts";
import { LEAVES_AN_ITEM, type Seals } from "../store/seals.ts";

/** Signs seals: ECDSA on P-256 with SHA-256. */
export type SealSigner = {
  /** What seals name as their key. */
  readonly keyId: string;
  /** @returns the signature in DER */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

/** Keeps a file for good. Storing the same name again changes nothing. */
export type Archive = (name: string, lines: readonly string[]) => Promise<void>;

export type SealerDeps = {
  readonly audit: Audit;
  readonly seals: Seals;
  readonly signer: SealSigner;
  /** Where event lines and seals go beside the table. */
  readonly archive?: Archive;
  /** Days that events are kept. */
  readonly retentionDays: number;
  /** Days in which the first seal of all looks for events that are older than it. @default retentionDays */
  readonly lookBackDays?: number;
  readonly log: Log;
};

/**
 * Seconds after the end of a day until it is sealed. Its events stop being filed under it after {@link CLOSES_AFTER}; the other hour is
 * for what was under way then, for clocks that differ, and for the index to follow.
 */
export const SEALS_AFTER = CLOSES_AFTER + 3_600;

const DAY_SECONDS = 86_400;

/** The last day that may be sealed, as days since 1970-01-01. */
export function lastSealableDay(now: number): number {
  return Math.floor((now - SEALS_AFTER) / DAY_SECONDS) - 1;
}

/**
 * Seals every day that is over and has no seal, one after the other; an empty day too, so that a day without events is told from one
 * whose events are gone. May run twice at once: the first seal of a day stays.
 * @param isOver asked before each day but the first; what is left is the next run's
 * @param lastDay the last day to seal, as days since 1970-01-01
 * @returns the seals that it made
 */
export async function sealDays(
  deps: SealerDeps,
  now: number,
  isOver: () => boolean = () => false,
  lastDay = lastSealableDay(now),
): Promise<readonly Seal[]> {
  let before = await deps.seals.latest();
  // Of the last seal alone it is not known that its file was written: a day is sealed only after the day before was archived.
  if (before) await archiveSeal(deps, before);
  let day = before ? dayNumber(before.day) + 1 : await firstDay(deps, lastDay);
  const made: Seal[] = [];
  for (; day <= lastDay && (made.length === 0 || !isOver()); day += 1) {
    before = await sealDay(deps, dayName(day), before);
    made.push(before);
    deps.log({ level: "info", what: "day_sealed", day: before.day, count: before.count });
  }
  return made;
}

/** The oldest day that has events, of those that are kept; the last that may be sealed where none has. */
async function firstDay(deps: SealerDeps, lastDay: number): Promise<number> {
  const { audit, retentionDays, lookBackDays = retentionDays } = deps;
  for (let day = lastDay - lookBackDays; day < lastDay; day += 1) {
    const { events } = await audit.page(dayName(day), WHOLE_DAY, 1, undefined);
    if (events.length > 0) return day;
  }
  return lastDay;
}

/** Any moment: the day is named already. */
const WHOLE_DAY = { since: 0, until: 99_999_999_999 };
const EVENTS_A_READ = 500;

async function sealDay(deps: SealerDeps, day: string, before: Seal | undefined): Promise<Seal> {
  const { signer, seals } = deps;
  const tree = new MerkleTree();
  const leaves = new Parts<Leaf>(LEAVES_AN_ITEM, async (part, number) => {
    // As long as the day's last event is kept, and a month, so that verify can name what TTL took.
    const ttl = (dayNumber(day) + deps.retentionDays + 31) * DAY_SECONDS;
    await seals.putLeaves(day, number, part, ttl);
    await deps.archive?.(
      `${folderOf(day)}/leaves-${fiveDigits(number)}.jsonl`,
      part.map((leaf) => canonicalJson({ day, ...leaf })),
    );
  });
  const lines = new Parts<string>(LINES_A_FILE, async (part, number) => {
    await deps.archive?.(`${folderOf(day)}/events-${fiveDigits(number)}.jsonl`, part);
  });
  for await (const event of eventsOf(deps.audit, day)) {
    const leaf = leafHash(canonicalBytes(event));
    tree.append(leaf);
    await leaves.add({ id: event.id, hash: encodeBase64url(leaf) });
    await lines.add(canonicalJson(event));
  }
  await leaves.end();
  await lines.end();
  const statement = {
    day,
    count: tree.count,
    root: encodeBase64url(tree.root()),
    previous: before ? sealHash(before) : NO_PREVIOUS_SEAL,
    keyId: signer.keyId,
    algorithm: SEAL_ALGORITHM,
  } as const;
  const signature = encodeBase64url(await signer.sign(signedBytes(statement)));
  const seal = await seals.put({ ...statement, signature });
  await archiveSeal(deps, seal);
  return seal;
}

/** Lines of one file of the archive, so that a day of any size is sealed in the same memory. */
const LINES_A_FILE = 10_000;

function fiveDigits(number: number): string {
  return String(number).padStart(5, "0");
}

function folderOf(day: string): string {
  return day.replaceAll("-", "/");
}

async function archiveSeal({ archive }: SealerDeps, seal: Seal): Promise<void> {
  await archive?.(`${folderOf(seal.day)}/seal.json`, [canonicalJson(seal)]);
}

async function* eventsOf(audit: Audit, day: string): AsyncGenerator<AuditEvent> {
  let after: Attributes | undefined;
  do {
    const page = await audit.page(day, WHOLE_DAY, EVENTS_A_READ, after);
    yield* page.events;
    after = page.next;
  } while (after);
}

/** Collects elements into parts of a size, and stores each part as it is full. */
class Parts<T> {
  readonly #size: number;
  readonly #store: (part: readonly T[], number: number) => Promise<void>;
  #part: T[] = [];
  #number = 1;

  constructor(size: number, store: (part: readonly T[], number: number) => Promise<void>) {
    this.#size = size;
    this.#store = store;
  }

  async add(element: T): Promise<void> {
    this.#part.push(element);
    if (this.#part.length === this.#size) await this.end();
  }

  async end(): Promise<void> {
    if (this.#part.length === 0) return;
    await this.#store(this.#part, this.#number);
    this.#number += 1;
    this.#part = [];
  }
}
