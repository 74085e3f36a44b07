import { type Block, endingsChart, type Report } from "./document.ts";
import { endingsTable, historiesTable, minute } from "./evidence.ts";
import { type HandoffHistory, type Summary, secretsOf } from "./summary.ts";

/** Days after which a credential that somebody holds should have been rotated. */
export const STALE_AFTER_DAYS = 90;

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What somebody was given and may still use. */
export type Holding = {
  readonly secret: string;
  readonly recipient: string;
  readonly since: string;
  readonly class: string;
};

/** Who holds what, by the newest handoff of each secret that each recipient opened; the secrets of a set one by one. */
export function holdings({ handoffs, earlier }: Summary): readonly Holding[] {
  const held = new Map<string, Holding>();
  for (const history of [...earlier, ...handoffs]) {
    const { recipient, claimed, class: name } = history;
    if (recipient === undefined || claimed === undefined) continue;
    for (const secret of secretsOf(history))
      held.set(`${secret}\n${recipient}`, { secret, recipient, since: claimed, class: name });
  }
  return [...held.values()].toSorted((a, b) => (a.since < b.since ? -1 : 1));
}

/** Shared credentials of which no newer version was handed over for so long. @param today `2026-11-26` */
export function staleHoldings(summary: Summary, today: string, days = STALE_AFTER_DAYS): readonly Holding[] {
  const newest = new Map<string, string>();
  for (const history of [...summary.earlier, ...summary.handoffs]) {
    const { created } = history;
    for (const secret of secretsOf(history))
      if (created > (newest.get(secret) ?? "")) newest.set(secret, created);
  }
  const limit = new Date(Date.parse(`${today}T00:00:00Z`) - days * 86_400_000).toISOString();
  return holdings(summary).filter(({ secret }) => (newest.get(secret) ?? "") < limit);
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
        text: `${counted(handoffs.length, "handoff")} in the period. ${counted(held.length, "credential")} ${held.length === 1 ? "is" : "are"} held by somebody, ${stale.length} of which ${stale.length === 1 ? "was" : "were"} not rotated for ${STALE_AFTER_DAYS} days.`,
      },
      { svg: endingsChart(handoffs), alt: "Handoffs by class and ending" },
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
