import { createHash } from "node:crypto";
import {
  type ClaimId,
  type ClaimToken,
  type Flags,
  type HandoffId,
  LEASE_SECONDS,
  verifierOf,
} from "@secret-handoff/protocol";
import { countWrongCode, isCodeOf, lockOnce } from "./codes.ts";
import { type Attributes, add, and, countDown, equals, greaterThan, set } from "./expressions.ts";
import {
  derive,
  equalInConstantTime,
  type Gone,
  type HandoffKey,
  keyOf,
  leaseEnd,
  type NotFound,
  readSealed,
  type SealedRecord,
} from "./handoff-record.ts";
import { NoLongerOpen } from "./no-longer-open.ts";
import type { Table, Update } from "./table.ts";
import {
  BACKSTOP_SECONDS,
  byRecipient,
  CODE_PARTS,
  change,
  codeHolds,
  type Entry,
  end,
  exists,
  flagsAre,
  isNoted,
  newMark,
  open,
} from "./transitions.ts";

type ClaimAttempt = {
  readonly claimToken: ClaimToken;
  readonly claimId: ClaimId;
  readonly flags: Flags;
  /** HMAC of the mailed code that was typed, where one was. */
  readonly codeHash?: Uint8Array | undefined;
};

export type ClaimOutcome =
  | {
      readonly kind: "released";
      readonly record: SealedRecord;
      readonly envelope: Uint8Array;
      readonly leaseUntil: number;
    }
  | { readonly kind: "wrong_answer"; readonly attemptsLeft: number }
  | { readonly kind: "code_needed" }
  | Gone
  | NotFound;

/**
 * Claims. An answer is debited before it is checked, so that guesses in parallel are never checked more often than there are attempts;
 * that the claim itself goes through is decided by its own condition alone. Each write brings back the item, so that a refused claim
 * is one call to the table, and one with an answer to check is two whatever the answer was.
 */
export class Claims {
  readonly #table: Table;
  readonly #noLongerOpen: NoLongerOpen;

  constructor(table: Table) {
    this.#table = table;
    this.#noLongerOpen = new NoLongerOpen(table);
  }

  async find(id: HandoffId): Promise<SealedRecord | undefined> {
    const item = await this.#table.get(keyOf({ id }));
    return item && readSealed(item);
  }

  /** Binds the handoff to one browser and releases the envelope to it; the same browser reads again within its lease. */
  async claim(id: HandoffId, attempt: ClaimAttempt, now: number): Promise<ClaimOutcome> {
    const key = { id };
    const known = await this.#noLongerOpen.read(id, now);
    if (known) return knownOutcome(known, attempt, now);
    if (attempt.flags === 0) {
      const taken = await this.#table.updateAndRead(take(key, attempt, undefined, now));
      return taken.done ? this.#release(taken.item, now) : this.#refuse(taken.item, attempt, now);
    }
    const debited = await this.#debit(key, attempt, now);
    if ("kind" in debited) return debited;
    if (!isAnsweredBy(debited, attempt)) return this.#countWrongAnswer(debited, attempt, now);
    if (debited.mailsCodes && !isCodeOf(debited, attempt.codeHash, now)) {
      const isLocked = await countWrongCode(this.#table, debited, attempt.codeHash, now);
      return isLocked ? { kind: "gone", state: "locked", changedAt: now } : { kind: "code_needed" };
    }
    const codeHash = debited.mailsCodes ? attempt.codeHash : undefined;
    const taken = await this.#table.updateAndRead(take(key, attempt, codeHash, now));
    if (taken.done) return this.#release(taken.item, now);
    if (!taken.item) return { kind: "not_found" };
    // The answer was right and something else came first. If the handoff is still open, that was a newer code.
    const outcome = outcomeFor(readSealed(taken.item), attempt, now);
    return outcome === "open" ? { kind: "code_needed" } : outcome;
  }

  #release(item: Attributes, now: number): ClaimOutcome {
    const record = readSealed(item);
    this.#noLongerOpen.note(record, now);
    return released(record);
  }

