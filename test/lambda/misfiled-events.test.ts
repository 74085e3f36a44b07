import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { AUDIT_TABLE, localClient } from "@secret-handoff/local";
import type { AuditEvent } from "@secret-handoff/protocol/api";
import { dayOf, readSealKeys } from "@secret-handoff/protocol/audit";
import { cachedToken, platformRuntime, serviceClient, serviceTrail, verifyTrail } from "@secret-handoff/sdk";
import { unending } from "../sdk/deadlines.ts";
import { callAs, operatorOf } from "../support/operator.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

const ANA = "ana@vendor.example";
const BOB = "bob@vendor.example";
const SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/orders-AbCdEf";
const MEMBER = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/billing-GhIjKl";
const ABOUT = { secret: SECRET, versionId: "v1", versionCreatedAt: 1, recipient: ANA };
const auditor = operatorOf("arn:aws:iam::111122223333:user/auditor", ["audit"]);

let service: TestService;
let db: ReturnType<typeof localClient>;

beforeAll(async () => {
  service = await startTestService({ operators: [auditor] });
  db = localClient(service.engine.endpoint);
  const sender = new Sender(service);
  const about = (secret: string) => ({ subject: { ...ABOUT, secret } });
  await sender.handOver({ email: ANA }, about(SECRET));
  await sender.handOver({ email: ANA }, { ...about("bundle:all"), members: [SECRET, MEMBER] });
  const { id } = await sender.handOver(
    { email: BOB },
    { subject: { ...about(SECRET).subject, recipient: BOB } },
  );
  await sender.call("POST", "/v1/sender/requests", {
    ...{ class: "database-access", secrets: [SECRET], recipients: [ANA, BOB] },
    ...{ expiresIn: 3_600, reason: "quarterly rotation" },
  });
  await new Sender(service, { job: { repository: "evil/fork", repositoryId: "66" } })
    .handOver()
    .catch(() => {});
  service.clock.now += 60;
  await sender.call("DELETE", `/v1/sender/handoffs/${id}`);
  await service.service.drained();
  service.clock.now += 2 * 86_400;
  await service.service.seal();
});
afterAll(async () => {
  db?.destroy();
  await service?.close();
});

type Item = Awaited<ReturnType<TestService["scan"]>>[number];
const eventIn = ({ event }: Item): AuditEvent | undefined => (event?.S ? JSON.parse(event.S) : undefined);
const put = (item: Item) => db.send(new PutItemCommand({ TableName: AUDIT_TABLE, Item: item }));
const dayAt = (time: number) => new Date(time * 1_000).toISOString().slice(0, 10);
/** The day that has no seal yet: it has the events of this test's own readings. */
const today = () => dayAt(service.clock.now);
/** The whole period, as somebody asks for it who does not know in which days something happened. */
const verify = async () => {
  const days = { since: dayAt(service.clock.now - 3 * 86_400), until: today() };
  const tokens = cachedToken(() => service.mint(), platformRuntime);
  const client = serviceClient(service.url, tokens, platformRuntime);
  const trail = serviceTrail(client, days, unending(), { checkIndexes: true });
  return (await verifyTrail(trail, readSealKeys(service.service.sealKey))).finding;
};

/** The key, the event itself, and when it goes. */
const FIXED: ReadonlySet<string> = new Set(["stream", "sequence", "event", "ttl"]);
const without = (item: Item, name: string): Item =>
  Object.fromEntries(Object.entries(item).filter(([key]) => key !== name));
/** To another value of the same kind; a moment and a day stay what they look like. */
const moved = (item: Item, name: string): Item => ({
  ...item,
  [name]: {
    S:
      name === "day"
        ? "2099-01-01"
        : name === "at"
          ? `2026${item.at?.S?.slice(4)}~`
          : `${item[name]?.S}-other`,
  },
});

