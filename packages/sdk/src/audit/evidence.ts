import { type ListedEntry, type PolicyResponse, pluralize } from "@secret-handoff/protocol/api";
import { markdownTable } from "../markdown.ts";
import { endingsChart } from "./chart.ts";
import { CONTROLS } from "./controls.ts";
import type { Block, Report } from "./document.ts";
import { ENDINGS, type HandoffHistory, quantile, type Summary, secretsOf, timesToOpen } from "./summary.ts";
import type { VerifyResult } from "./verify.ts";

/** What a report says beside the figures of its events. */
export type EvidenceContext = {
  /** Classes in force, as `GET policy` answers them. */
  readonly classes?: readonly {
    readonly name: string;
    readonly expiresWithin: number;
    readonly approvals: readonly string[];
    readonly verification: string;
  }[];
  /** The senders and operators lists in force, as `GET policy` answers them to an auditor. */
  readonly lists?: PolicyResponse["lists"] | undefined;
  /** What `verifyTrail` said of the period. */
  readonly checked?: VerifyResult;
  /** An address in place of a recipient id, where the reader may see it. @default the id */
  readonly nameOf?: (recipient: string) => string;
};

/** Evidence of a period for an auditor: figures, controls, and what they do not show. */
export function evidenceReport(
  summary: Summary,
  { classes = [], lists, checked, nameOf }: EvidenceContext = {},
): Report {
  const { handoffs, since, until } = summary;
  const blocks: readonly (Block | undefined)[] = [
    {
      text: `Secrets handed over from ${since} to ${until} (UTC), from ${pluralize(summary.events, "event")} of the trail. ${proofOf(checked, until)}`,
    },
    { heading: "Handoffs by class and ending" },
    endingsFigure(handoffs),
    endingsTable(handoffs),
    { heading: "Time to open" },
    { text: openingTimes(handoffs) },
    { heading: "Approvals" },
    ...approvals(summary),
    { heading: "Exceptions" },
    countsTable("refusal", summary.refusals, "No call was refused."),
    ...incidents(handoffs, nameOf),
    { heading: "Undelivered" },
    undelivered(handoffs, nameOf),
    { heading: "Who sent, and who may" },
    countsTable("sender", summary.senders, "Nobody sent in this period."),
    ...whoMay(lists),
    ...(classes.length === 0 ? [] : classesInForce(classes)),
    { heading: "Controls" },
    controlsTable(summary),
    { heading: "What this report does not cover" },
    {
      text: "Secrets that were shared in other ways; what recipients did with what they opened; who may change the lists, the deployment and the AWS account; events that were never recorded because the service was not asked. Events whose retention is over are in the archive alone, where there is one.",
    },
  ];
  return {
    title: `Evidence: secrets handed over, ${since} to ${until}`,
    blocks: blocks.filter((block) => block !== undefined),
  };
}

function proofOf(checked: VerifyResult | undefined, until: string): string {
  if (!checked) return "The seals of the trail were not checked for this report.";
  if (checked.finding) return `The trail did not verify: ${checked.finding.sentence}`;
  const { first, last, sealedEvents, unsealedEvents } = checked;
  if (last === undefined) return `No day of the period has a seal yet: ${held(unsealedEvents)}`;
  const newer =
    last >= until
      ? ""
      : ` Newer days have no seal yet${unsealedEvents === 0 ? "." : `: ${held(unsealedEvents)}`}`;
  return `The trail verifies against its seals from ${first} to ${last}: ${sealedEvents === 1 ? "its one event is as it was" : `${sealedEvents} events are as they were`} sealed.${newer}`;
}

/** What holds events together that have no seal. */
function held(events: number): string {
  return `${pluralize(events, "event")} ${events === 1 ? "is" : "are"} held together by the chain of their handoff alone.`;
}

export function endingsFigure(handoffs: readonly HandoffHistory[]): Block {
  const [svg, narrow] = [endingsChart(handoffs), endingsChart(handoffs, "narrow")];
  return { svg, narrow, alt: "Handoffs by class and ending" };
}

export function endingsTable(handoffs: readonly HandoffHistory[]): Block {
  const shown = ENDINGS.filter((ending) => handoffs.some((handoff) => handoff.ending === ending));
  const classes = [...new Set(handoffs.map((handoff) => handoff.class))].sort();
  const row = (name: string, own: readonly HandoffHistory[]) => [
    name,
    ...shown.map((ending) => own.filter((handoff) => handoff.ending === ending).length),
    own.length,
  ];
  return {
    head: ["class", ...shown, "total"],
    rows: [
      ...classes.map((name) =>
        row(
          name,
          handoffs.filter((handoff) => handoff.class === name),
        ),
      ),
      row("total", handoffs),
    ],
    numbers: Array.from({ length: shown.length + 1 }, (_, index) => index + 1),
    hasTotal: true,
  };
}

function openingTimes(handoffs: readonly HandoffHistory[]): string {
  const times = timesToOpen(handoffs);
  if (times.length === 0) return "No handoff was opened.";
  const within = (part: number) => {
    const minutes = Math.ceil((quantile(times, part) ?? 0) / 60);
    return minutes <= 1 ? "a minute" : `${minutes} minutes`;
  };
  if (within(0.5) === within(1))
    return `${times.length} of ${handoffs.length} were opened, all within ${within(1)}.`;
  return `${times.length} of ${handoffs.length} were opened: half within ${within(0.5)}, nine in ten within ${within(0.9)}, all within ${within(1)}.`;
}

