import type { Actor, AuditEvent, EventType } from "@secret-handoff/protocol/api";
import { actorKey, actorName } from "./summary.ts";

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

/**
 * The trail in the Open Cybersecurity Schema Framework, version 1.8: every event as API Activity (6003), and what somebody should look
 * at as Detection Finding (2004) besides. https://schema.ocsf.io/1.8.0/classes/api_activity
 */

const OCSF_VERSION = "1.8.0";
const API_ACTIVITY = { category: 6, class: 6003 } as const;
const DETECTION_FINDING = { category: 2, class: 2004 } as const;

const CREATE = 1;
const READ = 2;
const UPDATE = 3;
const DELETE = 4;

const SUCCESS = 1;
const FAILURE = 2;

const INFORMATIONAL = 1;
const LOW = 2;
const MEDIUM = 3;
const HIGH = 4;

type Mapping = { readonly activity: number; readonly severity: number; readonly status: number };

const is = (activity: number, severity = INFORMATIONAL, status = SUCCESS): Mapping => ({
  activity,
  severity,
  status,
});

const MAPPINGS: Readonly<Record<EventType, Mapping>> = {
  requested: is(CREATE),
  approved: is(UPDATE),
  denied: is(UPDATE, LOW, FAILURE),
  request_expired: is(DELETE, INFORMATIONAL, FAILURE),
  created: is(CREATE),
  mailed: is(UPDATE),
  bounced: is(UPDATE, LOW, FAILURE),
  code_mailed: is(UPDATE),
  answer_wrong: is(READ, LOW, FAILURE),
  locked: is(DELETE, MEDIUM, FAILURE),
  claimed: is(READ),
  acknowledged: is(UPDATE),
  unconfirmed: is(UPDATE, LOW, FAILURE),
  expired: is(DELETE, LOW, FAILURE),
  revoked: is(DELETE),
  superseded: is(DELETE),
  reported: is(DELETE, HIGH),
  refused: is(READ, LOW, FAILURE),
  recipient_erased: is(DELETE),
  audit_viewed: is(READ),
};

/** One OCSF event, ready for `JSON.stringify`. */
export type OcsfEvent = {
  readonly class_uid: number;
  readonly category_uid: number;
  readonly activity_id: number;
  readonly type_uid: number;
  readonly severity_id: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly [attribute: string]: unknown;
};

/** The trail as OCSF 1.8, event by event; a finding follows the event that brought it about. */
export async function* ocsfEvents(events: AsyncIterable<AuditEvent>): AsyncGenerator<OcsfEvent> {
  const refusals = new Bursts();
  for await (const event of events) {
    yield apiActivity(event);
    const reason = FINDINGS[event.type] ?? refusals.note(event);
    if (reason) yield finding(event, reason);
  }
}

function apiActivity(event: AuditEvent): OcsfEvent {
  const { activity, severity, status } = MAPPINGS[event.type];
  const { v: _v, id: _id, type, time, actor, handoff, request, secret, members, outcome, ...rest } = event;
  return {
    ...classified(API_ACTIVITY, activity, severity, event),
    status_id: status,
    status_detail: outcome,
    actor: ocsfActor(actor),
    api: { operation: type, service: { name: "secret-handoff" } },
    src_endpoint: { svc_name: SOURCES[actor.kind] },
    resources: resourcesOf(event),
    message: `${type}: ${outcome}`,
    unmapped: rest,
  };
}

/** Where an actor's calls come from. The trail keeps no network address. */
const SOURCES: Readonly<Record<Actor["kind"], string>> = {
  github: "GitHub Actions",
  pipeline: "pipeline",
  iam: "AWS IAM",
  recipient: "holder of a link",
  service: "secret-handoff",
  unverified: "unauthenticated caller",
};