  /** Takes one attempt. The last one is taken by a write of its own, which makes the sweeper see to it. */
  async #debit(key: HandoffKey, attempt: ClaimAttempt, now: number): Promise<SealedRecord | ClaimOutcome> {
    let debit = debitAttempt(key, attempt, now);
    for (;;) {
      const debited = await this.#table.updateAndRead(debit);
      if (debited.done) return readSealed(debited.item);
      const found = debited.item && readSealed(debited.item);
      const isOpen = found && derive(found, now).state === "open" && found.flags === attempt.flags;
      if (!isOpen) return this.#refuse(debited.item, attempt, now);
      if (found.attemptsLeft === 0) {
        // The last attempt was this very one, and its response was lost: it is checked again, and may still be right.
        const isRepeated = equalInConstantTime(found.lastAttempt, fingerprintOf(attempt));
        return isRepeated ? found : this.#refuse(debited.item, attempt, now);
      }
      debit =
        found.attemptsLeft === 1 ? debitLastAttempt(key, attempt, now) : debitAttempt(key, attempt, now);
    }
  }

  /**
   * Why nothing could be claimed or debited. Open all the same, the flags are not the handoff's, or no answer is asked for and the
   * token is wrong.
   */
  async #refuse(item: Attributes | undefined, attempt: ClaimAttempt, now: number): Promise<ClaimOutcome> {
    if (!item) return { kind: "not_found" };
    const record = readSealed(item);
    this.#noLongerOpen.note(record, now);
    if (outcomeFor(record, attempt, now) !== "open") return knownOutcome(record, attempt, now);
    const counted = await countTry(this.#table, item, now);
    if ("attemptsLeft" in counted) return { kind: "wrong_answer", attemptsLeft: counted.attemptsLeft };
    return counted.item ? knownOutcome(readSealed(counted.item), attempt, now) : { kind: "not_found" };
  }

  /** The last attempt locks, if the handoff is open still. */
  async #countWrongAnswer(record: SealedRecord, attempt: ClaimAttempt, now: number): Promise<ClaimOutcome> {
    const { attemptsLeft } = record;
    const wrong: Entry = { ...byRecipient("answer_wrong", now), attemptsLeft };
    // A last attempt that comes again is judged again, and is still one answer.
    const mark = attemptsLeft > 0 ? newMark() : markOf(attempt);
    if (attemptsLeft > 0 || !(await lockOnce(this.#table, lock(record, [wrong], now, mark), mark))) {
      await this.#table.update(change({ key: record, now, condition: exists, events: [wrong], mark }));
    }
    return { kind: "wrong_answer", attemptsLeft };
  }
}

/**
 * Counts a try at an open handoff that needs no check: nobody guesses like that, but each is a write that bills the whole item. The
 * last one locks.
 * @param item as it was found
 * @returns the attempts left after it, or the item as it is once there is nothing to count any more
 */
export async function countTry(
  table: Table,
  item: Attributes,
  now: number,
): Promise<{ readonly attemptsLeft: number } | { readonly item: Attributes | undefined }> {
  const mark = newMark();
  for (let found: Attributes | undefined = item; found; ) {
    const record = readSealed(found);
    if (derive(record, now).state !== "open" || record.attemptsLeft === 0) return { item: found };
    const attemptsLeft = record.attemptsLeft - 1;
    const counted = await table.updateOrRead(countAttempt(record, attemptsLeft, now, mark));
    if (counted.done || (counted.item && isNoted(readSealed(counted.item), mark))) return { attemptsLeft };
    found = counted.item;
  }
  return { item: undefined };
}

/** Open and rightly answered becomes claimed. */
function take(key: HandoffKey, attempt: ClaimAttempt, codeHash: Uint8Array | undefined, now: number): Update {
  return change({
    key,
    now,
    condition: and(
      open(now),
      flagsAre(attempt.flags),
      codeHolds(codeHash, now),
      equals("claimVerifier", verifierOf(attempt.claimToken)),
    ),
    events: [byRecipient("claimed", now)],
    dueAt: now + LEASE_SECONDS,
    set: [
      set("state", "claimed"),
      set("changedAt", now),
      set("claimedAt", now),
      set("claimHash", verifierOf(attempt.claimId)),
      set("leaseUntil", now + LEASE_SECONDS),
    ],
    remove: [...CODE_PARTS, "lastAttempt"],
  });
}

