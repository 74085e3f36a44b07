import { timingSafeEqual } from "node:crypto";
import {
  type ClaimId,
  type Ended,
  type Flags,
  type HandoffId,
  type Receipt,
  verifierOf,
} from "@secret-handoff/protocol";
import type { Entry } from "../events/event.ts";
import type { Attributes } from "./attributes.ts";
import {
  acknowledge,
  burn,
  byRecipient,
  type ClaimAttempt,
  debitAttempt,
  debitCodeTry,
  lock,
  noteReport,
  take,
} from "./claim-writes.ts";
import { derive, type HandoffKey, type HandoffRecord, keyOf, leaseEnd, readHandoff } from "./handoff.ts";
import type { Table } from "./table.ts";
import { change, exists, isOpen } from "./transitions.ts";

export type ClaimOutcome =
  | {
      readonly kind: "released";
      readonly record: HandoffRecord;
      readonly envelope: Uint8Array;
      readonly leaseUntil: number;
    }
  | { readonly kind: "wrong_answer"; readonly attemptsLeft: number }
  | { readonly kind: "code_needed" }
  | Gone
  | NotFound;

export type Gone = { readonly kind: "gone"; readonly state: Ended; readonly changedAt: number };
export type NotFound = { readonly kind: "not_found" };

/** What the holder of a link can do to a handoff. Each state change is one conditional write. */
export class Claims {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async find(id: HandoffId): Promise<HandoffRecord | undefined> {
    return this.#read({ id });
  }

  /**
   * Binds the handoff to one browser and releases the envelope to it; the same browser reads again within its lease.
   * Where an answer is checked, the attempt is debited before it is judged; so is a try of the mailed code.
   */
  async claim(id: HandoffId, attempt: ClaimAttempt, now: number): Promise<ClaimOutcome> {
    const key = { id };
    if (attempt.flags === 0) {
      return (await this.#take(key, attempt, now)) ?? this.#judge(key, attempt, now);
    }
    if (attempt.codeHash && !(await this.#debitCodeTry(key, attempt.flags, now))) {
      // No code is valid now: judged like a claim without one, which also serves a code that nobody asked for.
      return this.claim(id, { ...attempt, codeHash: undefined }, now);
    }
    const debited = await this.#debit(key, attempt, now);
    if (!debited) {
      if (attempt.codeHash) {
        const wrong: Entry = { ...byRecipient("answer_wrong", now), outcome: "wrong_code" };
        await this.#table.update(change({ key, now, condition: isOpen, events: [wrong] }));
      }
      return this.#judge(key, attempt, now);
    }
    const taken = await this.#take(key, attempt, now);
    if (taken) return taken;
    // A right answer that came too late is told what came first; a wrong one was paid for and is wrong, whatever came first.
    if (same(debited.claimVerifier, verifierOf(attempt.claimToken))) return this.#judge(key, attempt, now);
    const { attemptsLeft } = debited;
    await this.#recordWrongAnswer(key, attemptsLeft, now);
    return { kind: "wrong_answer", attemptsLeft };
  }

  /** @returns true when the receipt proves that this claim was decrypted, now or before */
  async acknowledge(
    id: HandoffId,
    proof: { readonly claimId: ClaimId; readonly receipt: Receipt },
    now: number,
  ): Promise<"acknowledged" | "wrong_receipt" | "not_found"> {
    const key = { id };
    const claimHash = verifierOf(proof.claimId);
    const receiptVerifier = verifierOf(proof.receipt);
    const written = await this.#table.update(acknowledge(key, { claimHash, receiptVerifier }, now));
    if (written) return "acknowledged";
    const record = await this.#read(key);
    if (!record) return "not_found";
    const repeated =
      record.deliveredAt !== undefined &&
      same(record.claimHash, claimHash) &&
      same(record.receiptVerifier, receiptVerifier);
    return repeated ? "acknowledged" : "wrong_receipt";
  }

  /** Burns what is still there; a handoff that has ended unread keeps its state, and remembers the report once. */
  async report(id: HandoffId, now: number): Promise<"reported" | "not_found"> {
    const key = { id };
    if (await this.#table.update(burn(key, now))) return "reported";
    const noted = await this.#table.update(noteReport(key, now));
    return noted || (await this.#read(key)) ? "reported" : "not_found";
  }

  async #take(key: HandoffKey, attempt: ClaimAttempt, now: number): Promise<ClaimOutcome | undefined> {
    const item = await this.#table.update(take(key, attempt, now));
    return item && released(item);
  }

  /** @returns the handoff with the attempts left after this one, or undefined when nothing could be debited */
  async #debit(key: HandoffKey, attempt: ClaimAttempt, now: number): Promise<HandoffRecord | undefined> {
    const item = await this.#table.update(debitAttempt(key, attempt, now));
    return item && readHandoff(item);
  }

  /** Counted apart from the attempts. @returns false when no mailed code is valid now */
  async #debitCodeTry(key: HandoffKey, flags: Flags, now: number): Promise<boolean> {
    return (await this.#table.update(debitCodeTry(key, flags, now))) !== undefined;
  }

  /** The last attempt locks, if the handoff is open still. */
  async #recordWrongAnswer(key: HandoffKey, attemptsLeft: number, now: number): Promise<void> {
    const wrong: Entry = { ...byRecipient("answer_wrong", now), attemptsLeft };
    const isLast = attemptsLeft === 0;
    if (isLast && (await this.#table.update(lock(key, [wrong, byRecipient("locked", now)], now)))) return;
    await this.#table.update(change({ key, now, condition: exists, events: [wrong] }));
  }

  /** Says why a claim did not go through, or releases again to the browser that has it. Writes nothing. */
  async #judge(key: HandoffKey, attempt: ClaimAttempt, now: number): Promise<ClaimOutcome> {
    const item = await this.#table.get(keyOf(key));
    if (!item) return { kind: "not_found" };
    const record = readHandoff(item);
    const { state, changedAt } = derive(record, now);
    if (state === "claimed") {
      const sameBrowser = same(record.claimHash, verifierOf(attempt.claimId));
      const sameAnswer = same(record.claimVerifier, verifierOf(attempt.claimToken));
      return sameBrowser && sameAnswer ? released(item) : { kind: "gone", state, changedAt };
    }
    if (state !== "open") return { kind: "gone", state, changedAt };
    if (record.attemptsLeft === 0) return { kind: "gone", state: "locked", changedAt: now };
    if (record.hasEmailVerifier && attempt.flags === record.flags) return { kind: "code_needed" };
    return { kind: "wrong_answer", attemptsLeft: record.attemptsLeft };
  }

  async #read(key: HandoffKey): Promise<HandoffRecord | undefined> {
    const item = await this.#table.get(keyOf(key));
    return item && readHandoff(item);
  }
}

function released(item: Attributes): ClaimOutcome {
  const record = readHandoff(item);
  if (!record.envelope) throw new Error("a claimed item of the table has no envelope");
  return { kind: "released", record, envelope: record.envelope, leaseUntil: leaseEnd(record) };
}

function same(stored: Uint8Array | undefined, shown: Uint8Array): boolean {
  return stored !== undefined && stored.length === shown.length && timingSafeEqual(stored, shown);
}
