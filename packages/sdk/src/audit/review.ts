import { pluralize } from "@secret-handoff/protocol/api";
import type { Block, Report } from "./document.ts";
import { endingsFigure, endingsTable, historiesTable, minute } from "./evidence.ts";
import { type HandoffHistory, type Summary, secretsOf } from "./summary.ts";

/** Days after which a credential that somebody holds should have been rotated. */
export const STALE_AFTER_DAYS = 90;

/** What somebody was given and may still use. */
export type Holding = {
  readonly secret: string;
  readonly recipient: string;
  readonly since: string;
  readonly class: string;
  /** Whose handoff it was. */
  readonly owner: string;
};

/**
 * Who holds what, by the newest handoff of each secret that each recipient opened; the secrets of a set one by one. What two owners hand over
 * under one name are two holdings: the service cannot see whether a sender has the secret that it names.
 */
export function holdings({ handoffs, earlier }: Summary): readonly Holding[] {
  const held = new Map<string, Holding>();
  for (const history of [...earlier, ...handoffs]) {
    const { recipient, claimed, class: name, owner } = history;
    if (recipient === undefined || claimed === undefined) continue;
    for (const secret of secretsOf(history))
      held.set(JSON.stringify([owner, secret, recipient]), {
        ...{ secret, recipient, since: claimed, class: name, owner },
      });
  }
  return [...held.values()].toSorted((a, b) => (a.since < b.since ? -1 : 1));
}

/** Shared credentials that were not rotated for so long, as far as their owner's handoffs show. @param today `2026-11-26` */
export function staleHoldings(summary: Summary, today: string, days = STALE_AFTER_DAYS): readonly Holding[] {
  const rotated = rotations([...summary.earlier, ...summary.handoffs]);
  const limit = new Date(Date.parse(`${today}T00:00:00Z`) - days * 86_400_000).toISOString();
  return holdings(summary).filter(
    ({ owner, secret }) => (rotated.get(ownSecret(owner, secret)) ?? "") < limit,
  );
}

/** What an owner handed over under one name, and its versions in the order in which they were first seen. */
type Subject = { readonly histories: HandoffHistory[]; readonly versions: Map<string, Version> };
/** When it was first seen, and whether somebody read it or still may. */
type Version = { readonly firstSeen: string; isCurrent: boolean };

/**
 * When each owner's secret was last rotated, or else first handed over. Only another version than the first shows a rotation: the same one
 * again, to a second recipient, shows none, and nor does one that ended unread or that another owner names. The version of a set is not
 * that of a secret alone, so each is compared with its like.
 */
function rotations(histories: readonly HandoffHistory[]): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  const newest = new Map<string, string>();
  for (const subject of bySubject(histories)) {
    const [, ...others] = subject.versions.values();
    const rotated = others
      .filter(({ isCurrent }) => isCurrent)
      .map(({ firstSeen }) => firstSeen)
      .at(-1);
    for (const history of subject.histories) {
      for (const secret of secretsOf(history)) {
        const key = ownSecret(history.owner, secret);
        if (history.created < (first.get(key) ?? "~")) first.set(key, history.created);
        if (rotated !== undefined && rotated > (newest.get(key) ?? "")) newest.set(key, rotated);
      }
    }
  }
  return new Map([...first, ...newest]);
}

function bySubject(histories: readonly HandoffHistory[]): Iterable<Subject> {
  const subjects = new Map<string, Subject>();
  for (const history of histories.toSorted((a, b) => (a.created < b.created ? -1 : 1))) {
    const { owner, secret = "", created, claimed, ending, versionId = "" } = history;
    const key = ownSecret(owner, secret);
    const subject = subjects.get(key) ?? { histories: [], versions: new Map<string, Version>() };
    subjects.set(key, subject);
    subject.histories.push(history);
    const version = subject.versions.get(versionId) ?? { firstSeen: created, isCurrent: false };
    version.isCurrent ||= claimed !== undefined || ending === "open";
    subject.versions.set(versionId, version);
  }
  return subjects.values();
}

function ownSecret(owner: string, secret: string): string {
  return JSON.stringify([owner, secret]);
}

/**
 * The monthly review: what was shared, what is open, expired unread, reported, who holds what since when, what was not rotated.
 * @param summary of the period, from events that go back as far as holdings should
 * @param nameOf an address in place of a recipient id, where the reader may see it
 */
export function reviewReport(
  summary: Summary,
  { today, nameOf = (id) => id }: { readonly today: string; readonly nameOf?: (recipient: string) => string },
): Report {
  const { handoffs, since, until } = summary;
  const all = [...summary.earlier, ...handoffs];
  const listed = (heading: string, histories: readonly HandoffHistory[], none: string): readonly Block[] => [
    { heading: `${heading} (${histories.length})` },
    histories.length === 0 ? { text: none } : historiesTable(histories, nameOf),
  ];
  const held = holdings(summary);
  const stale = staleHoldings(summary, today);
  const holdingsTable = (rows: readonly Holding[]): Block => ({
    head: ["secret", "recipient", "class", "since"],
    rows: rows.map((holding) => [
      holding.secret,
      nameOf(holding.recipient),
      holding.class,
      minute(holding.since),
    ]),
  });
  return {
    title: `Review of shared secrets, ${since} to ${until}`,
    blocks: [
      {
        text: `${pluralize(handoffs.length, "handoff")} in the period. ${pluralize(held.length, "credential")} ${held.length === 1 ? "is" : "are"} held by somebody, ${stale.length} of which ${stale.length === 1 ? "was" : "were"} not rotated for ${STALE_AFTER_DAYS} days.`,
      },
      endingsFigure(handoffs),
      endingsTable(handoffs),
      ...listed(
        "Still open",
        all.filter(({ ending }) => ending === "open"),
        "Nothing is open.",
      ),
      ...listed(
        "Expired unread",
        handoffs.filter(({ ending }) => ending === "expired"),
        "Nothing expired unread.",
      ),
      ...listed(
        "Reported",
        handoffs.filter(({ ending }) => ending === "reported"),
        "Nothing was reported.",
      ),
      { heading: `Not rotated for ${STALE_AFTER_DAYS} days (${stale.length})` },
      stale.length === 0 ? { text: "Every shared credential is younger." } : holdingsTable(stale),
      { heading: `Who holds what (${held.length})` },
      held.length === 0 ? { text: "Nobody holds a shared credential." } : holdingsTable(held),
    ],
  };
}
