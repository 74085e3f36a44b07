import { randomBytes } from "node:crypto";
import { type Actor, type Approval, isRequestId } from "@secret-handoff/protocol/api";
import { and, append, atMost, equals, greaterThan, itemOf, or, set, setTexts } from "./expressions.ts";
import { keyOf } from "./handoff-record.ts";
import {
  type Asked,
  REQUEST_ATTRIBUTES,
  type RequestRecord,
  readRequest,
  type StoredApproval,
  storedUses,
  type Use,
} from "./request-record.ts";
import type { Table } from "./table.ts";
import {
  byService,
  change,
  DUE_SHARD,
  type Entry,
  exists,
  isNew,
  TOMBSTONE_SECONDS,
  TTL_GRACE_SECONDS,
} from "./transitions.ts";

/**
 * Requests lie in the one-time table beside the handoffs, under ids that no handoff can have. As stored a request is `open` until it is
 * denied, used or expired; whether it is approved follows from its approvals and the class in force.
 *
 * | from | to      | by                                   | condition                          |
 * |------|---------|--------------------------------------|------------------------------------|
 * |      | open    | whoever asks                         | isNew                              |
 * | open | open    | an approval; a use that leaves some  | open, and nobody has written since |
 * | open | denied  | somebody with a role of the class    | open, and nobody has written since |
 * | open | used    | the use of what was left             | open, and nobody has written since |
 * | used | used    | a use that takes another's place     | used, and nobody has written since |
 * | used | denied  | somebody with a role of the class    | used, and nobody has written since |
 * | open | expired | the sweeper                          | state, and the expiry past         |
 *
 * What was denied is bound to nothing more: each use asks for open or used.
 */

/**
 * Longer than a run may last, with all its attempts.
 * https://docs.github.com/en/actions/reference/limits
 */
const RUN_SECONDS = 70 * 86_400;

export const newRequestId = (): string => `req_${randomBytes(16).toString("base64url")}`;

/** Requests and what is said of them. Every change is one write that holds only if nothing was written since the read before it. */
export class Requests {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Stores a new request. @param expiresAt Unix seconds */
  async put(
    id: string,
    { class: name, ...asked }: Asked & { readonly class: string },
    expiresAt: number,
    now: number,
  ): Promise<RequestRecord> {
    const requested: Entry = { type: "requested", at: now };
    const item = itemOf({
      id,
      state: "open",
      class: name,
      asked: JSON.stringify(asked),
      approvals: [],
      uses: [],
      requestedAt: now,
      expiresAt,
      revision: 0,
      ttl: expiresAt + TTL_GRACE_SECONDS,
      outbox: [JSON.stringify(requested)],
      sequence: 0,
      dueShard: DUE_SHARD,
      dueAt: expiresAt,
    });
    if (await this.#table.put(item, isNew)) return readRequest(item);
    // 16 random bytes: what is there was put by this very call, whose answer was lost, so that the SDK of AWS has repeated it.
    const found = await this.get(id);
    if (found && JSON.stringify(found.asked) === JSON.stringify(asked)) return found;
    throw new Error("the id of a new request is taken");
  }

  async get(id: string): Promise<RequestRecord | undefined> {
    if (!isRequestId(id)) return undefined;
    const item = await this.#table.get(keyOf({ id }), REQUEST_ATTRIBUTES);
    return item && readRequest(item);
  }

  /**
   * Lets the reviews of a run count for one request, the first they are given for. What a reviewer was shown only the workflow says:
   * without this, one review would approve whatever the run asks for later.
   * @param run as GitHub numbers it, in the repository with that id
   * @returns whether they count for this request
   */
  async claimReviews(
    { repositoryId, run }: { readonly repositoryId: string; readonly run: string },
    { id }: Pick<RequestRecord, "id">,
    now: number,
  ): Promise<boolean> {
    const ttl = now + RUN_SECONDS;
    const item = itemOf({ id: `reviewed/${repositoryId}/${run}`, request: id, ttl });
    return this.#table.put(item, or(isNew, equals("request", id)));
  }

  /**
   * Adds an approval. The first says until when the request can be used.
   * @param lifetime seconds that an approval is worth
   * @returns false when somebody has written since `seen` was read; then read again
   */
  async approve(
    seen: RequestRecord,
    approval: StoredApproval,
    actor: Actor,
    lifetime: number,
    now: number,
  ): Promise<boolean> {
    const { person: _, ...view } = approval;
    const expiresAt = seen.approvals.length === 0 ? now + lifetime : seen.expiresAt;
    return this.#table.update(
      change({
        key: seen,
        now,
        condition: unchanged(seen, now),
        events: [{ type: "approved", at: now, actor, approval: view }],
        set: [
          append("approvals", [JSON.stringify(approval)]),
          set("revision", seen.revision + 1),
          set("expiresAt", expiresAt),
          set("ttl", expiresAt + TTL_GRACE_SECONDS),
        ],
        dueAt: expiresAt,
      }),
    );
  }

