import type { Ended } from "@secret-handoff/protocol";
import { ProblemError } from "../http/problem.ts";

const SENTENCES: Readonly<Record<Ended, string>> = {
  claimed: "This link has been opened already, and only the browser that opened it can read it again.",
  delivered: "This link has been opened, and its secret was taken over.",
  unconfirmed: "This link has been opened already.",
  expired: "This link has expired unread. Ask the sender for a new one.",
  revoked: "The sender has withdrawn this link.",
  superseded: "A newer link has taken this one's place. Look for a later mail from the sender.",
  locked: "This link is locked after too many wrong answers. Ask the sender for a new one.",
  reported: "This link was reported and destroyed. The sender has been told.",
};

/** 410, with why and since when (Unix seconds). */
export function gone(state: Ended, changedAt: number): ProblemError {
  return new ProblemError(state, SENTENCES[state], { extensions: { changedAt } });
}
