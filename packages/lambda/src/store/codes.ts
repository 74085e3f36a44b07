import {
  CODE_SECONDS,
  type HandoffId,
  MAX_ATTEMPTS,
  MAX_CODE_REQUESTS,
  MAX_CODE_TRIES,
  type Verifier,
} from "@secret-handoff/protocol";
import {
  absent,
  add,
  and,
  atMost,
  countDown,
  equals,
  greaterThan,
  lessThan,
  or,
  set,
} from "./expressions.ts";
import {
  derive,
  equalInConstantTime,
  type Gone,
  type HandoffKey,
  keyOf,
  type NotFound,
  readSealed,
  type SealedRecord,
} from "./handoff-record.ts";
import { NoLongerOpen } from "./no-longer-open.ts";
import type { Table, Update } from "./table.ts";
import { byRecipient, change, type Entry, end, isNoted, newMark, open } from "./transitions.ts";

/**
 * Seconds in which a repeated request makes no other code: its sender has not seen the answer, and the mail may be on its way.
 */
const REPEAT_SECONDS = 30;

/** `armed`: this code is the valid one now, and is to be mailed. `no_codes`: this handoff mails none, as anybody with the link may know. */
type CodeOutcome = "armed" | "unchanged" | "no_codes" | Gone | NotFound;

/** Mailed codes. A claim counts and checks their tries; here one becomes valid. */
export class Codes {
  readonly #table: Table;
  readonly #noLongerOpen: NoLongerOpen;

  constructor(table: Table) {
    this.#table = table;
    this.#noLongerOpen = new NoLongerOpen(table);
  }

