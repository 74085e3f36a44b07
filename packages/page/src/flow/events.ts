import type { ClaimResponse, OpenKeys, StatusResponse } from "@secret-handoff/protocol";
import type { Answer } from "../service.ts";
import type { Damaged, Start, Typed } from "./screens.ts";

/** What happens to the page: the recipient's doings, the service's answers, and time. Times are the device's, ms. */
export type Event =
  | { readonly is: "link_found"; readonly start: Start }
  | { readonly is: "no_link"; readonly why: Damaged["why"] }
  | { readonly is: "finished_before" }
  | { readonly is: "status_answered"; readonly answer: Answer<StatusResponse>; readonly now: number }
  | { readonly is: "reveal"; readonly typed: Typed }
  | { readonly is: "derivation_progress"; readonly fraction: number }
  | { readonly is: "derived"; readonly openKeys: OpenKeys }
  | { readonly is: "derivation_failed" }
  | { readonly is: "claim_answered"; readonly answer: Answer<ClaimResponse>; readonly now: number }
  | { readonly is: "code_mailed"; readonly answer: Answer<undefined> }
  | { readonly is: "code_typed"; readonly code: string }
  | { readonly is: "send_code_again" }
  | { readonly is: "try_again" }
  | { readonly is: "taken" }
  | { readonly is: "acknowledge_answered"; readonly answer: Answer<undefined>; readonly now: number }
  | { readonly is: "show_longer"; readonly now: number }
  | { readonly is: "show_again"; readonly now: number }
  | { readonly is: "done" }
  | { readonly is: "not_me" }
  | { readonly is: "back" }
  | { readonly is: "report"; readonly word: string }
  | { readonly is: "report_answered"; readonly answer: Answer<undefined>; readonly now: number }
  | { readonly is: "tick"; readonly now: number };
