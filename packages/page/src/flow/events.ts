import type { HandoffId, OpenKeys } from "@secret-handoff/protocol";
import type { Calls, ServiceResult } from "../service-client.ts";
import type { DamagedScreen, Handoff, LinkParts, Screen, Start, Typed } from "./screens.ts";

/** The service's answer to a call. */
type Answered = {
  [Name in keyof Calls]: {
    readonly type: `${Name}_answered`;
    readonly result: ServiceResult<Calls[Name]["response"]>;
    readonly now: number;
  };
}[keyof Calls];

/** What happens to the page: what the recipient does, what the service answers, and time. Times are the device's, ms. */
export type FlowEvent =
  | Answered
  | { readonly type: "link_found"; readonly start: Start }
  | { readonly type: "no_link"; readonly why: DamagedScreen["why"] }
  | { readonly type: "finished_before" }
  | { readonly type: "reveal"; readonly typed: Typed }
  | { readonly type: "derivation_progress"; readonly fraction: number }
  | { readonly type: "derived"; readonly openKeys: OpenKeys }
  | { readonly type: "derivation_failed" }
  | { readonly type: "code_typed"; readonly code: string }
  | { readonly type: "send_code_again" }
  | { readonly type: "try_again" }
  | { readonly type: "taken" }
  | { readonly type: "show_longer"; readonly now: number }
  | { readonly type: "hide"; readonly now: number }
  | { readonly type: "show_again"; readonly now: number }
  | { readonly type: "done" }
  | { readonly type: "not_me" }
  | { readonly type: "back" }
  | { readonly type: "report"; readonly word: string }
  | { readonly type: "tick"; readonly now: number };

/** A call of the service; its answer comes with an event. */
export type CallEffect<Name extends keyof Calls = keyof Calls> = {
  [Call in Name]: { readonly type: Call; readonly id: HandoffId; readonly body: Calls[Call]["body"] };
}[Name];

/** What the page is to do. The flow only asks for it; page.ts runs it, and reports back with an event. */
export type Effect =
  | CallEffect
  | { readonly type: "derive"; readonly link: LinkParts; readonly typed: Typed }
  /** Keeps what a reload needs; the key leaves the visible address. */
  | { readonly type: "remember"; readonly handoff: Handoff; readonly openKeys?: OpenKeys }
  | { readonly type: "forget"; readonly id: HandoffId }
  | { readonly type: "finish"; readonly id: HandoffId };

/** What an event leads to. */
export type Step = { readonly screen: Screen; readonly effects: readonly Effect[] };

export function show(screen: Screen, ...effects: Effect[]): Step {
  return { screen, effects };
}
