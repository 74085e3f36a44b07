import type { HandoffId, OpenKeys, Receipt } from "@secret-handoff/protocol";
import type { ClaimResponse, StatusResponse } from "@secret-handoff/protocol/api";
import type { ServiceResult } from "../service-client.ts";
import type { Claim, DamagedScreen, Handoff, LinkParts, Screen, Start, Typed } from "./screens.ts";

/** What happens to the page: what the recipient does, what the service answers, and time. Times are the device's, ms. */
export type FlowEvent =
  | { readonly type: "link_found"; readonly start: Start }
  | { readonly type: "no_link"; readonly why: DamagedScreen["why"] }
  | { readonly type: "finished_before" }
  | { readonly type: "status_answered"; readonly result: ServiceResult<StatusResponse>; readonly now: number }
  | { readonly type: "reveal"; readonly typed: Typed }
  | { readonly type: "derivation_progress"; readonly fraction: number }
  | { readonly type: "derived"; readonly openKeys: OpenKeys }
  | { readonly type: "derivation_failed" }
  | { readonly type: "claim_answered"; readonly result: ServiceResult<ClaimResponse>; readonly now: number }
  | { readonly type: "code_mailed"; readonly result: ServiceResult<undefined> }
  | { readonly type: "code_typed"; readonly code: string }
  | { readonly type: "send_code_again" }
  | { readonly type: "try_again" }
  | { readonly type: "taken" }
  | { readonly type: "acknowledge_answered"; readonly result: ServiceResult<undefined>; readonly now: number }
  | { readonly type: "show_longer"; readonly now: number }
  | { readonly type: "hide"; readonly now: number }
  | { readonly type: "show_again"; readonly now: number }
  | { readonly type: "done" }
  | { readonly type: "not_me" }
  | { readonly type: "back" }
  | { readonly type: "report"; readonly word: string }
  | { readonly type: "report_answered"; readonly result: ServiceResult<undefined>; readonly now: number }
  | { readonly type: "tick"; readonly now: number };

/** What the page is to do. The flow only asks for it; page.ts runs it, and reports back with an event. */
export type Effect =
  | { readonly type: "ask_status"; readonly link: LinkParts }
  | { readonly type: "derive"; readonly link: LinkParts; readonly typed: Typed }
  | { readonly type: "mail_code"; readonly handoff: Handoff; readonly email: string }
  | { readonly type: "claim"; readonly handoff: Handoff; readonly claim: Claim }
  | { readonly type: "acknowledge"; readonly handoff: Handoff; readonly receipt: Receipt }
  | { readonly type: "report"; readonly handoff: Handoff }
  /** Keeps what a reload needs; the key leaves the visible address. */
  | { readonly type: "remember"; readonly handoff: Handoff; readonly openKeys?: OpenKeys }
  | { readonly type: "forget"; readonly id: HandoffId }
  | { readonly type: "finish"; readonly id: HandoffId };

/** What an event leads to. */
export type Step = { readonly screen: Screen; readonly effects: readonly Effect[] };

export function show(screen: Screen, ...effects: Effect[]): Step {
  return { screen, effects };
}
