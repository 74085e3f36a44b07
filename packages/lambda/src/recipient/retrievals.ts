import { createHmac, randomBytes } from "node:crypto";
import type { HandoffId } from "@secret-handoff/protocol";
import type { Context } from "hono";
import type { Clock, Log } from "../runtime.ts";

/** The address that a request came from, where that is known. */
export type SourceOf = (c: Context) => string | undefined;

/** Seconds in which requests for one link are seen together. */
const WINDOW_SECONDS = 600;
/** A recipient at home, at work and on the road, and a mail gateway, are fewer networks. */
const MANY_NETWORKS = 5;
/** Three codes are mailed at the most: who asks once more does not read the mailbox, or has it flooded. */
const MANY_CODES = 4;
/** Links that are watched at once; the longest watched goes first. */
const WATCHED = 2_000;

type Retrieval = { readonly since: number; readonly networks: Set<string>; codes: number };

/**
 * Watches for suspicious retrieval: one link asked for from many networks, and codes asked for again and again. It logs one
 * word with the handoff's id, and the deployment raises an alarm. What it keeps of an address is a keyed hash of its network, in the memory of this
 * process, for ten minutes; the key is made at its start and nowhere else. So it sees what one instance sees, and nothing is left of it.
 */
export class Retrievals {
  readonly #key = randomBytes(32);
  readonly #watched = new Map<HandoffId, Retrieval>();
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Somebody has looked at an existing handoff with its whole link. */
  looked(id: HandoffId, address: string | undefined): void {
    if (address === undefined) return;
    const { networks } = this.#of(id);
    const before = networks.size;
    networks.add(createHmac("sha256", this.#key).update(networkOf(address)).digest("base64url"));
    if (before < MANY_NETWORKS && networks.size === MANY_NETWORKS) this.#report("link_asked_from_many", id);
  }

  /** Somebody has asked for a code. */
  askedForCode(id: HandoffId): void {
    const watched = this.#of(id);
    watched.codes += 1;
    if (watched.codes === MANY_CODES) this.#report("codes_asked_again", id);
  }

  #report(what: string, handoff: HandoffId): void {
    this.#log({ level: "info", what, handoff });
  }

  #of(id: HandoffId): Retrieval {
    const now = this.#clock();
    const found = this.#watched.get(id);
    if (found && now - found.since < WINDOW_SECONDS) return found;
    this.#watched.delete(id);
    for (const [oldest, { since }] of this.#watched) {
      if (this.#watched.size < WATCHED && now - since < WINDOW_SECONDS) break;
      this.#watched.delete(oldest);
    }
    const watched: Retrieval = { since: now, networks: new Set(), codes: 0 };
    this.#watched.set(id, watched);
    return watched;
  }
}

/** A provider gives one customer many addresses: of IPv4 the first 24 bits count, of IPv6 the first 48. */
function networkOf(address: string): string {
  if (!address.includes(":")) return address.split(".").slice(0, 3).join(".");
  const [head = ""] = address.split("::");
  return head.split(":").slice(0, 3).join(":");
}
