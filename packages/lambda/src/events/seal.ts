import { decodeBase64url, encodeBase64url } from "@secret-handoff/protocol";
import { isoTime, type Leaf, Seal, type SealNotice } from "@secret-handoff/protocol/api";
import {
  canonicalJson,
  DAY_SECONDS,
  dayName,
  dayNumber,
  lastSealableDay,
  leafHash,
  MerkleTree,
  NO_PREVIOUS_SEAL,
  SEAL_ALGORITHM,
  sealHash,
  signedBytes,
} from "@secret-handoff/protocol/audit";
import * as v from "valibot";
import type { Log } from "../runtime.ts";
import type { Audit } from "../store/audit.ts";
import { LEAVES_AN_ITEM, type Seals } from "../store/seals.ts";

/** Signs seals: ECDSA on P-256 with SHA-256. */
export type SealSigner = {
  /** What seals name as their key. */
  readonly keyId: string;
  /** @returns the signature in DER */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
  /** Whether this key signed the seal: the table that seals are read from says nothing about who wrote them. */
  readonly isOwn: (seal: Seal) => Promise<boolean>;
};

/** Keeps files for good. */
export type Archive = {
  /** Storing the same again changes nothing. @throws Error where another file has the name: it stays, and the trail is not what it was */
  readonly put: (name: string, lines: readonly string[]) => Promise<void>;
  /** @returns undefined where there is no such file */
  readonly read: (name: string) => Promise<readonly string[] | undefined>;
};

/** Announces a seal to another system, so that a seal that takes its place is found out. The same seal may be announced again. */
export type Witness = (notice: SealNotice) => Promise<void>;

type SealerDeps = {
  readonly audit: Audit;
  readonly seals: Seals;
  readonly signer: SealSigner;
  /** Where event lines and seals go beside the table. */
  readonly archive?: Archive;
  readonly witness?: Witness;
  /** Days that events are kept. */
  readonly retentionDays: number;
  /**
   * The day of the very first seal, asked where there is none.
   * @param lastDay the last that may be sealed; both as days since 1970-01-01
   * @throws Error where the service has sealed before: the seals are gone, and a new beginning would cover what was done to the trail
   */
  readonly firstDay: (lastDay: number) => Promise<number>;
  /** Hash of a seal of another key, which an administrator has named after the key was replaced. @default none */
  readonly follow?: string | undefined;
  readonly log: Log;
};

/**
 * Seals every day that is over and has no seal, one after the other; an empty day too, so that a day without events differs from one
 * whose events are gone. May run twice at once: the first seal of a day stays.
 * @param isOver asked before each day but the first, and within a day that is large; what is left is the next run's
 * @param lastDay the last day to seal, as days since 1970-01-01
 * @returns the seals that it made
 * @throws Error where the newest seal, or what was archived, is not what a sealer leaves: it signs nothing on top of that
 */
export async function sealDays(
  deps: SealerDeps,
  now: number,
  isOver: () => boolean = () => false,
  lastDay = lastSealableDay(now),
): Promise<readonly Seal[]> {
  let before = await deps.seals.latest();
  if (before) {
    await checkNewest(deps, before, lastDay);
    // Of the last seal alone it is not known that its file was written: a day is sealed only after the day before was archived.
    await archiveSeal(deps, before);
  }
  let day = before ? dayNumber(before.day) + 1 : await deps.firstDay(lastDay);
  // Nor that the witness has heard of it.
  if (before && day <= lastDay) await notifyWitness(deps, before, now);
  const made: Seal[] = [];
  for (; day <= lastDay && (made.length === 0 || !isOver()); day += 1) {
    const seal = await sealDay(deps, dayName(day), before, isOver);
    if (!seal) break;
    made.push(seal);
    await notifyWitness(deps, seal, now);
    deps.log({
      level: "info",
      what: "day_sealed",
      day: seal.day,
      count: seal.count,
      seal: sealHash(seal),
    });
    before = seal;
  }
  return made;
}

async function checkNewest({ signer, follow }: SealerDeps, newest: Seal, lastDay: number): Promise<void> {
  const { day } = newest;
  if (dayNumber(day) > lastDay)
    throw new Error(
      `The newest seal is of ${day}, which is not over: no sealer made it. Remove it from the audit table, and find out who wrote it.`,
    );
  if (sealHash(newest) !== follow && !(await signer.isOwn(newest)))
    throw new Error(
      `The seal of ${day} was changed, or another key signed it. Restore it from the archive or a backup, and find out who wrote it.`,
    );
}

/**
 * Seals one day. A sender may leave so many events in a day that one run cannot read them all, and days are sealed one after the other:
 * so a run goes on where the last one had finished a file. Whoever can write the table gains nothing by a false place: the seal then
 * covers other events than the day has, and `verify` says so.
 * @returns undefined where the run is over before the day is
 */
