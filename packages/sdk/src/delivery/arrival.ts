import type { HandoffView, State } from "@secret-handoff/protocol";

/** What a sender knows of a handoff's arrival. */
export type Arrival =
  /** How a handoff can end. */
  | Exclude<State, "open" | "claimed">
  /** Not ended yet. */
  | "pending"
  /** The mail was refused for good, at once or later, so that nobody got a link. */
  | "bounced"
  /** Nothing was handed over for another reason. */
  | "failed";

/** What the service's view of a handoff says about its arrival. */
export function arrivalOf({
  state,
  bouncedAt,
}: Pick<HandoffView, "state" | "bouncedAt">): Exclude<Arrival, "failed"> {
  if (state === "open" && bouncedAt !== undefined) return "bounced";
  return state === "open" || state === "claimed" ? "pending" : state;
}
