import type {
  Bundle,
  ClaimId,
  Ended,
  Header,
  Link,
  LinkKeys,
  OpenKeys,
  PassphraseWeakness,
  Verification,
} from "@secret-handoff/protocol";

/** What the address says. */
export type LinkParts = Omit<Link, "origin">;

/** A link that was read, and what this browser remembers of it. */
export type Start = {
  readonly link: LinkParts;
  /** Binds a claim to this browser; the same for every try. */
  readonly claimId: ClaimId;
  /** This browser has sent that claim before. */
  readonly claimedBefore: boolean;
  readonly openKeys?: OpenKeys | undefined;
};

/** A handoff whose link was read and whose status was answered. */
export type Handoff = {
  readonly link: LinkParts;
  readonly keys: LinkKeys;
  readonly header: Header;
  readonly claimId: ClaimId;
  /** Unix seconds, by the service's clock. */
  readonly expiresAt: number;
  readonly verification: Verification;
  readonly attemptsLeft: number;
  /** How far the service's clock is ahead of this device's, ms. */
  readonly clockAhead: number;
};

/** What the recipient has typed, as typed. */
export type Typed = { readonly email: string; readonly passphrase: string };

/** Why an answer was not sent, or did not open. Each has its sentence in wording.ts. */
export type Complaint =
  | { readonly about: "email"; readonly why: "empty" | "malformed" | "not_the_hint" }
  | { readonly about: "passphrase"; readonly why: "empty" | "malformed" | PassphraseWeakness }
  | { readonly about: "answers"; readonly why: "wrong"; readonly attemptsLeft: number }
  | { readonly about: "device"; readonly why: "memory" }
  | { readonly about: "code"; readonly why: "malformed" | "wrong" };

/** Everything that a claim needs; kept so that a retry is the same claim. */
export type Claim = {
  readonly openKeys: OpenKeys;
  /** The mailed code, where one was asked for. */
  readonly code?: string | undefined;
};

/** What stands on the screen. One at a time; everything the page knows is in it. */
export type Screen =
  | { readonly at: "checking"; readonly start: Start }
  | Damaged
  | { readonly at: "unreachable"; readonly start: Start }
  | Ready
  | Opening
  | Interrupted
  | AwaitingCode
  | Opened
  | Hidden
  | Done
  | { readonly at: "broken"; readonly handoff: Handoff }
  | EndedScreen
  | Reporting;

export type Damaged = {
  readonly at: "damaged";
  readonly why: "no_key" | "damaged" | "version" | "elsewhere";
};

export type Ready = {
  readonly at: "ready";
  readonly handoff: Handoff;
  /** This browser has claimed already and may read again. */
  readonly resumes: boolean;
  readonly typed: Typed;
  readonly complaint?: Complaint | undefined;
};

export type Opening = {
  readonly at: "opening";
  readonly handoff: Handoff;
  readonly typed: Typed;
  readonly step: "deriving" | "claiming";
  /** 0..1 of the passphrase's derivation. */
  readonly progress: number;
  readonly claim?: Claim | undefined;
};

/** The claim's request or its answer was lost. The same claim is tried again. */
export type Interrupted = {
  readonly at: "interrupted";
  readonly handoff: Handoff;
  readonly typed: Typed;
  readonly claim: Claim;
  readonly tries: number;
  /** Device time of the next try, ms; undefined while one is under way. */
  readonly retryAt: number | undefined;
};

export type AwaitingCode = {
  readonly at: "code";
  readonly handoff: Handoff;
  readonly typed: Typed;
  readonly claim: Claim;
  readonly mailing: "sending" | "sent" | "failed";
  readonly complaint?: Complaint | undefined;
};

/** Whether the service knows that the secret was taken. Times are the device's, ms. */
export type Acknowledgement =
  /** With `tries` above 0 it was sent and got lost. */
  | { readonly kind: "due"; readonly at: number; readonly tries: number }
  | { readonly kind: "sending"; readonly tries: number }
  | { readonly kind: "known" }
  /** The handoff has ended otherwise in the meantime, by a report for instance. */
  | { readonly kind: "refused" };

export type Opened = {
  readonly at: "opened";
  readonly handoff: Handoff;
  readonly bundle: Bundle;
  readonly acknowledgement: Acknowledgement;
  /** Device time at which the secret is covered, ms. */
  readonly hideAt: number;
  /** Device time now, ms; moves once a second. */
  readonly now: number;
};

/** Covered after a while; still held by this tab. */
export type Hidden = {
  readonly at: "hidden";
  readonly opened: Opened;
  readonly forgetAt: number;
  readonly now: number;
};

export type Done = {
  readonly at: "done";
  readonly handoff: Handoff;
  readonly bundle: Pick<Bundle, "receipt">;
  readonly acknowledgement: Acknowledgement;
  /** Forgotten by time instead of by the recipient's Done. */
  readonly forgotten: boolean;
};

export type EndedScreen = {
  readonly at: "ended";
  /** `finished`: taken over in this very tab. */
  readonly state: Ended | "unknown" | "finished";
  /** Unix seconds. */
  readonly changedAt: number | undefined;
  readonly handoff?: Handoff | undefined;
  /** The report came from this page. */
  readonly byMe?: boolean;
};

/** The second step of "it wasn't me". */
export type Reporting = {
  readonly at: "reporting";
  readonly handoff: Handoff;
  readonly back: Ready | EndedScreen;
  readonly sending: boolean;
  readonly problem?: "word" | "unreachable" | undefined;
};
