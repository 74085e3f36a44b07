import type { Bundle } from "../bundle.ts";
import type { Header } from "../header.ts";
import type { HandoffId, OpenKeys } from "../keys.ts";
import type { LinkParts } from "../link.ts";
import type { Ended, Verification } from "../states.ts";
import type { Calls, ServiceResult } from "./service-client.ts";

/** A link that was read, and what this browser remembers of it. */
export type Start = {
  readonly link: LinkParts;
  /** Binds a claim to this browser; the same for every try. base64url of 16 bytes. */
  readonly claimId: string;
  /** This browser has sent that claim before. */
  readonly claimedBefore: boolean;
  readonly openKeys?: OpenKeys | undefined;
  /** What it remembered could not be read. */
  readonly spoiled?: true | undefined;
};

/** A handoff whose link was read and whose status was answered. */
export type Handoff = {
  readonly link: LinkParts;
  /** What every call carries to show that its sender holds the link. */
  readonly proof: { readonly linkToken: string };
  /** Goes along when a code is asked for; base64url. */
  readonly emailKey: string;
  readonly header: Header;
  readonly claimId: string;
  /** Unix seconds, by the service's clock. */
  readonly expiresAt: number;
  /** Once it is claimed no code is asked for any more: the claim is repeated. */
  readonly verification: Verification;
  readonly attemptsLeft: number;
  /** How far the service's clock is ahead of this device's, ms. */
  readonly clockAhead: number;
  /** This browser has claimed already and may read again. */
  readonly resumes: boolean;
  /** What this browser remembered of it could not be read. */
  readonly spoiled?: true | undefined;
};

/** What the recipient has typed, as typed. */
export type Typed = { readonly email: string; readonly passphrase: string };

/** Why an answer was not sent, or did not open. Each has its sentence in wording.ts. */
export type FieldError = AnswerError | CodeError;

export type AnswerError =
  | { readonly field: "email"; readonly why: "malformed" | "not_the_hint" }
  | { readonly field: "passphrase"; readonly why: "malformed" | "weak" }
  /** `attemptsLeft` is undefined where none is used up: an opened secret is asked for again. */
  | { readonly field: "answers"; readonly attemptsLeft: number | undefined }
  | { readonly field: "device"; readonly why: "device" | "unreachable" };

export type CodeError = { readonly field: "code"; readonly why: "malformed" | "wrong" };

/** A claim and what it was made of; kept so that a retry is the same claim. */
export type Attempt = {
  readonly handoff: Handoff;
  readonly typed: Typed;
  readonly openKeys: OpenKeys;
  /** The mailed code, where one was asked for. */
  readonly code?: string | undefined;
  /** How often its answer was lost. */
  readonly tries: number;
  /** Device time until which it is repeated without a press, ms; undefined until its answer is lost. */
  readonly repeatUntil?: number | undefined;
};

/** The screens, in the order in which a recipient may meet them. One at a time; everything the page knows is in it. */
export type Screen =
  | CheckingScreen
  | UnreachableScreen
  | DamagedScreen
  | ReadyScreen
  | DerivingScreen
  | CodeScreen
  | ClaimingScreen
  | InterruptedScreen
  | OpenedScreen
  | HiddenScreen
  | DoneScreen
  | { readonly kind: "broken"; readonly handoff: Handoff }
  | EndedScreen
  | ReportScreen
  /** The page itself has a fault. */
  | { readonly kind: "failed" };

export type CheckingScreen = {
  readonly kind: "checking";
  readonly start: Start;
  readonly tries?: undefined;
  readonly retryAt?: undefined;
};

/** The status could not be had. Where this browser has claimed before, its two minutes may be running: the page asks again by itself. */
export type UnreachableScreen = {
  readonly kind: "unreachable";
  readonly start: Start;
  /** How often it was asked for. */
  readonly tries: number;
  /** Device time of the next try, ms; undefined where there is none, or one is under way. */
  readonly retryAt: number | undefined;
};

