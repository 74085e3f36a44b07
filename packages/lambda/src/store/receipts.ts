import { type ClaimId, type HandoffId, type Receipt, verifierOf } from "@secret-handoff/protocol";
import { countTry } from "./claims.ts";
import { absent, and, set } from "./expressions.ts";
import { derive, equalInConstantTime, readSealed, type SealedRecord } from "./handoff-record.ts";
import { NoLongerOpen } from "./no-longer-open.ts";
import type { Table } from "./table.ts";
import { byRecipient, change, claimedAndDecrypted, end, exists, reportable } from "./transitions.ts";

/** What a recipient says after a claim: that the bundle was taken, or that it was not them. */
export class Receipts {
  readonly #table: Table;
  readonly #noLongerOpen: NoLongerOpen;

  constructor(table: Table) {
    this.#table = table;
    this.#noLongerOpen = new NoLongerOpen(table);
  }

  /** Claimed, or unconfirmed, becomes delivered where claim and receipt are proved. May be repeated. */
  async acknowledge(
    id: HandoffId,
    proof: { readonly claimId: ClaimId; readonly receipt: Receipt },
    now: number,
  ): Promise<"acknowledged" | "wrong_receipt" | "not_found"> {
    const claimHash = verifierOf(proof.claimId);
    const receiptVerifier = verifierOf(proof.receipt);
    const isProved = (record: SealedRecord) =>
      equalInConstantTime(record.claimHash, claimHash) &&
      equalInConstantTime(record.receiptVerifier, receiptVerifier);
    const known = await this.#noLongerOpen.read(id, now);
    if (known && !isProved(known)) return "wrong_receipt";
    if (known?.deliveredAt !== undefined) return "acknowledged";
    const written = await this.#table.updateOrRead(
      end("delivered", {
        key: { id },
        now,
        condition: claimedAndDecrypted(claimHash, receiptVerifier),
        events: [byRecipient("acknowledged", now)],
        set: [set("deliveredAt", now)],
      }),
    );
    if (written.done) return "acknowledged";
    if (!written.item) return "not_found";
    const record = readSealed(written.item);
    // Nobody has claimed it, so there is no receipt to show: such a call is counted, or a link could cause writes without end.
    if (derive(record, now).state === "open") await countTry(this.#table, written.item, now);
    else this.#noLongerOpen.note(record, now);
    return record.deliveredAt !== undefined && isProved(record) ? "acknowledged" : "wrong_receipt";
  }

  /** Burns what is still there; what has ended unread keeps its state, and remembers the report once. */
  async report(id: HandoffId, now: number): Promise<"reported" | "not_found"> {
    const key = { id };
    const reported = byRecipient("reported", now);
    // Of what is still there it would have changed the state.
    if ((await this.#noLongerOpen.read(id, now))?.reportedAt !== undefined) return "reported";
    const burned = await this.#table.updateOrRead(
      end("reported", {
        key,
        now,
        condition: reportable(now),
        events: [reported],
        set: [set("reportedAt", now)],
      }),
    );
    if (burned.done) return "reported";
    if (!burned.item) return "not_found";
    const record = readSealed(burned.item);
    this.#noLongerOpen.note(record, now);
    if (record.reportedAt === undefined) {
      await this.#table.update(
        change({
          key,
          now,
          condition: and(exists, absent("reportedAt")),
          events: [{ ...reported, outcome: "already_ended" }],
          set: [set("reportedAt", now)],
        }),
      );
    }
    return "reported";
  }
}