function approvals({ handoffs, byType }: Summary): readonly Block[] {
  const count = (type: Parameters<typeof byType.get>[0]) => byType.get(type) ?? 0;
  const given = handoffs.flatMap((handoff) => handoff.approvals);
  const known = new Map<string, number>();
  for (const { role, known: how } of given) {
    const key = `${role}, known by ${how}`;
    known.set(key, (known.get(key) ?? 0) + 1);
  }
  const carrying = handoffs.filter((handoff) => handoff.approvals.length > 0).length;
  return [
    {
      text: `Requests: ${count("requested")}; approvals: ${count("approved")}; denials: ${count("denied")}; expired: ${count("request_expired")}. ${carrying} of ${handoffs.length} handoffs carry approvals.`,
    },
    ...(known.size === 0 ? [] : [countsTable("approval on a handoff", known, "")]),
  ];
}

function incidents(handoffs: readonly HandoffHistory[], nameOf: EvidenceContext["nameOf"]): readonly Block[] {
  const found = handoffs.filter(({ ending }) => ending === "locked" || ending === "reported");
  if (found.length === 0) return [{ text: "No handoff was locked or reported." }];
  return [historiesTable(found, nameOf)];
}

function undelivered(handoffs: readonly HandoffHistory[], nameOf: EvidenceContext["nameOf"]): Block {
  const found = handoffs.filter(
    ({ ending, bounced }) => bounced || ["expired", "unconfirmed", "locked"].includes(ending),
  );
  return found.length === 0
    ? { text: "Every handoff that has ended was delivered, revoked or superseded." }
    : historiesTable(found, nameOf);
}

/** Handoffs, one a row. @param nameOf an address in place of a recipient id, where the reader may see it */
export function historiesTable(
  histories: readonly HandoffHistory[],
  nameOf: (recipient: string) => string = (id) => id,
): Block {
  return {
    head: ["handoff", "class", "secret", "recipient", "created", "ending", "since"],
    rows: histories.map((history) => [
      history.id,
      history.class,
      secretsOf(history).join(", "),
      history.recipient === undefined ? "" : nameOf(history.recipient),
      minute(history.created),
      history.bounced ? `${history.ending}, mail bounced` : history.ending,
      minute(history.endedAt),
    ]),
  };
}

export function minute(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)}`;
}

function countsTable(what: string, counts: ReadonlyMap<string, number>, none: string): Block {
  if (counts.size === 0) return { text: none };
  const rows = [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return { head: [what, "number"], rows, numbers: [1] };
}

function whoMay(lists: EvidenceContext["lists"]): readonly Block[] {
  if (!lists) {
    return [
      {
        text: "The senders and operators lists that are in force are in the deployment's configuration, which is under your version control. The trail shows who used them.",
      },
    ];
  }
  return [
    {
      text: "Who may do what, by the senders and operators lists in force when the report was made. Nobody else may do anything:",
    },
    {
      head: ["who", "may", "classes", "approves as"],
      rows: [...lists.senders, ...lists.operators].map((entry) => [
        whomOf(entry),
        entry.may.join(", "),
        entry.classes?.join(", ") ?? "all",
        entry.roles?.join(", ") ?? "",
      ]),
    },
  ];
}

/** Whom an entry names, by every part that it has. */
function whomOf({ may: _, classes: __, roles: ___, claims = {}, events, ...named }: ListedEntry): string {
  const parts = Object.entries({ ...named, ...claims }).filter(([, value]) => value !== undefined);
  return [
    ...parts.map(([name, value]) => `${WHO[name] ?? name} ${value}`),
    ...(events === undefined ? [] : [`events ${events.join(", ")}`]),
  ].join("; ");
}

const WHO: Readonly<Record<string, string>> = { repositoryId: "repository number", ownerId: "owner number" };

function classesInForce(classes: NonNullable<EvidenceContext["classes"]>): readonly Block[] {
  return [
    { text: "The classes in force when the report was made:" },
    {
      head: ["class", "expires within", "approvals", "verification"],
      rows: classes.map(({ name, expiresWithin, approvals: roles, verification }) => [
        name,
        `${expiresWithin / 3_600} h`,
        roles.join(", ") || "none",
        verification,
      ]),
    },
  ];
}

function controlsTable(summary: Summary): Block {
  return {
    head: ["requirement", "control", "shown by", "this period", "does not show"],
    rows: CONTROLS.map((control) =>
      [
        `${control.framework} ${control.reference}: ${control.about}`,
        control.does,
        control.shownBy,
        control.figure(summary),
        control.doesNotShow,
      ].map((text) => text.replaceAll("`", "")),
    ),
  };
}

/** The controls without a period, as docs/compliance.md prints them. */
export function controlsMarkdown(): string {
  return markdownTable(
    ["Requirement", "Control", "Shown by", "Does not show"],
    CONTROLS.map(({ framework, reference, about, does, shownBy, doesNotShow }) => [
      `${framework} ${reference}: ${about}`,
      does,
      shownBy,
      doesNotShow,
    ]),
  );
}
