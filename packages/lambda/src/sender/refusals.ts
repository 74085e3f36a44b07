import { randomUUID } from "node:crypto";
import { type AuditEvent, isoTime, type ProblemCode } from "@secret-handoff/protocol/api";
import type { Clock, Log } from "../runtime.ts";
import type { Audit } from "../store/audit.ts";
import type { Caller } from "./callers.ts";

/** What of a handoff an event is about, as the caller says. */
export type Named = Pick<AuditEvent, "handoff" | "class">;

/** Seconds in which anonymous refusals of one kind leave one event in the trail. */
const SAMPLE_SECONDS = 300;

/**
 * Notes refusals in the trail. A caller who was authenticated leaves an event for each. One who was not is counted in the log, for the
 * deployment's metric, and leaves one event for each kind in five minutes: strangers cannot fill the table.
 */
export class Refusals {
  readonly #audit: Audit;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #sampled = new Map<ProblemCode, string>();

  constructor(audit: Audit, clock: Clock, log: Log) {
    this.#audit = audit;
    this.#clock = clock;
    this.#log = log;
  }

  async note(code: ProblemCode, caller: Caller | undefined, named: Named = {}): Promise<void> {
    const event = { v: 1, type: "refused", outcome: code, ...named } as const;
    if (caller) {
      const time = isoTime(this.#clock());
      return this.#audit.putStandalone({ ...event, id: randomUUID(), time, actor: caller.actor });
    }
    this.#log({ level: "info", what: "refused_anonymous", outcome: code });
    const window = isoTime(Math.floor(this.#clock() / SAMPLE_SECONDS) * SAMPLE_SECONDS);
    if (this.#sampled.get(code) === window) return;
    this.#sampled.set(code, window);
    // Every instance of the function names its sample alike, so that together they leave one.
    const id = `refused/${code}/${window}`;
    await this.#audit.putStandalone({ ...event, id, time: window, actor: { kind: "unverified" } });
  }
}
