/** The states of a handoff: open → claimed → delivered, and the ways it can end. */
export const STATES = [
  "open",
  "claimed",
  "delivered",
  "unconfirmed",
  "expired",
  "revoked",
  "superseded",
  "locked",
  "reported",
] as const;
export type State = (typeof STATES)[number];

/** Every state in which a handoff can no longer be claimed: also the `code` of the 410 that says so. */
export type Ended = Exclude<State, "open">;

/** Seconds in which only the browser that claimed may read again. */
export const LEASE_SECONDS = 120;
/** Wrong answers that a handoff bears. */
export const MAX_ATTEMPTS = 5;
/** Codes that can be mailed for a handoff, and how each is bounded. */
export const MAX_CODES = 3;
export const MAX_CODE_TRIES = 5;
export const CODE_SECONDS = 600;

/** How the recipient proves to be the recipient, short of a passphrase. */
export type Verification = "click" | "email" | "email-code";
