import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { type AuditEvent, EVENT_TYPES } from "@secret-handoff/protocol/api";
import { csvLines, type OcsfEvent, ocsfEvents } from "@secret-handoff/sdk";
import { collect } from "../support/sealed-trail.ts";

type Attribute = {
  readonly type: string;
  readonly object?: string;
  readonly array?: true;
  readonly required?: true;
  readonly enum?: readonly (number | string)[];
};
type Shape = {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly constraints?: { readonly at_least_one?: readonly string[] };
};
const schema: {
  readonly version: string;
  readonly classes: Record<string, Shape>;
  readonly objects: Record<string, Shape>;
} = JSON.parse(readFileSync(new URL("fixtures/ocsf-1.8.json", import.meta.url), "utf8"));

const WHOLE = ["integer_t", "long_t", "timestamp_t"];

/** Where a value departs from the published schema: required attributes, unknown ones, types, enumerations, constraints. */
function departures(value: unknown, shape: Shape, where: string): readonly string[] {
  if (typeof value !== "object" || value === null) return [`${where} is no object`];
  const given = Object.entries(value).filter(([, member]) => member !== undefined);
  const missing = Object.entries(shape.attributes)
    .filter(([name, { required }]) => required && !given.some(([member]) => member === name))
    .map(([name]) => `${where}.${name} is missing`);
  const oneOf = shape.constraints?.at_least_one;
  const none =
    oneOf && !given.some(([name]) => oneOf.includes(name)) ? [`${where} has none of ${oneOf}`] : [];
  const wrong = given.flatMap(([name, member]) => {
    const attribute = shape.attributes[name];
    if (!attribute) return [`${where}.${name} is unknown`];
    const members = attribute.array ? (Array.isArray(member) ? member : [undefined]) : [member];
    return members.flatMap((item) => ofAttribute(item, attribute, `${where}.${name}`));
  });
  return [...missing, ...none, ...wrong];
}

function ofAttribute(item: unknown, attribute: Attribute, where: string): readonly string[] {
  if (attribute.type === "object_t") {
    const object = schema.objects[attribute.object ?? ""];
    if (object) return departures(item, object, where);
    return attribute.object === "object" ? [] : [`${where}: the fixture lacks ${attribute.object}`];
  }
  if (attribute.enum && !attribute.enum.includes(item as number))
    return [`${where} is not in the enumeration`];
  const wanted = WHOLE.includes(attribute.type)
    ? "number"
    : attribute.type === "boolean_t"
      ? "boolean"
      : "string";
  return typeof item === wanted ? [] : [`${where} is no ${wanted}`];
}

async function* listed(events: readonly AuditEvent[]): AsyncGenerator<AuditEvent> {
  yield* events;
}

const actors: readonly AuditEvent["actor"][] = [
  {
    kind: "github",
    repository: "acme/orders",
    repositoryId: "42",
    workflow: "acme/orders/.github/workflows/rotate.yml@refs/heads/main",
    ref: "refs/heads/main",
    event: "workflow_dispatch",
    run: "7",
    attempt: "1",
    actor: "ana",
  },
  { kind: "iam", principal: "arn:aws:sts::111122223333:assumed-role/security/kim" },
  { kind: "pipeline", issuer: "https://gitlab.example", project: "acme/orders", projectId: "9", run: "3" },
  { kind: "recipient" },
  { kind: "service" },
  { kind: "unverified" },
];

const event = (parts: Partial<AuditEvent>): AuditEvent => ({
  v: 1,
  id: "AAAAAAAAAAAAAAAAAAAAAA/1",
  type: "created",
  time: "2026-11-26T12:00:00Z",
  actor: { kind: "service" },
  outcome: "done",
  ...parts,
});
const full = event({
  handoff: "AAAAAAAAAAAAAAAAAAAAAA",
  request: "req",
  owner: "42",
  class: "database-access",
  secret: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/orders-AbCdEf",
  versionId: "v1",
  recipient: "r-1",
  expiry: "2026-11-26T16:00:00Z",
  checks: ["email"],
  reason: "quarterly",
  approvals: [{ role: "manager", by: "kim", known: "iam", time: "2026-11-26T11:00:00Z" }],
  sequence: 1,
});

