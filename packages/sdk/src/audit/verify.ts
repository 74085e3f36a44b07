import type { Seal } from "@secret-handoff/protocol/api";
import {
  canonicalBytes,
  dayName,
  dayNumber,
  dayOf,
  isSignedBy,
  leafHash,
  MerkleTree,
  NO_PREVIOUS_SEAL,
  placeOf,
  type SealKey,
  sealHash,
} from "@secret-handoff/protocol/audit";
import { ChainCheck, type Suspicion } from "./chain-check.ts";
import { locate } from "./locate.ts";
import { type Trail, TrailError, type TrailEvent } from "./trail.ts";

/** What is wrong with a trail, first of all in its order. */
export type Finding = {
  /**
   * Of an event: missing, changed, moved, added; `chain`: the trail was sealed without it. Of a day whose events cannot be told apart:
   * day. `misfiled`: the event is as it was sealed, and the service would not find it by all that it names. Of a seal: seal_missing, seal_changed. Of a file: unreadable.
   */
  readonly kind:
    | "missing"
    | "changed"
    | "moved"
    | "added"
    | "chain"
    | "misfiled"
    | "day"
    | "seal_missing"
    | "seal_changed"
    | "unreadable";
  readonly day?: string;
  /** The event's id. */
  readonly event?: string;
  /** For people. */
  readonly sentence: string;
};

/** What `verify` found. */
export type VerifyResult = {
  /** The first fault; undefined where the trail is whole. */
  readonly finding: Finding | undefined;
  readonly seals: number;
  /** Events that a seal covers, up to the first fault. */
  readonly sealedEvents: number;
  /** Events of days that have no seal yet: only the chain of their handoff holds them. */
  readonly unsealedEvents: number;
  /** The first and the last day with a seal. */
  readonly first: string | undefined;
  readonly last: string | undefined;
  /** Whether the first seal is the very first of the service. */
  readonly fromTheBeginning: boolean;
};

export type VerifyOptions = {
  /** The first day whose events are checked, for a trail whose older events are no longer kept. @default the first seal's */
  readonly since?: string;
  /**
   * The last day that must have a seal, see `lastDueDay`; before `since`, none of the period must have one. @default none: a trail may end
   * anywhere
   */
  readonly until?: string;
  /**
   * Hashes of seals that were kept elsewhere, as the event bus announced them (`seal` of `day_sealed`): the trail must have each of them.
   * Without one, a trail that was changed and then sealed anew looks whole.
   */
  readonly pins?: readonly string[];
};

/**
 * Checks a trail against the public key: every seal's signature and its place in the chain of seals, every event against its day's
 * seal, and the chain of each handoff. Keeps no events in memory.
 * @param keys of the seals, see `readSealKeys`
 */
export async function verifyTrail(
  trail: Trail,
  keys: readonly SealKey[],
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const check = new TrailCheck(trail, keys, options);
  let finding: Finding | undefined;
  try {
    finding = (await check.seals()) ?? (await check.events());
  } catch (error) {
    if (!(error instanceof TrailError)) throw error;
    finding = { kind: "unreadable", sentence: `The trail cannot be read: ${error.fault}.` };
  }
  return check.result(finding);
}

class TrailCheck {
  readonly #trail: Trail;
  readonly #keys: readonly SealKey[];
  readonly #options: VerifyOptions;
  readonly #seals = new Map<string, Seal>();
  /** Pinned seals that the trail has not shown yet. */
  readonly #pins: Set<string>;
  #first: string | undefined;
  #last: string | undefined;
  #sealedEvents = 0;
  #unsealedEvents = 0;
  /** Events before those of the day under way, also those that are not checked. */
  #passed = 0;

  constructor(trail: Trail, keys: readonly SealKey[], options: VerifyOptions) {
    this.#trail = trail;
    this.#keys = keys;
    this.#options = options;
    this.#pins = new Set(options.pins);
  }

  result(finding: Finding | undefined): VerifyResult {
    return {
      finding,
      seals: this.#seals.size,
      sealedEvents: this.#sealedEvents,
      unsealedEvents: this.#unsealedEvents,
      first: this.#first,
      last: this.#last,
      fromTheBeginning: this.#fromTheBeginning,
    };
  }

