import type { HandoffId } from "@secret-handoff/protocol";
import type { Actor, Approval, RequestState } from "@secret-handoff/protocol/api";
import { type Attributes, ItemReader } from "./expressions.ts";

/** A request as the table stores it: what was asked, what was said of it, and which handoffs used it. */

/** The names by which one person is distinguished from another. */
type Person = readonly string[];

/** What was asked, and by whom. Nothing of it ever changes. */
export type Asked = {
  readonly secrets: readonly string[];
  /** Ids in the trail. */
  readonly recipients: readonly string[];
  /** Seconds. */
  readonly expiresIn: number;
  readonly reason: string;
  readonly issue?: number | string | undefined;
  readonly requester: Actor;
  /** Whom the requester is the same person as. */
  readonly person: Person;
  /** Who may use it: a repository id, or an IAM principal. */
  readonly owner: string;
  /** As handoffs name their owner. */
  readonly eventOwner: string;
  readonly run?: string | undefined;
  readonly attempt?: string | undefined;
};

export type StoredApproval = Approval & { readonly person: Person };

/** One secret for one recipient, and the handoff that it went into. */
export type Use = {
  readonly secret: string;
  readonly recipient: string;
  readonly handoff: HandoffId;
  readonly at: number;
};

export type RequestRecord = {
  readonly id: string;
  readonly state: "open" | "denied" | "used" | "expired";
  readonly class: string;
  readonly asked: Asked;
  readonly approvals: readonly StoredApproval[];
  readonly denied: Approval | undefined;
  /** One for each secret and recipient: the last. */
  readonly uses: readonly Use[];
  readonly requestedAt: number;
  readonly expiresAt: number;
  /** Counts what was written, so that a write knows whether it is the next after what was read. */
  readonly revision: number;
  readonly dueAt: number | undefined;
  readonly outbox: readonly string[];
  readonly sequence: number;
  readonly chain: string | undefined;
};

/** By name: roles that may not read envelopes may read nothing that they do not name. */
export const REQUEST_ATTRIBUTES = [
  "id",
  "state",
  "class",
  "asked",
  "approvals",
  "denied",
  "uses",
  "requestedAt",
  "expiresAt",
  "revision",
  "dueAt",
  "outbox",
  "sequence",
  "chain",
] as const;

/** How often a request has bound something. What else counts its revision up is its approvals, and what ends it. */
export function bindsOf({ revision, approvals }: RequestRecord): number {
  return revision - approvals.length;
}

/** What a request is now, short of whether its approvals suffice. */
export function stateOf(
  record: RequestRecord,
  now: number,
): Exclude<RequestState, "pending" | "approved"> | "open" {
  return record.state === "open" && record.expiresAt <= now ? "expired" : record.state;
}

/** The uses of one handoff: places in what was asked instead of names, which are long and many. */
type StoredUses = readonly [handoff: HandoffId, at: number, recipient: number, secrets: readonly number[]];

export function storedUses({ secrets, recipients }: Asked, uses: readonly Use[]): readonly string[] {
  const bound = new Map<string, readonly Use[]>();
  for (const use of uses) {
    const key = JSON.stringify([use.handoff, use.at, recipients.indexOf(use.recipient)]);
    bound.set(key, [...(bound.get(key) ?? []), use]);
  }
  return [...bound].map(([key, of]) =>
    JSON.stringify([...JSON.parse(key), of.map(({ secret }) => secrets.indexOf(secret))]),
  );
}

function readUses({ secrets, recipients }: Asked, texts: readonly string[]): readonly Use[] {
  return texts.flatMap((text) => {
    const [handoff, at, ofRecipients, ofSecrets] = JSON.parse(text) as StoredUses;
    return ofSecrets.map((place) => ({
      secret: named(secrets, place),
      recipient: named(recipients, ofRecipients),
      handoff,
      at,
    }));
  });
}

function named(names: readonly string[], place: number): string {
  const name = names[place];
  if (name === undefined) throw new Error("a use of a request is of nothing that was asked");
  return name;
}

/** @throws Error naming the attribute when a required one is missing */
export function readRequest(item: Attributes): RequestRecord {
  const read = new ItemReader(item);
  const denied = read.optionalString("denied");
  const asked = JSON.parse(read.string("asked")) as Asked;
  return {
    id: read.string("id"),
    state: read.string("state") as RequestRecord["state"],
    class: read.string("class"),
    asked,
    approvals: read.strings("approvals").map((text) => JSON.parse(text) as StoredApproval),
    denied: denied === undefined ? undefined : (JSON.parse(denied) as Approval),
    uses: readUses(asked, read.strings("uses")),
    requestedAt: read.number("requestedAt"),
    expiresAt: read.number("expiresAt"),
    revision: read.number("revision"),
    dueAt: read.optionalNumber("dueAt"),
    outbox: read.strings("outbox"),
    sequence: read.number("sequence"),
    chain: read.optionalString("chain"),
  };
}