describe("the export to OCSF", () => {
  const every = EVENT_TYPES.flatMap((type) => actors.map((actor) => ({ ...full, type, actor })));

  test("is as the published schema 1.8 requires, for every type of event and every kind of actor", async () => {
    const exported = await collect(ocsfEvents(listed([...every, event({ type: "audit_viewed" })])));
    const classes: Record<number, string> = { 6003: "api_activity", 2004: "detection_finding" };
    const wrong = exported.flatMap((item) => {
      const shape = schema.classes[classes[item.class_uid] ?? ""];
      return shape
        ? departures(JSON.parse(JSON.stringify(item)), shape, classes[item.class_uid] ?? "")
        : ["class"];
    });
    expect([...new Set(wrong)]).toEqual([]);
    expect(exported.filter(({ class_uid }) => class_uid === 6003)).toHaveLength(every.length + 1);
    expect(schema.version).toBe("1.8.0");
  });

  test("the check against the schema finds what is wrong", () => {
    const shape = schema.classes.api_activity as Shape;
    const wrong = departures({ activity_id: 7, time: "noon", actor: {}, more: 1 }, shape, "event");
    expect(wrong).toEqual(
      expect.arrayContaining([
        "event.api is missing",
        "event.activity_id is not in the enumeration",
        "event.time is no number",
        "event.more is unknown",
      ]),
    );
    expect(wrong.some((line) => line.startsWith("event.actor has none of"))).toBe(true);
  });

  test("tells of reported and locked handoffs as findings, once for each event", async () => {
    const told = [full, event({ type: "reported", id: "a/2" }), event({ type: "locked", id: "b/2" })];
    const found = await findingsIn(told);
    expect(found.map(({ finding_info }) => (finding_info as { uid: string }).uid)).toEqual([
      "reported/a/2",
      "locked/b/2",
    ]);
  });

  test("tells of a burst of refusals of one caller once, and of no other", async () => {
    const refused = (actor: number, seconds: number, count?: number) =>
      event({
        type: "refused",
        outcome: "not_allowed",
        id: `${actor}/${seconds}`,
        actor: actors[actor] as AuditEvent["actor"],
        time: new Date(Date.parse("2026-11-26T12:00:00Z") + seconds * 1_000).toISOString(),
        ...(count === undefined ? {} : { count }),
      });
    const twelve = (actor: number, from: number) =>
      Array.from({ length: 12 }, (_, n) => refused(actor, from + n));
    const nine = Array.from({ length: 9 }, (_, n) => refused(1, n));
    expect(await findingsIn([...twelve(0, 0), ...nine])).toHaveLength(1);
    expect(await findingsIn([...twelve(0, 0), ...twelve(0, 300)])).toHaveLength(2);
    expect(await findingsIn([refused(5, 0, 40)])).toHaveLength(1);
    expect(await findingsIn(Array.from({ length: 9 }, (_, n) => refused(0, n * 299)))).toEqual([]);
  });

  const findingsIn = async (events: readonly AuditEvent[]): Promise<readonly OcsfEvent[]> =>
    (await collect(ocsfEvents(listed(events)))).filter(({ class_uid }) => class_uid === 2004);
});

describe("the export to CSV", () => {
  test("has a line of names, and one line for each event with as many cells", async () => {
    const lines = await collect(csvLines(listed([full, event({})])));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^"time","type","outcome",/);
    expect(lines[1]).toContain('"manager: kim (iam)"');
    expect(lines.every((line) => line.endsWith("\r\n"))).toBe(true);
    const cells = (line = "") => line.replaceAll(/"(?:[^"]|"")*"/g, "").split(",").length;
    expect([cells(lines[1]), cells(lines[2])]).toEqual([cells(lines[0]), cells(lines[0])]);
  });

  test.each(["=HYPERLINK(1)", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])(
    "a spreadsheet takes %j for text",
    async (reason) => {
      const [, line] = await collect(csvLines(listed([event({ reason })])));
      expect(line).toContain(`"'${reason.replace(/^[\t\r]/, "$&'")}"`);
    },
  );

  test.each(["a;=cmd|' /C calc'!A0", "a\t+1", 'a;" =1', "a\n@SUM(A1)"])(
    "a spreadsheet that divides cells elsewhere takes %j for text",
    async (reason) => {
      const [, line = ""] = await collect(csvLines(listed([event({ reason })])));
      expect(line).not.toMatch(/[;\t\n][\s"]*[=+@]/);
      expect(line).toMatch(/'[=+@]/);
    },
  );

  test("keeps quotes and line breaks in their cell", async () => {
    const [, line] = await collect(csvLines(listed([event({ reason: 'a "b",\nc' })])));
    expect(line).toContain('"a ""b"",\nc"');
  });
});