/** One attempt less, and one try of the mailed code where one was typed, whether or not there is any: that costs the same. */
function debitAttempt(key: HandoffKey, attempt: ClaimAttempt, now: number): Update {
  return {
    key: keyOf(key),
    set: [add("attemptsLeft", -1), ...(attempt.codeHash ? [countDown("codeTriesLeft", 0)] : [])],
    remove: [],
    condition: and(open(now), flagsAre(attempt.flags), greaterThan("attemptsLeft", 1)),
  };
}

/** The last one. If its process dies, the sweeper finds it; if only the response is lost, the repeated attempt is recognised. */
function debitLastAttempt(key: HandoffKey, attempt: ClaimAttempt, now: number): Update {
  const debit = debitAttempt(key, attempt, now);
  return {
    ...debit,
    set: [...debit.set, set("lastAttempt", fingerprintOf(attempt)), set("dueAt", now + BACKSTOP_SECONDS)],
    condition: and(open(now), flagsAre(attempt.flags), equals("attemptsLeft", 1)),
  };
}

/** An attempt that needs no check, counted together with its event; the last one locks. */
function countAttempt(record: SealedRecord, attemptsLeft: number, now: number, mark: string): Update {
  const wrong: Entry = { ...byRecipient("answer_wrong", now), attemptsLeft };
  const counted = {
    key: record,
    now,
    condition: and(open(now), equals("attemptsLeft", record.attemptsLeft)),
    set: [set("attemptsLeft", attemptsLeft)],
    mark,
  };
  return attemptsLeft === 0
    ? end("locked", { ...counted, events: [wrong, byRecipient("locked", now)] })
    : change({ ...counted, events: [wrong] });
}

/** Open without attempts left becomes locked. @param before events that come before the lock */
function lock(key: HandoffKey, before: readonly Entry[], now: number, mark: string): Update {
  return end("locked", {
    key,
    now,
    mark,
    condition: and(open(now), equals("attemptsLeft", 0)),
    events: [...before, byRecipient("locked", now)],
  });
}

/** The outcome of a refused claim, as far as the item that refused it says; writes nothing. */
function outcomeFor(record: SealedRecord, attempt: ClaimAttempt, now: number): ClaimOutcome | "open" {
  const { state, changedAt } = derive(record, now);
  if (state === "claimed") {
    const isSameBrowser = equalInConstantTime(record.claimHash, verifierOf(attempt.claimId));
    if (!isSameBrowser) return { kind: "gone", state, changedAt };
    // It has answered rightly before, so there is nothing to guess: it has mistyped, and may type again until its lease ends.
    return isAnsweredBy(record, attempt)
      ? released(record)
      : { kind: "gone", state, changedAt, leaseUntil: leaseEnd(record) };
  }
  if (state !== "open") return { kind: "gone", state, changedAt };
  // A right last answer may be on its way, so a call that finds none left changes nothing.
  return record.attemptsLeft > 0 ? "open" : { kind: "gone", state: "locked", changedAt: now };
}

function knownOutcome(record: SealedRecord, attempt: ClaimAttempt, now: number): ClaimOutcome {
  const outcome = outcomeFor(record, attempt, now);
  return outcome === "open" ? { kind: "not_found" } : outcome;
}

function released(record: SealedRecord): ClaimOutcome {
  if (!record.envelope) throw new Error("a claimed item of the table has no envelope");
  return { kind: "released", record, envelope: record.envelope, leaseUntil: leaseEnd(record) };
}

function isAnsweredBy(record: SealedRecord, { claimToken }: ClaimAttempt): boolean {
  return equalInConstantTime(record.claimVerifier, verifierOf(claimToken));
}

/** Identifies one attempt by everything that was answered: another answer from the same browser is another attempt. */
function fingerprintOf({ claimToken, claimId, codeHash }: ClaimAttempt): Uint8Array {
  const hash = createHash("sha256").update(claimId).update(claimToken);
  return codeHash ? hash.update(codeHash).digest() : hash.digest();
}

/** The mark of one answer, however often it is judged. */
function markOf(attempt: ClaimAttempt): string {
  return Buffer.from(fingerprintOf(attempt).subarray(0, 8)).toString("base64url");
}
