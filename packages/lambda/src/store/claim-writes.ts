import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  type ClaimId,
  type ClaimToken,
  type Flags,
  LEASE_SECONDS,
  verifierOf,
} from "@secret-handoff/protocol";
import type { EventType } from "@secret-handoff/protocol/api";
import type { Entry } from "../events/event.ts";
import { B, N, S } from "./attributes.ts";
import { type HandoffKey, keyOf } from "./handoff.ts";
import type { Update } from "./table.ts";
import {
  all,
  any,
  BACKSTOP_SECONDS,
  CODE_PARTS,
  change,
  end,
  exists,
  isOpen,
  stateIs,
} from "./transitions.ts";

/** The conditional writes that the holder of a link can bring about. What may happen is said here, and nowhere before the write. */

export type ClaimAttempt = {
  readonly claimToken: ClaimToken;
  readonly claimId: ClaimId;
  readonly flags: Flags;
  /** HMAC of the mailed code that was typed, where one was. */
  readonly codeHash?: Uint8Array | undefined;
};

/** Open and rightly answered becomes claimed, and gives back the item with its envelope. */
export function take(key: HandoffKey, attempt: ClaimAttempt, now: number): Update {
  return change({
    key,
    now,
    condition: all(isOpen, "#flags = :flags", codeHolds(attempt), "#claimVerifier = :claimVerifier"),
    events: [byRecipient("claimed", now)],
    set: [
      "#state = :claimed",
      "#changedAt = :now",
      "#claimedAt = :now",
      "#claimHash = :claimHash",
      "#leaseUntil = :leaseUntil",
    ],
    ...(attempt.codeHash ? { remove: CODE_PARTS } : {}),
    values: {
      flags: N(attempt.flags),
      ...codeValue(attempt),
      claimVerifier: B(verifierOf(attempt.claimToken)),
      claimHash: B(verifierOf(attempt.claimId)),
      leaseUntil: N(now + LEASE_SECONDS),
    },
    returns: "ALL_NEW",
  });
}

/** One attempt less, before the answer is judged. It gives back the item, which says what is left. */
export function debitAttempt(key: HandoffKey, attempt: ClaimAttempt, now: number): Update {
  return {
    key: keyOf(key),
    // An attempt whose process dies before the verdict is left for the sweeper to look at.
    set: ["#attemptsLeft = #attemptsLeft - :one", "#dueAt = :dueAt"],
    condition: all(isOpen, "#flags = :flags", codeHolds(attempt), "#attemptsLeft > :zero"),
    values: {
      open: S("open"),
      now: N(now),
      flags: N(attempt.flags),
      ...codeValue(attempt),
      one: N(1),
      zero: N(0),
      dueAt: N(now + BACKSTOP_SECONDS),
    },
    returns: "ALL_NEW",
  };
}

/** One try of the mailed code less, while that code is valid. */
export function debitCodeTry(key: HandoffKey, flags: Flags, now: number): Update {
  return {
    key: keyOf(key),
    set: ["#codeTriesLeft = #codeTriesLeft - :one"],
    condition: all(isOpen, "#flags = :flags", "#codeTriesLeft > :zero", "#codeExpiresAt > :now"),
    values: { open: S("open"), now: N(now), flags: N(flags), one: N(1), zero: N(0) },
  };
}

/** Open without attempts left becomes locked. */
export function lock(key: HandoffKey, events: readonly Entry[], now: number): Update {
  return end("locked", {
    key,
    now,
    condition: all(isOpen, "#attemptsLeft = :zero"),
    events,
    values: { zero: N(0) },
  });
}

/** Claimed, or unconfirmed, becomes delivered where claim and receipt are proved. */
export function acknowledge(
  key: HandoffKey,
  proof: { readonly claimHash: Uint8Array; readonly receiptVerifier: Uint8Array },
  now: number,
): Update {
  const proven = "#claimHash = :claimHash AND #receiptVerifier = :receiptVerifier";
  return end("delivered", {
    key,
    now,
    condition: any(all(exists, stateIs("claimed"), proven), all(exists, stateIs("unconfirmed"), proven)),
    events: [byRecipient("acknowledged", now)],
    set: ["#deliveredAt = :now"],
    values: { claimHash: B(proof.claimHash), receiptVerifier: B(proof.receiptVerifier) },
  });
}

/** Whatever has not ended unread becomes reported. */
export function burn(key: HandoffKey, now: number): Update {
  const released = (["claimed", "unconfirmed", "delivered"] as const).map((state) =>
    all(exists, stateIs(state)),
  );
  return end("reported", {
    key,
    now,
    condition: any(isOpen, ...released),
    events: [byRecipient("reported", now)],
    set: ["#reportedAt = :now"],
  });
}

/** What has ended unread keeps its state, and remembers the report once. */
export function noteReport(key: HandoffKey, now: number): Update {
  return change({
    key,
    now,
    condition: all(exists, "attribute_not_exists(#reportedAt)"),
    events: [{ ...byRecipient("reported", now), outcome: "already_ended" }],
    set: ["#reportedAt = :now"],
  });
}

export function byRecipient(type: EventType, at: number): Entry {
  return { type, at, actor: { kind: "recipient" } };
}

/** Where a code is mailed, the claim needs the right one; elsewhere none. */
function codeHolds({ codeHash }: ClaimAttempt): string {
  return codeHash ? "#codeHash = :codeHash" : "attribute_not_exists(#emailVerifier)";
}

function codeValue({ codeHash }: ClaimAttempt): { readonly codeHash?: AttributeValue } {
  return codeHash ? { codeHash: B(codeHash) } : {};
}
