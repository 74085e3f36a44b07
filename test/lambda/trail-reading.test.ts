import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { AUDIT_TABLE } from "@secret-handoff/local";
import { isoTime } from "@secret-handoff/protocol/api";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

/** Reading the trail by time: its pages, and the event that a reading leaves. */
let service: TestService;
let sender: Sender;
beforeAll(async () => {
  service = await startTestService({ senders: [{ repositoryId: "42", may: ["send", "audit"] }] });
  sender = new Sender(service);
  for (let n = 0; n < 11; n += 1) await sender.handOver();
});
afterAll(() => service.close());

test("events are kept for 400 days, and TTL takes them then", async () => {
  await service.service.drained();
  const items = (await service.scan(AUDIT_TABLE)).filter(({ event }) => event);
  expect(items.length).toBeGreaterThan(0);
  for (const { event, ttl } of items) {
    const { time } = JSON.parse(event?.S ?? "");
    expect(Number(ttl?.N)).toBe(Date.parse(time) / 1_000 + 400 * 86_400);
  }
});

test("the trail is read a page at a time, by time, and reading it leaves an event", async () => {
  await service.service.drained();
  const { status, text } = await sender.call("GET", `/v1/sender/events?since=${service.clock.now - 60}`);
  expect(status).toBe(200);
  const { events } = JSON.parse(text);
  expect(events.length).toBeGreaterThan(10);
  expect((await sender.call("GET", "/v1/sender/events?since=x")).status).toBe(400);
  const viewed = async () => (await service.audited()).filter(({ type }) => type === "audit_viewed").length;
  const before = await viewed();
  expect(before).toBe(1);
  await sender.call("GET", `/v1/sender/events?since=${service.clock.now - 60}`);
  // One for each reading, not for each of its pages.
  expect(await viewed()).toBe(before);
  service.clock.now += 300;
  await sender.call("GET", "/v1/sender/events");
  expect(await viewed()).toBe(before + 1);
  service.clock.now -= 300;
});

test("each caller's reading leaves one event, however many pages it has", async () => {
  for (const run of ["5001", "5002"]) {
    const auditor = new Sender(service, { job: { run } });
    for (let n = 0; n < 3; n += 1) {
      expect((await auditor.call("GET", "/v1/sender/events")).status).toBe(200);
    }
    const viewed = (await service.audited()).filter(
      ({ type, actor }) => type === "audit_viewed" && actor.kind === "github" && actor.run === run,
    );
    expect(viewed).toHaveLength(1);
  }
});

test("the trail of the last day goes on page after page, though the day moves on between two pages", async () => {
  const start = service.clock.now;
  // A day that holds nothing else, and more events in its first seconds than a page takes.
  service.clock.now = start + 3 * 86_400;
  const time = isoTime(service.clock.now);
  const refused = {
    v: 1,
    type: "refused",
    time,
    actor: { kind: "unverified" },
    outcome: "not_allowed",
  } as const;
  const ids = Array.from({ length: 251 }, (_, n) => `refused-${n}`);
  await Promise.all(ids.map((id) => service.service.audit.put(`service/${id}`, 1, { ...refused, id })));
  service.clock.now += 86_400;
  const first = JSON.parse((await sender.call("GET", "/v1/sender/events")).text);
  expect(first.events).toHaveLength(250);
  service.clock.now += 30;
  const { status, text } = await sender.call("GET", `/v1/sender/events?cursor=${first.cursor}`);
  expect([status, JSON.parse(text).events?.[0].type]).toEqual([200, "refused"]);
  service.clock.now = start;
});

test("a stretch of time that ends before it begins holds no events, so that a poll may go on from the last one's second", async () => {
  const { status, text } = await sender.call("GET", `/v1/sender/events?since=${service.clock.now + 1}`);
  expect([status, JSON.parse(text)]).toEqual([200, { events: [] }]);
});

test("a stretch of time that reaches far into the future ends where there is nothing yet", async () => {
  const { now } = service.clock;
  const { text } = await sender.call("GET", `/v1/sender/events?since=${now + 86_400}&until=99999999999`);
  expect(JSON.parse(text)).toEqual({ events: [] });
});