async function sealDay(
  deps: SealerDeps,
  day: string,
  before: Seal | undefined,
  isOver: () => boolean,
): Promise<Seal | undefined> {
  const { signer, seals } = deps;
  // As long as the day's last event is kept, and a month, so that verify can name what TTL took.
  const ttl = (dayNumber(day) + deps.retentionDays + 31) * DAY_SECONDS;
  const progress = await seals.progress(day);
  let at = progress?.at;
  const tree = new MerkleTree(
    progress && { count: progress.count, roots: progress.roots.map((root) => decodeBase64url(root)) },
  );
  const storeLeaves = async (part: readonly Leaf[], number: number) => {
    await seals.putLeaves(day, number, part, ttl);
    await deps.archive?.put(
      `${folderOf(day)}/leaves-${fiveDigits(number)}.jsonl`,
      part.map((leaf) => canonicalJson({ day, ...leaf })),
    );
  };
  const storeLines = async (part: readonly string[], number: number) => {
    await deps.archive?.put(`${folderOf(day)}/events-${fiveDigits(number)}.jsonl`, part);
  };
  const leaves = new Parts(LEAVES_AN_ITEM, storeLeaves, progress?.leavesPart, progress?.leaves);
  const lines = new Parts(LINES_A_FILE, storeLines, progress?.linesPart);
  for await (const { event, at: place } of deps.audit.ofDay(day, at)) {
    const line = canonicalJson(event);
    const bytes = Buffer.from(line);
    if (at !== undefined && lines.isFullFor(bytes.length)) {
      await lines.end();
      if (leaves.isFullFor()) await leaves.end();
      const { count, roots } = tree;
      const parts = { leaves: [...leaves.part], leavesPart: leaves.number, linesPart: lines.number };
      await seals.keepProgress(
        day,
        { at, count, roots: roots.map((root) => encodeBase64url(root)), ...parts },
        ttl,
      );
      if (isOver()) return undefined;
    }
    const leaf = leafHash(bytes);
    tree.append(leaf);
    if (leaves.isFullFor()) await leaves.end();
    leaves.add({ id: event.id, hash: encodeBase64url(leaf) });
    lines.add(line, bytes.length);
    at = place;
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
  const seal = await seals.put(await sealOf(deps, statement));
  // There was one: of another sealer at the same time, or planted.
  await checkSeal(deps, seal, statement, "The audit table has");
  await archiveSeal(deps, seal);
  if (lines.number > 2) await seals.dropProgress(day, statement, ttl);
  return seal;
}

/** The seal that says this: the archived one where there is one, for the table may have lost it. */
async function sealOf(deps: SealerDeps, statement: Omit<Seal, "signature">): Promise<Seal> {
  const archived = await deps.archive?.read(sealFile(statement.day));
  if (archived === undefined) {
    const signature = encodeBase64url(await deps.signer.sign(signedBytes(statement)));
    return { ...statement, signature };
  }
  const seal = v.parse(Seal, JSON.parse(archived.join("")));
  await checkSeal(deps, seal, statement, "The archive has");
  return seal;
}

async function checkSeal(
  { signer }: SealerDeps,
  seal: Seal,
  statement: Omit<Seal, "signature">,
  where: string,
): Promise<void> {
  const isSame = encodeBase64url(signedBytes(seal)) === encodeBase64url(signedBytes(statement));
  if (isSame && (await signer.isOwn(seal))) return;
  throw new Error(
    `${where} another seal of ${statement.day} than the events of that day make now. The trail was changed; verify the archive, and restore the audit table.`,
  );
}

/**
 * Lines of one file of the archive, and bytes of UTF-8, so that a day of any size is sealed in the same memory: an event may name 33 KB of
 * secrets. A file's text, and what is sent of it, are there at once.
 */
const LINES_A_FILE = 10_000;
const BYTES_A_FILE = 32_000_000;

function fiveDigits(number: number): string {
  return String(number).padStart(5, "0");
}

function folderOf(day: string): string {
  return day.replaceAll("-", "/");
}

function sealFile(day: string): string {
  return `${folderOf(day)}/seal.json`;
}

async function archiveSeal({ archive }: SealerDeps, seal: Seal): Promise<void> {
  await archive?.put(sealFile(seal.day), [canonicalJson(seal)]);
}

async function notifyWitness({ witness }: SealerDeps, seal: Seal, now: number): Promise<void> {
  const { day, count, previous } = seal;
  await witness?.({
    v: 1,
    type: "day_sealed",
    time: isoTime(now),
    day,
    count,
    seal: sealHash(seal),
    previous,
  });
}

/** Collects elements into parts of a size, and stores each part as it ends. The same elements always make the same parts. */
class Parts<T> {
  readonly #size: number;
  readonly #store: (part: readonly T[], number: number) => Promise<void>;
  #part: T[];
  #bytes = 0;
  #number: number;

  /** @param number of the part under way. @param part what it has already */
  constructor(
    size: number,
    store: (part: readonly T[], number: number) => Promise<void>,
    number = 1,
    part: readonly T[] = [],
  ) {
    this.#size = size;
    this.#store = store;
    this.#number = number;
    this.#part = [...part];
  }

  get number(): number {
    return this.#number;
  }

  get part(): readonly T[] {
    return this.#part;
  }

  /** Whether the part under way is to end before the next element. @param bytes of that, where the part's size in bytes is bounded too */
  isFullFor(bytes = 0): boolean {
    return this.#part.length === this.#size || this.#bytes + bytes > BYTES_A_FILE;
  }

  add(element: T, bytes = 0): void {
    this.#part.push(element);
    this.#bytes += bytes;
  }

  async end(): Promise<void> {
    if (this.#part.length === 0) return;
    await this.#store(this.#part, this.#number);
    this.#number += 1;
    this.#part = [];
    this.#bytes = 0;
  }
}
