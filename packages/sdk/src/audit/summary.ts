import type { Actor, AuditEvent, EventType } from "@secret-handoff/protocol/api";

/** Who an actor is, in one word for a table's cell. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case "github":
      return actor.actor;
    case "pipeline":
      return actor.actor ?? actor.project;
    case "iam":
      return actor.principal;
    default:
      return actor.kind;
  }
}

/** What tells one actor from another: for GitHub the repository, for a pipeline its project, for people their principal. */
export function actorKey(actor: Actor): string {
  if (actor.kind === "pipeline") return `${actor.issuer}/${actor.projectId}`;
  return actor.kind === "github" ? `github/${actor.repositoryId}` : `${actor.kind}/${actorName(actor)}`;
}

/** How a handoff stands, as far as the events say. */
export const ENDINGS = [
  "delivered",
  "unconfirmed",
  "claimed",
  "open",
  "expired",
  "revoked",
  "superseded",
  "locked",
  "reported",
] as const;
export type Ending = (typeof ENDINGS)[number];

/** The history of one handoff, from its events. Times are RFC 3339, as in the events. */
export type HandoffHistory = {
  readonly id: string;
  readonly class: string;
  readonly secret: string | undefined;
  /** The secrets of a set that was handed over as one, each by its own name. */
  readonly members: readonly string[];
  readonly recipient: string | undefined;
  /** Which version it was: of the secret, or of the set as a whole. */
  readonly versionId: string | undefined;
  readonly sender: string;
  /** Who owns it: senders end and replace their own handoffs only. */
  readonly owner: string;
  readonly created: string;
  readonly expiry: string | undefined;
  readonly reason: string | undefined;
  readonly checks: readonly string[];
  /** Who approved it, and how that is known. */
  readonly approvals: NonNullable<AuditEvent["approvals"]>;
  ending: Ending;
  /** When it came to that. */
  endedAt: string;
  claimed: string | undefined;
  bounced: boolean;
  wrongAnswers: number;
};

/** Figures of a period, from its events alone. */
export type Summary = {
  /** Days, both included. */
  readonly since: string;
  readonly until: string;
  readonly events: number;
  readonly byType: ReadonlyMap<EventType, number>;
  /** Handoffs created in the period. */
  readonly handoffs: readonly HandoffHistory[];
  /** Handoffs of these events that were created before the period. */
  readonly earlier: readonly HandoffHistory[];
  /** Refusals by outcome. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Handoffs created in the period, by who sent them. */
  readonly senders: ReadonlyMap<string, number>;
  /** Readings of the trail, by who read it. */
  readonly readers: ReadonlyMap<string, number>;
};

const ENDED_BY: Partial<Readonly<Record<EventType, Ending>>> = {
  claimed: "claimed",
  acknowledged: "delivered",
  unconfirmed: "unconfirmed",
  expired: "expired",
  revoked: "revoked",
  superseded: "superseded",
  locked: "locked",
  reported: "reported",
};

/**
 * Counts a period.
 * @param events oldest first; those before the period only show how its handoffs began
 * @param days the period
 */
export async function summarise(
  events: AsyncIterable<AuditEvent>,
  { since, until }: { readonly since: string; readonly until: string },
): Promise<Summary> {
  const histories = new Map<string, HandoffHistory>();
  const byType = new Map<EventType, number>();
  const refusals = new Map<string, number>();
  const readers = new Map<string, number>();
  let count = 0;
  for await (const event of events) {
    const day = event.time.slice(0, 10);
    if (day > until) continue;
    addTo(histories, event);
    if (day < since) continue;
    const times = event.count ?? 1;
    count += 1;
    add(byType, event.type, times);
    if (event.type === "refused") add(refusals, event.outcome, times);
    if (event.type === "audit_viewed") add(readers, actorName(event.actor), 1);
  }
  const all = [...histories.values()];
  const handoffs = all.filter(({ created }) => created.slice(0, 10) >= since);
  const senders = new Map<string, number>();
  for (const { sender } of handoffs) add(senders, sender, 1);
  const earlier = all.filter(({ created }) => created.slice(0, 10) < since);
  return { since, until, events: count, byType, handoffs, earlier, refusals, senders, readers };
}

function addTo(histories: Map<string, HandoffHistory>, event: AuditEvent): void {
  const { handoff, type, time } = event;
  if (handoff === undefined || type === "refused") return;
  const history = histories.get(handoff);
  if (type === "created") {
    // A sender with code of its own can use a link again whose handoff the service has forgotten: that one's history stays, by itself.
    if (history) histories.set(`${handoff} of ${history.created}`, history);
    histories.delete(handoff);
    histories.set(handoff, begun(handoff, event));
    return;
  }
  if (!history) return;
  // A report of what was over already, unread, changes nothing.
  const ending = event.outcome === "already_ended" ? undefined : ENDED_BY[type];
  if (ending) {
    history.ending = ending;
    history.endedAt = time;
  }
  if (type === "claimed") history.claimed = time;
  if (type === "bounced") history.bounced = true;
  if (type === "answer_wrong") history.wrongAnswers += 1;
}

function begun(id: string, event: AuditEvent): HandoffHistory {
  const { actor } = event;
  return {
    id,
    class: event.class ?? "none",
    secret: event.secret,
    members: event.members ?? [],
    recipient: event.recipient,
    versionId: event.versionId,
    sender: senderName(actor),
    owner: event.owner ?? actorKey(actor),
    created: event.time,
    expiry: event.expiry,
    reason: event.reason,
    checks: event.checks ?? [],
    approvals: event.approvals ?? [],
    ending: "open",
    endedAt: event.time,
    claimed: undefined,
    bounced: false,
    wrongAnswers: 0,
  };
}

/** What was handed over, each secret by its own name: those of a set, or the one; none where the event names none. */
export function secretsOf({
  secret,
  members,
}: Pick<HandoffHistory, "secret" | "members">): readonly string[] {
  if (members.length > 0) return members;
  return secret === undefined ? [] : [secret];
}

function senderName(actor: AuditEvent["actor"]): string {
  if (actor.kind === "github") return actor.repository;
  return actor.kind === "pipeline" ? `${actor.project} (${actor.issuer})` : actorName(actor);
}

function add<Key>(counts: Map<Key, number>, key: Key, times: number): void {
  counts.set(key, (counts.get(key) ?? 0) + times);
}

/** Seconds from creation to claim of the handoffs that were opened, the shortest first. */
export function timesToOpen(handoffs: readonly HandoffHistory[]): readonly number[] {
  return handoffs
    .flatMap(({ created, claimed }) => (claimed ? [(Date.parse(claimed) - Date.parse(created)) / 1_000] : []))
    .toSorted((a, b) => a - b);
}

/** The value below which that part of the sorted values lies; undefined of none. @param part from 0 to 1 */
export function quantile(sorted: readonly number[], part: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}