  /** Ends the request, also one that was used: a use that comes to nothing would let it serve again. @returns as {@link approve} */
  async deny(seen: RequestRecord, denial: Approval, actor: Actor, now: number): Promise<boolean> {
    return this.#table.update(
      change({
        key: seen,
        now,
        condition: unchanged(seen, now, seen.state === "used" ? "used" : "open"),
        events: [{ type: "denied", at: now, actor, approval: denial }],
        set: [
          ...ended("denied", now),
          set("denied", JSON.stringify(denial)),
          set("revision", seen.revision + 1),
        ],
      }),
    );
  }

  /**
   * Binds secrets and recipients to a handoff before that is put. Each takes the place of what its secret and recipient were bound to
   * before, so that the item has an end. Nothing is lost by that: a handoff gives its place up only once it is there and its id is
   * taken, or so late that its create cannot be under way.
   * @param uses of secrets and recipients that were asked for
   * @param isLast whether nothing is left of the request then
   * @param takesOver whether a use that was there before is given to this handoff, which a used-up request allows as well
   * @returns as {@link approve}
   */
  async use(
    seen: RequestRecord,
    uses: readonly Use[],
    { isLast, takesOver }: { readonly isLast: boolean; readonly takesOver: boolean },
    now: number,
  ): Promise<boolean> {
    const isUnchanged = unchanged(seen, now, takesOver && seen.state === "used" ? "used" : "open");
    return this.#table.update({
      key: keyOf(seen),
      set: [
        setTexts("uses", storedUses(seen.asked, latest([...seen.uses, ...uses]))),
        set("revision", seen.revision + 1),
        ...(isLast ? ended("used", now) : []),
      ],
      remove: [],
      condition: isUnchanged,
    });
  }

  /** Ends a request whose time is over. @returns whether this call did */
  async expire(record: RequestRecord, now: number): Promise<boolean> {
    return this.#table.update(
      change({
        key: record,
        now,
        condition: and(exists, equals("state", "open"), atMost("expiresAt", now)),
        events: [byService("request_expired", now)],
        set: ended("expired", record.expiresAt),
      }),
    );
  }

  /** Nothing is due any more, unless something was written since. */
  async rest({ id, state, sequence, dueAt }: RequestRecord): Promise<void> {
    await this.#table.update({
      key: keyOf({ id }),
      set: [],
      remove: ["dueShard", "dueAt"],
      condition: and(equals("state", state), equals("sequence", sequence), equals("dueAt", dueAt ?? 0)),
    });
  }
}

/** In that state, before its expiry, and as it was read. */
function unchanged(seen: RequestRecord, now: number, state: "open" | "used" = "open") {
  return and(
    exists,
    equals("state", state),
    equals("revision", seen.revision),
    greaterThan("expiresAt", now),
  );
}

function ended(state: "denied" | "used" | "expired", at: number) {
  return [set("state", state), set("changedAt", at), set("ttl", at + TOMBSTONE_SECONDS)];
}

/** The last use of each secret and recipient. */
function latest(uses: readonly Use[]): readonly Use[] {
  return [
    ...new Map(uses.map((use) => [JSON.stringify([use.secret, use.recipient]), use] as const)).values(),
  ];
}
