import type { State } from "@secret-handoff/protocol";

/** What a sender knows of a handoff's arrival. */
export type Receipt =
  /** How a handoff can end. */
  | Exclude<State, "open" | "claimed">
  /** Not ended yet. */
  | "pending"
  /** The mail was refused for good, so that nobody got a link. */
  | "bounced"
  /** Nothing was handed over for another reason. */
  | "failed";

/** What a state says about the arrival. */
export function receiptOf(state: State): Exclude<Receipt, "bounced" | "failed"> {
  return state === "open" || state === "claimed" ? "pending" : state;
}
