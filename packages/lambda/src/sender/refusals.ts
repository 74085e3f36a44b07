import { createHash, randomUUID } from "node:crypto";
import { type AuditEvent, isoTime, type ProblemCode } from "@secret-handoff/protocol/api";
import type { Clock, Log } from "../runtime.ts";
import type { StandaloneEvents } from "../store/standalone-events.ts";
import type { Caller } from "./callers.ts";
import { rightsOf } from "./rights.ts";

/** What of a handoff or request an event is about, as the caller says. */
export type Named = Pick<AuditEvent, "handoff" | "request" | "class">;

export type RefusalDeps = {
  readonly standalone: StandaloneEvents;
  readonly clock: Clock;
  readonly log: Log;
};

/** Seconds in which refusals are bounded. */
const WINDOW_SECONDS = 300;
/** Refusals of one kind that leave an event each, in that time, for each caller that is on a list. */
const NOTED_ONE_BY_ONE = 10;
/** Strangers that are named in that time; GitHub gives a token to anybody's repository, so those beyond are counted as unverified. */
const STRANGERS_NAMED = 20;

/**
 * Notes refusals in the trail, so that nobody fills it. A caller that is on a list leaves an event for each of the first refusals of a
 * kind in five minutes, and one with the number of all others. Everybody else is counted in the log, for the deployment's metric, and
 * leaves one event for each kind: one each for the first strangers whose token was verified, and one for all others together.
 *
 * Instances of the function agree on names, and a name is taken once: together they leave no more than one alone.
 */
export class Refusals {
  readonly #deps: RefusalDeps;
  /** Unix seconds at which it began. */
  #window = 0;
  /** Names of the samples that this window has. */
  readonly #sampled = new Set<string>();
  readonly #strangers = new Set<string>();
  /** How many of the places for single events are known to be taken, by caller and kind. */
  readonly #taken = new Map<string, number>();

  constructor(deps: RefusalDeps) {
    this.#deps = deps;
  }

  async note(code: ProblemCode, caller: Caller | undefined, named: Named = {}): Promise<void> {
    const now = this.#deps.clock();
    this.#startWindow(now);
    if (caller && rightsOf(caller).length > 0) await this.#noteAdmitted(code, caller, named, now);
    else await this.#sampleStranger(code, caller, named, now);
  }

  async #noteAdmitted(code: ProblemCode, caller: Caller, named: Named, now: number): Promise<void> {
    const { standalone } = this.#deps;
    const { actor } = caller;
    const start = this.#window;
    const by = `refused/${code}/${boundAs(caller)}`;
    const name = `${by}/${start}`;
    // The same one in every place: a write whose answer was lost must not be told as another refusal.
    const event = refusal(code, now, { ...named, actor });
    while ((this.#taken.get(name) ?? 0) < NOTED_ONE_BY_ONE) {
      const place = this.#taken.get(name) ?? 0;
      // Before the write: calls at the same time must not try the same place.
      this.#taken.set(name, place + 1);
      if (await standalone.put(`${name}/${place}`, event, now)) return;
    }
    const countUntil = (end: number) =>
      standalone.count(`${by}/${end - WINDOW_SECONDS}`, refusal(code, end, { actor }), end);
    const end = start + WINDOW_SECONDS;
    // Published already: this clock is far behind.
    if (!(await countUntil(end))) await countUntil(end + WINDOW_SECONDS);
  }

  async #sampleStranger(
    code: ProblemCode,
    caller: Caller | undefined,
    named: Named,
    now: number,
  ): Promise<void> {
    this.#deps.log({ level: "info", what: "refused_anonymous", outcome: code });
    const stranger = caller && this.#isNamed(caller.owner) ? caller : undefined;
    const name = `refused/${code}/${stranger ? keyPart(stranger.owner) : "unverified"}/${this.#window}`;
    if (this.#sampled.has(name)) return;
    const actor = stranger?.actor ?? { kind: "unverified" };
    await this.#deps.standalone.put(name, refusal(code, now, { ...named, actor }), now);
    this.#sampled.add(name);
  }

  #startWindow(now: number): void {
    const window = now - (now % WINDOW_SECONDS);
    if (this.#window === window) return;
    this.#window = window;
    this.#sampled.clear();
    this.#strangers.clear();
    this.#taken.clear();
  }

  #isNamed(owner: string): boolean {
    if (this.#strangers.size < STRANGERS_NAMED) this.#strangers.add(owner);
    return this.#strangers.has(owner);
  }
}

function refusal(code: ProblemCode, time: number, more: Named & Pick<AuditEvent, "actor">): AuditEvent {
  return { v: 1, id: randomUUID(), type: "refused", time: isoTime(time), outcome: code, ...more };
}

/** Whose refusals are bounded together: a repository's, or a role's. The name of a role's session is the caller's to choose. */
function boundAs({ actor, owner }: Caller): string {
  return keyPart(actor.kind === "iam" ? actor.principal.replace(/(:assumed-role\/[^/]+)\/.*$/, "$1") : owner);
}

/** A caller's name in a key, of fixed size: an issuer may give long ones, and DynamoDB takes 2,048 bytes. */
function keyPart(name: string): string {
  return createHash("sha256").update(name).digest("base64url");
}
