import type { HandoffId, OpenKeys, Receipt } from "@secret-handoff/protocol";
import type { Claim, Handoff, LinkParts, Screen, Typed } from "./screens.ts";

/** What the page is to do. The flow only asks for it; doing.ts does it, and reports back with an event. */
export type Effect =
  | { readonly do: "ask_status"; readonly link: LinkParts }
  | { readonly do: "derive"; readonly link: LinkParts; readonly typed: Typed }
  | { readonly do: "mail_code"; readonly handoff: Handoff; readonly email: string }
  | { readonly do: "claim"; readonly handoff: Handoff; readonly claim: Claim }
  | { readonly do: "acknowledge"; readonly handoff: Handoff; readonly receipt: Receipt }
  | { readonly do: "report"; readonly handoff: Handoff }
  /** Keeps what a reload needs; the key leaves the visible address. */
  | { readonly do: "remember"; readonly handoff: Handoff; readonly openKeys?: OpenKeys }
  | { readonly do: "forget"; readonly id: HandoffId }
  | { readonly do: "finish"; readonly id: HandoffId };

export type Step = { readonly screen: Screen; readonly effects: readonly Effect[] };

export function show(screen: Screen, ...effects: Effect[]): Step {
  return { screen, effects };
}