  /**
   * Makes a code the valid one, if the address was the right one and codes are left. Every request is counted, and the last wrong one
   * locks. Where codes are mailed, a right and a wrong address cost the same calls.
   * @param codeHash HMAC of the code
   * @returns `unchanged` when the address was another, all codes are used, or one was made a moment ago
   */
  async arm(
    id: HandoffId,
    { emailVerifier, codeHash }: { readonly emailVerifier: Verifier; readonly codeHash: Uint8Array },
    now: number,
  ): Promise<CodeOutcome> {
    const known = await this.#noLongerOpen.read(id, now);
    if (known) return this.#refused(known, now);
    const counted = await this.#table.updateAndRead(countRequest(id, now));
    if (!counted.item) return { kind: "not_found" };
    const record = readSealed(counted.item);
    if (!counted.done) {
      this.#noLongerOpen.note(record, now);
      return this.#refused(record, now);
    }
    if (!record.mailsCodes) return "no_codes";
    if (areCodesSpent(record, now)) {
      return (await this.#table.update(lockCodes({ id }, [], now))) ? locked(now) : "unchanged";
    }
    if (!equalInConstantTime(record.emailVerifier, emailVerifier))
      return this.#countWrongAddress(record, now);
    const armed = await this.#table.updateAndRead(armCode(id, codeHash, emailVerifier, now));
    if (armed.done) return "armed";
    // The write went through, its answer was lost, and the SDK has repeated it.
    return armed.item && equalInConstantTime(readSealed(armed.item).codeHash, codeHash)
      ? "armed"
      : "unchanged";
  }

  async #refused(record: SealedRecord, now: number): Promise<CodeOutcome> {
    const { state, changedAt } = derive(record, now);
    if (state !== "open") return { kind: "gone", state, changedAt };
    return (await this.#table.update(lockRequests(record, [], now))) ? locked(now) : "unchanged";
  }

  async #countWrongAddress(record: SealedRecord, now: number): Promise<CodeOutcome> {
    const wrong: Entry = { ...byRecipient("answer_wrong", now), outcome: "wrong_address" };
    const mark = newMark();
    const lock = lockRequests(record, [wrong], now, mark);
    if (record.codeRequestsLeft === 0 && (await lockOnce(this.#table, lock, mark))) return locked(now);
    await this.#table.update(change({ key: record, now, condition: open(now), events: [wrong], mark }));
    return "unchanged";
  }
}

/** True for the code that was mailed last, before its end and within its tries. The try is debited by now: below zero it was one too many. */
export function isCodeOf(record: SealedRecord, codeHash: Uint8Array | undefined, now: number): boolean {
  return codeHash !== undefined && isTryLeft(record, now) && equalInConstantTime(record.codeHash, codeHash);
}

function isTryLeft({ codeTriesLeft, codeExpiresAt }: SealedRecord, now: number): boolean {
  return codeTriesLeft >= 0 && codeExpiresAt > now;
}

/**
 * After a claim whose answer was right and whose code was not: the attempt is given back, for codes are counted apart. A code that
 * could have been right was debited with the attempt; anything else counts as another request for a code.
 * @returns true when nothing was left of what was counted, and the handoff is locked now
 */
export async function countWrongCode(
  table: Table,
  record: SealedRecord,
  codeHash: Uint8Array | undefined,
  now: number,
): Promise<boolean> {
  const wasJudged = codeHash !== undefined && isTryLeft(record, now);
  const events: Entry[] = wasJudged ? [{ ...byRecipient("answer_wrong", now), outcome: "wrong_code" }] : [];
  const mark = newMark();
  const lock = lockCodes(record, events, now, mark);
  if (areCodesSpent(record, now) && (await lockOnce(table, lock, mark))) return true;
  const refund = {
    key: record,
    now,
    events,
    mark,
    dueAt: record.expiresAt,
    // A write that the SDK repeats must not give back more than there was.
    condition: and(open(now), lessThan("attemptsLeft", MAX_ATTEMPTS)),
    set: [add("attemptsLeft", 1)],
  };
  if (wasJudged) {
    if (await table.update(change(refund))) return false;
    await table.update(change({ key: record, now, condition: open(now), events, mark }));
    return false;
  }
  const counted = await table.updateAndRead(
    change({
      ...refund,
      condition: and(refund.condition, requestsLeft),
      set: [...refund.set, countDown("codeRequestsLeft", MAX_CODE_REQUESTS)],
    }),
  );
  const isSpent = counted.item !== undefined && readSealed(counted.item).codeRequestsLeft === 0;
  return isSpent && table.update(lockRequests(record, [], now));
}

/** Locks, together with the last wrong answer. @returns whether it did, also where the answer was lost and the SDK has repeated the write */
export async function lockOnce(table: Table, lock: Update, mark: string): Promise<boolean> {
  const written = await table.updateOrRead(lock);
  return written.done || (written.item !== undefined && isNoted(readSealed(written.item), mark));
}

function locked(changedAt: number): Gone {
  return { kind: "gone", state: "locked", changedAt };
}

/** One request less, whatever it asks and of whichever handoff. */
function countRequest(id: HandoffId, now: number): Update {
  return {
    key: keyOf({ id }),
    set: [countDown("codeRequestsLeft", MAX_CODE_REQUESTS)],
    remove: [],
    condition: and(open(now), requestsLeft),
  };
}

const requestsLeft = or(absent("codeRequestsLeft"), greaterThan("codeRequestsLeft", 0));

function armCode(id: HandoffId, codeHash: Uint8Array, emailVerifier: Verifier, now: number): Update {
  return change({
    key: { id },
    now,
    condition: and(
      open(now),
      equals("emailVerifier", emailVerifier),
      greaterThan("codesLeft", 0),
      or(absent("codeArmedAt"), atMost("codeArmedAt", now - REPEAT_SECONDS)),
    ),
    events: [byRecipient("code_mailed", now)],
    set: [
      add("codesLeft", -1),
      set("codeHash", codeHash),
      set("codeArmedAt", now),
      set("codeExpiresAt", now + CODE_SECONDS),
      set("codeTriesLeft", MAX_CODE_TRIES),
    ],
  });
}

/** Every code was mailed, and the last one is used up or over: nobody can open it any more. */
function areCodesSpent({ codesLeft, codeTriesLeft, codeExpiresAt }: SealedRecord, now: number): boolean {
  return codesLeft === 0 && (codeTriesLeft <= 0 || codeExpiresAt <= now);
}

/** Where {@link areCodesSpent}. @param before events that come before the lock */
function lockCodes(key: HandoffKey, before: readonly Entry[], now: number, mark?: string): Update {
  const lastIsSpent = or(atMost("codeTriesLeft", 0), atMost("codeExpiresAt", now));
  return end("locked", {
    key,
    mark,
    now,
    condition: and(open(now), equals("codesLeft", 0), lastIsSpent),
    events: [...before, { ...byRecipient("locked", now), outcome: "codes_spent" }],
  });
}

/** @param before events that come before the lock */
function lockRequests(key: HandoffKey, before: readonly Entry[], now: number, mark?: string): Update {
  return end("locked", {
    key,
    mark,
    now,
    condition: and(open(now), atMost("codeRequestsLeft", 0)),
    events: [...before, { ...byRecipient("locked", now), outcome: "code_requests_spent" }],
  });
}