  get #fromTheBeginning(): boolean {
    return this.#seals.get(this.#first ?? "")?.previous === NO_PREVIOUS_SEAL;
  }

  async seals(): Promise<Finding | undefined> {
    let before: Seal | undefined;
    for await (const seal of this.#trail.seals()) {
      const finding = this.#checkSeal(seal, before);
      if (finding) return finding;
      this.#seals.set(seal.day, seal);
      this.#pins.delete(sealHash(seal));
      this.#first ??= seal.day;
      this.#last = seal.day;
      before = seal;
    }
    const { since, until } = this.#options;
    if (!before) return isNoneDue(this.#options) ? this.#pinned() : sealMissing(since ?? until);
    if (since !== undefined && since < (this.#first ?? "") && !this.#fromTheBeginning)
      return sealMissing(since);
    if (until !== undefined && before.day < until) return sealMissing(dayName(dayNumber(before.day) + 1));
    return this.#pinned();
  }

  #pinned(): Finding | undefined {
    const [pin] = this.#pins;
    return pin === undefined ? undefined : pinMissing(pin);
  }

  #checkSeal(seal: Seal, before: Seal | undefined): Finding | undefined {
    const { day } = seal;
    const expected = before && dayName(dayNumber(before.day) + 1);
    if (expected !== undefined && day > expected) return sealMissing(expected);
    if (!isSignedBy(seal, this.#keys)) {
      const sentence = `The seal of ${day} was changed, or another key signed it (${seal.keyId}).`;
      return { kind: "seal_changed", day, sentence };
    }
    if (before && (day !== expected || seal.previous !== sealHash(before))) {
      const sentence = `The seal of ${day} does not follow the seal of ${before.day}: one of them was replaced.`;
      return { kind: "seal_changed", day, sentence };
    }
    return undefined;
  }

  async events(): Promise<Finding | undefined> {
    const { since = this.#first ?? "" } = this.#options;
    const chain = new ChainCheck(this.#fromTheBeginning && since <= (this.#first ?? ""));
    let day = new DayCheck(since);
    for await (const event of this.#trail.events()) {
      const itsDay = dayOf(event);
      if (itsDay < since) {
        if (this.#options.since === undefined) return this.#beforeTheSeals(event);
        this.#passed += 1;
        continue;
      }
      if (itsDay < day.name) return this.#locate(day, { kind: "moved", event: event.id });
      if (itsDay > day.name) {
        const finding = await this.#closeDays(day, itsDay);
        if (finding) return finding;
        day = new DayCheck(itsDay);
        chain.newDay(itsDay);
      }
      const canonical = canonicalBytes(event);
      day.add(event, canonical, chain.check(event, canonical));
      day.misfiled ??= this.#misfiled(event);
      if (!this.#seals.has(itsDay)) {
        this.#unsealedEvents += 1;
        const finding = day.withoutSeal();
        if (finding) return finding;
      }
    }
    const end = this.#last === undefined ? day.name : dayName(dayNumber(this.#last) + 1);
    return day.name < end ? this.#closeDays(day, end) : undefined;
  }

  /** Closes a day, and the empty ones after it. @param next the first that is not closed */
  async #closeDays(from: DayCheck, next: string): Promise<Finding | undefined> {
    for (let day = from; day.name < next; day = new DayCheck(dayName(dayNumber(day.name) + 1))) {
      const finding = await this.#closeDay(day, next);
      if (finding) return finding;
    }
    return undefined;
  }

  #misfiled(event: TrailEvent): Finding | undefined {
    const attributes = this.#trail.misfiled?.(event) ?? [];
    return attributes.length === 0 ? undefined : misfiledFinding(event, attributes);
  }

  /** An event that no seal covers, though nothing says that the trail begins later. */
  #beforeTheSeals(event: TrailEvent): Finding {
    const day = dayOf(event);
    if (!this.#fromTheBeginning) return sealMissing(day);
    const sentence = `The event ${event.id} is of ${day}, before the first seal of all.`;
    return { kind: "added", day, event: event.id, sentence };
  }

  /** @param later the day of an event that follows */
  async #closeDay(day: DayCheck, later: string): Promise<Finding | undefined> {
    const seal = this.#seals.get(day.name);
    if (!seal) {
      // A day is sealed two hours after its end: by the day after the next, every one has its seal.
      const isLate = dayNumber(later) - dayNumber(day.name) >= 2;
      if (isLate && this.#last !== undefined && day.name > this.#last) return sealMissing(day.name);
      if (day.count > 0 && day.name < (this.#first ?? "")) return sealMissing(day.name);
      this.#passed += day.count;
      return undefined;
    }
    if (day.count !== seal.count || day.root() !== seal.root) return this.#locate(day, day.suspicion);
    if (day.suspicion) {
      const { event } = day.suspicion;
      const sentence = `${day.name} was sealed as it is, but ${day.suspicion.sentence}: the service lost or changed an event before it sealed the day.`;
      return { kind: "chain", day: day.name, event, sentence };
    }
    if (day.misfiled) return day.misfiled;
    this.#sealedEvents += day.count;
    this.#passed += day.count;
    return undefined;
  }

  /** Names the first event that is wrong in a day whose events do not make its seal's root. */
  async #locate(
    { name }: DayCheck,
    suspicion: Pick<Suspicion, "kind" | "event"> | undefined,
  ): Promise<Finding> {
    const seal = this.#seals.get(name);
    const found = seal && (await locate(this.#trail, seal, this.#passed));
    if (found) return found;
    if (suspicion) {
      const { kind, event } = suspicion;
      return { kind, day: name, event, sentence: `The event ${event} of ${name} is ${kind}.` };
    }
    const sentence = `The events of ${name} are not those that were sealed. The trail has no leaves of that day that match the seal, so which of them was changed, added or removed is not known.`;
    return { kind: "day", day: name, sentence };
  }
}

/** Whether the whole period is younger than the last day that must have a seal. */
function isNoneDue({ since, until }: VerifyOptions): boolean {
  return since !== undefined && until !== undefined && until < since;
}

/** The events of one day, as they are read. */
class DayCheck {
  readonly name: string;
  /** The first thing that looks wrong within the day. */
  suspicion: Suspicion | undefined;
  /** The first event that the service would not find. */
  misfiled: Finding | undefined;
  readonly #tree = new MerkleTree();
  #lastPlace = "";

  constructor(name: string) {
    this.name = name;
  }

  get count(): number {
    return this.#tree.count;
  }

  root(): string {
    return Buffer.from(this.#tree.root()).toString("base64url");
  }

  /** What is wrong with a day that no seal covers yet. */
  withoutSeal(): Finding | undefined {
    return this.suspicion ? openFinding(this.suspicion, this.name) : this.misfiled;
  }

  add(event: TrailEvent, canonical: Uint8Array, suspicion: Suspicion | undefined): void {
    this.#tree.append(leafHash(canonical));
    const place = placeOf(event);
    if (place <= this.#lastPlace) {
      this.suspicion ??= {
        kind: "moved",
        event: event.id,
        sentence: `the event ${event.id} stands too late`,
      };
    }
    this.#lastPlace = place;
    this.suspicion ??= suspicion;
  }
}

function sealMissing(day: string | undefined): Finding {
  if (day === undefined) return { kind: "seal_missing", sentence: "The trail has no seals." };
  return { kind: "seal_missing", day, sentence: `The seal of ${day} is missing.` };
}

function pinMissing(pin: string): Finding {
  const sentence = `The trail does not have the pinned seal ${pin}: the days up to it were sealed anew, or it lies outside of this trail.`;
  return { kind: "seal_changed", sentence };
}

function misfiledFinding(event: TrailEvent, attributes: readonly string[]): Finding {
  const day = dayOf(event);
  const sentence = `The event ${event.id} of ${day} is as it was, but the audit table does not find it by ${attributes.join(", ")}: somebody changed these attributes of its items.`;
  return { kind: "misfiled", day, event: event.id, sentence };
}

function openFinding({ kind, event, sentence }: Suspicion, day: string): Finding {
  return { kind, day, event, sentence: `In ${day}, which has no seal yet, ${sentence}.` };
}