function ocsfActor(actor: Actor): object {
  const app = { app_name: SOURCES[actor.kind] };
  switch (actor.kind) {
    case "github": {
      const { repository, repositoryId, workflow, run, attempt } = actor;
      const user = { name: actor.actor, type_id: 1 };
      return {
        ...app,
        app_uid: repositoryId,
        user,
        session: { uid: `${repository}/${run}/${attempt}`, issuer: workflow },
      };
    }
    case "pipeline": {
      const { issuer, projectId, run } = actor;
      const user = { name: actor.actor ?? actor.project, type_id: 1 };
      return { ...app, app_uid: projectId, user, session: { uid: run ?? projectId, issuer } };
    }
    case "iam":
      return { ...app, user: { uid: actor.principal, name: actor.principal.split("/").at(-1), type_id: 1 } };
    default:
      return app;
  }
}

function resourcesOf({
  handoff,
  request,
  secret,
  members,
  recipient,
  recipients,
}: AuditEvent): readonly object[] {
  const named = (type: string, uid: string | undefined) => (uid === undefined ? [] : [{ type, uid }]);
  return [
    ...named("handoff", handoff),
    ...named("request", request),
    ...[secret, ...(members ?? [])].flatMap((uid) => named("secret", uid)),
    ...[recipient, ...(recipients ?? [])].flatMap((uid) => named("recipient", uid)),
  ];
}

type Reason = { readonly title: string; readonly severity: number; readonly rule: string };

const FINDINGS: Partial<Readonly<Record<EventType, Reason>>> = {
  reported: {
    title: "A recipient reported a handoff that was not theirs, or that somebody else opened",
    severity: HIGH,
    rule: "reported",
  },
  locked: { title: "A handoff was locked after too many wrong answers", severity: MEDIUM, rule: "locked" },
};

function finding(event: AuditEvent, { title, severity, rule }: Reason): OcsfEvent {
  return {
    ...classified(DETECTION_FINDING, CREATE, severity, event),
    status_id: 1,
    is_alert: true,
    actor: ocsfActor(event.actor),
    finding_info: {
      uid: `${rule}/${event.id}`,
      title,
      created_time: Date.parse(event.time),
      analytic: { name: `secret-handoff ${rule}`, uid: rule, type_id: 1 },
    },
    resources: resourcesOf(event),
    message: title,
  };
}

function classified(
  { category, class: uid }: { readonly category: number; readonly class: number },
  activity: number,
  severity: number,
  { id, time, type, sequence }: AuditEvent,
): OcsfEvent {
  return {
    category_uid: category,
    class_uid: uid,
    activity_id: activity,
    type_uid: uid * 100 + activity,
    severity_id: severity,
    time: Date.parse(time),
    metadata: {
      version: OCSF_VERSION,
      uid: id,
      event_code: type,
      original_time: time,
      log_name: "secret-handoff trail",
      ...(sequence === undefined ? {} : { sequence }),
      product: { name: "secret-handoff", vendor_name: "secret-handoff" },
    },
  };
}

/** Seconds in which refusals of one actor are a burst, and how many. */
const BURST_SECONDS = 300;
const BURST_REFUSALS = 10;

/** Refusals of one actor, counted in windows of five minutes; a window that is over is forgotten. */
class Bursts {
  #window = 0;
  readonly #counts = new Map<string, number>();

  /** @returns a reason for a finding at the refusal that makes a burst */
  note({ type, time, actor, count = 1 }: AuditEvent): Reason | undefined {
    if (type !== "refused") return undefined;
    const window = Math.floor(Date.parse(time) / 1_000 / BURST_SECONDS);
    if (window !== this.#window) {
      this.#window = window;
      this.#counts.clear();
    }
    const key = actorKey(actor);
    const before = this.#counts.get(key) ?? 0;
    this.#counts.set(key, before + count);
    if (before >= BURST_REFUSALS || before + count < BURST_REFUSALS) return undefined;
    const title = `${BURST_REFUSALS} or more calls of one caller were refused within five minutes`;
    return { title, severity: MEDIUM, rule: "refusals" };
  }
}