test("every attribute by which an event is found is checked, on its own item and on those that lead to it", async () => {
  expect(await verify()).toBeUndefined();
  const isSealed = ({ stream, at }: Item) =>
    !/^(seals$|leaves\/|recipient\/)/.test(stream?.S ?? "") && (at?.S ?? "") < today();
  const items = (await service.scan(AUDIT_TABLE)).filter(isSealed);
  // One item for each set of attributes by which it is found; those that lead to an event have none of their own.
  const kinds = new Map(items.map((item) => [Object.keys(item).toSorted().join(), item]));
  const tried: { readonly name: string; readonly leads: boolean }[] = [];
  for (const item of kinds.values()) {
    const leads = eventIn(item) === undefined;
    for (const name of Object.keys(item).filter((key) => !FIXED.has(key))) {
      const how = tried.length % 2 === 0 ? "moved" : "gone";
      await put(how === "moved" ? moved(item, name) : without(item, name));
      const finding = await verify();
      // Without a place in its day, the event is not in the trail that the service lists.
      const isUnlisted = !leads && ["day", "at"].includes(name);
      const kind = isUnlisted ? /^(missing|added|moved|misfiled)$/ : /^misfiled$/;
      const sentence = isUnlisted ? /./ : new RegExp(`\\b${name}\\b`);
      expect({ name, how, leads, ...finding }).toMatchObject({
        kind: expect.stringMatching(kind),
        sentence: expect.stringMatching(sentence),
      });
      tried.push({ name, leads });
      await put(item);
    }
  }
  const names = ["at", "class", "day", "recipient", "repository", "request", "secret", "type"];
  expect([...new Set(tried.map(({ name }) => name))].toSorted()).toEqual(names);
  expect(new Set(tried.filter(({ leads }) => leads).map(({ name }) => name))).toEqual(
    new Set(["secret", "recipient", "at"]),
  );
  expect(await verify()).toBeUndefined();
});

test("an event whose day alone was moved to the next one does not verify, though it stands in its order", async () => {
  const ordered = (await service.scan(AUDIT_TABLE))
    .filter(({ day }) => day)
    .toSorted((a, b) => ((a.at?.S ?? "") < (b.at?.S ?? "") ? -1 : 1));
  const day = dayOf(eventIn(ordered[0] ?? {}) as AuditEvent);
  const last = ordered.findLast((item) => item.day?.S === day) as Item;
  const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
  await put({ ...last, day: { S: next } });
  expect(await verify()).toMatchObject({ kind: "misfiled", event: eventIn(last)?.id, day });
  await put(last);
});

test("an event under another handoff's id is found", async () => {
  const item = (await service.scan(AUDIT_TABLE)).find((each) => eventIn(each)?.type === "revoked") as Item;
  const other = { ...item, stream: { S: "A".repeat(22) } };
  await put(without(item, "day"));
  await put(other);
  expect(await verify()).toMatchObject({ kind: "misfiled", sentence: expect.stringContaining("stream") });
  await put(item);
  await put(without(other, "day"));
  expect(await verify()).toBeUndefined();
});

test("a recipient's entry whose id was changed answers nobody's question wrongly", async () => {
  const ask = (query: string) => callAs(auditor, service, "GET", `/v1/sender/${query}`);
  const idOf = async (address: string) => String((await ask(`recipients?address=${address}`)).body.id);
  const [ana, bob] = [await idOf(ANA), await idOf(BOB)];
  const entries = (await service.scan(AUDIT_TABLE)).filter(({ stream }) =>
    stream?.S?.startsWith("recipient/"),
  );
  const other = (id: string | undefined) => (id === ana ? bob : ana);
  for (const entry of entries) await put({ ...entry, recipient: { S: other(entry.recipient?.S) } });
  for (const query of [`recipients?address=${ANA}`, `recipients?id=${ana}`, `events?recipient=${BOB}`]) {
    expect({ query, status: (await ask(query)).status }).toEqual({ query, status: 500 });
  }
  // The next handoff does not mend what was changed.
  await new Sender(service).handOver({ email: ANA }, { subject: { ...ABOUT, versionId: "v2" } });
  expect((await ask(`recipients?address=${ANA}`)).status).toBe(500);
  for (const entry of entries) await put(entry);
  expect(await idOf(ANA)).toBe(ana);
});

test("indexes are checked without a filter only", async () => {
  const answer = await callAs(
    auditor,
    service,
    "GET",
    "/v1/sender/events?indexes=checked&class=internal-tool",
  );
  expect([answer.status, answer.body.code]).toEqual([400, "malformed"]);
});
