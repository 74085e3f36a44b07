import type { HandoffId, Verifier } from "@secret-handoff/protocol";
import { B, N } from "./attributes.ts";
import { byRecipient } from "./claim-writes.ts";
import type { Gone, NotFound } from "./claims.ts";
import { derive, keyOf, readHandoff } from "./handoff.ts";
import type { Table } from "./table.ts";
import { all, change, isOpen } from "./transitions.ts";

/** Mailed codes. A claim spends and judges their tries; this is where one becomes valid. */
export class Codes {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Makes a mailed code the valid one, if the address was the right one and codes are left.
   * @param code its HMAC and when it ends, Unix seconds
   * @returns `unchanged` when the address was another, all codes are used, or none is asked for here
   */
  async arm(
    id: HandoffId,
    shown: { readonly emailVerifier: Verifier },
    code: { readonly hash: Uint8Array; readonly expiresAt: number; readonly tries: number },
    now: number,
  ): Promise<"armed" | "unchanged" | Gone | NotFound> {
    const key = { id };
    const armed = await this.#table.update(
      change({
        key,
        now,
        condition: all(isOpen, "#emailVerifier = :emailVerifier", "#codesLeft > :zero"),
        events: [byRecipient("code_mailed", now)],
        set: [
          "#codesLeft = #codesLeft - :one",
          "#codeHash = :codeHash",
          "#codeExpiresAt = :codeExpiresAt",
          "#codeTriesLeft = :tries",
        ],
        values: {
          emailVerifier: B(shown.emailVerifier),
          codeHash: B(code.hash),
          codeExpiresAt: N(code.expiresAt),
          tries: N(code.tries),
          zero: N(0),
          one: N(1),
        },
      }),
    );
    const item = await this.#table.get(keyOf(key));
    if (!item) return { kind: "not_found" };
    if (armed) return "armed";
    const { state, changedAt } = derive(readHandoff(item), now);
    return state === "open" ? "unchanged" : { kind: "gone", state, changedAt };
  }
}