export type DamagedScreen = {
  readonly kind: "damaged";
  readonly why: "no_key" | "damaged" | "version" | "elsewhere" | "memory";
};

export type ReadyScreen = {
  readonly kind: "ready";
  readonly handoff: Handoff;
  readonly typed: Typed;
  readonly error?: AnswerError | undefined;
};

/** The keys are derived from the answers. */
export type DerivingScreen = {
  readonly kind: "deriving";
  readonly handoff: Handoff;
  readonly typed: Typed;
  /** 0..1 */
  readonly progress: number;
};

/** The recipient looks for the code in their mail. */
export type CodeScreen = Attempt & {
  readonly kind: "code";
  readonly mailing: "sending" | "sent" | "failed";
  readonly error?: CodeError | undefined;
};

export type ClaimingScreen = Attempt & { readonly kind: "claiming" };

/** The claim's request or its answer was lost. The same claim is tried again. */
export type InterruptedScreen = Attempt & {
  readonly kind: "interrupted";
  /** Device time of the next try, ms; undefined while one is under way. */
  readonly retryAt: number | undefined;
};

/** Whether the service knows that the secret was taken. Times are the device's, ms. */
export type Acknowledgement =
  | {
      readonly kind: "due";
      readonly at: number;
      /** Above 0 it was sent and got lost. */
      readonly tries: number;
    }
  | { readonly kind: "sending"; readonly tries: number }
  | { readonly kind: "known"; readonly tries?: undefined }
  /** The handoff has ended otherwise in the meantime, by a report for instance. */
  | { readonly kind: "refused"; readonly tries?: undefined };

export type OpenedScreen = {
  readonly kind: "opened";
  readonly handoff: Handoff;
  readonly bundle: Bundle;
  readonly acknowledgement: Acknowledgement;
  /** Device time at which the secret is hidden, ms. */
  readonly hideAt: number;
  /** Device time now, ms; moves once a second. */
  readonly now: number;
};

/** Hidden after a while; still held by this tab. */
export type HiddenScreen = {
  readonly kind: "hidden";
  readonly opened: OpenedScreen;
  readonly forgetAt: number;
  readonly now: number;
};

export type DoneScreen = {
  readonly kind: "done";
  readonly handoff: Handoff;
  readonly bundle: Pick<Bundle, "receipt">;
  readonly acknowledgement: Acknowledgement;
  /** Forgotten because time was up, not because the recipient pressed Done. */
  readonly forgotten: boolean;
};

export type EndedScreen = {
  readonly kind: "ended";
  /** `finished`: received in this very tab. */
  readonly state: Ended | "unknown" | "finished";
  /** Unix seconds. */
  readonly changedAt: number | undefined;
  readonly handoff?: Handoff | undefined;
  /** The report came from this page. */
  readonly byMe?: boolean;
};

/** The second step of "it wasn't me". */
export type ReportScreen = {
  readonly kind: "report";
  readonly handoff: Handoff;
  readonly back: ReadyScreen | EndedScreen;
  readonly sending: boolean;
  readonly problem?: "word" | "unreachable" | undefined;
};

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
  /** The device has too little memory, or what the page needs for it cannot be fetched. */
  | { readonly type: "derivation_failed"; readonly why: "device" | "unreachable" }
  | { readonly type: "code_typed"; readonly code: string }
  | { readonly type: "send_code_again" }
  | { readonly type: "try_again" }
  /** The device has a network again. Nobody has pressed anything. */
  | { readonly type: "online"; readonly now: number }
  | { readonly type: "taken" }
  | { readonly type: "show_longer"; readonly now: number }
  | { readonly type: "hide"; readonly now: number }
  | { readonly type: "show_again"; readonly now: number }
  | { readonly type: "done" }
  /** With what was typed and not sent, so that it stands there again after "Go back". */
  | { readonly type: "not_me"; readonly typed?: Typed }
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
