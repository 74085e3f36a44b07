import { type Ended, type HandoffId, STATES } from "@secret-handoff/protocol";
import type { Refusal } from "../service.ts";
import { type Step, show } from "./effects.ts";
import type { EndedScreen, Handoff } from "./screens.ts";

/** The ending that a refusal names, if it names one. */
export function refusedAs({ code }: Refusal): Ended | "unknown" | undefined {
  if (code === "not_found") return "unknown";
  return STATES.find((state): state is Ended => state !== "open" && state === code);
}

/** Shows how it ended, and wipes what was kept for it. */
export function ended(
  id: HandoffId,
  state: EndedScreen["state"],
  changedAt: number | undefined,
  handoff?: Handoff,
): Step {
  return show({ at: "ended", state, changedAt, handoff }, { do: "forget", id });
}
