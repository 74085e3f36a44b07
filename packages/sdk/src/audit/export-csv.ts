import type { AuditEvent } from "@secret-handoff/protocol/api";
import { actorName } from "./actors.ts";

/** The columns, each with what it holds of an event. */
const COLUMNS: Readonly<Record<string, (event: AuditEvent) => string | number | undefined>> = {
  time: (event) => event.time,
  type: (event) => event.type,
  outcome: (event) => event.outcome,
  class: (event) => event.class,
  secret: (event) => event.secret ?? event.members?.join(" "),
  version: (event) => event.versionId,
  recipient: (event) => event.recipient ?? event.recipients?.join(" "),
  actor_kind: ({ actor }) => actor.kind,
  actor: ({ actor }) => actorName(actor),
  repository: ({ actor }) =>
    actor.kind === "github" ? actor.repository : actor.kind === "pipeline" ? actor.project : undefined,
  run: ({ actor }) => ("run" in actor ? actor.run : undefined),
  reason: (event) => event.reason,
  checks: (event) => event.checks?.join(" "),
  approvals: (event) => event.approvals?.map(({ role, by, known }) => `${role}: ${by} (${known})`).join("; "),
  expiry: (event) => event.expiry,
  attempts_left: (event) => event.attemptsLeft,
  count: (event) => event.count,
  handoff: (event) => event.handoff,
  request: (event) => event.request,
  sequence: (event) => event.sequence,
  id: (event) => event.id,
  recorded: (event) => event.recorded,
};

/** The trail as CSV (RFC 4180) for spreadsheets, line by line, the names of the columns first. */
export async function* csvLines(events: AsyncIterable<AuditEvent>): AsyncGenerator<string> {
  yield lineOf(Object.keys(COLUMNS));
  for await (const event of events) yield lineOf(Object.values(COLUMNS).map((cellOf) => cellOf(event)));
}

function lineOf(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

/**
 * What a spreadsheet would take for a formula gets an apostrophe before it, also in full-width spelling, and behind what divides cells in
 * many countries, where quotes hold nothing together: a reason or a branch's name is somebody else's text. https://owasp.org/www-community/attacks/CSV_Injection
 */
function cell(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const begun = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value;
  const safe = begun.replace(/[;\t\r\n][\s"]*(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g, "$&'");
  return `"${safe.replaceAll('"', '""')}"`;
}
