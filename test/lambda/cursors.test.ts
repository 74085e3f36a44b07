import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type AuditEvent, EventsQuery, isoTime, type OperatorEntry } from "@secret-handoff/protocol/api";
import * as v from "valibot";
import { callAs, operatorOf } from "../support/operator.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

const ACCOUNT = "arn:aws:iam::111122223333";
const auditor = operatorOf(`${ACCOUNT}:user/auditor`, ["audit"]);
const sender = operatorOf(`${ACCOUNT}:user/sender`, ["send"]);
const limited = operatorOf(`${ACCOUNT}:user/limited`, ["audit"]);
Object.assign(limited, { classes: ["internal-tool"] } satisfies Partial<OperatorEntry>);
/** IAM takes paths of 512 characters. */
const longName = operatorOf(`${ACCOUNT}:user/${"p".repeat(480)}/long`, ["send"]);
const RECIPIENT = "recipient-of-22-letter";

let service: TestService;
let hidden: readonly string[];

beforeAll(async () => {
  service = await startTestService({
    operators: [auditor, limited, longName, sender],
  });
  // More than a page of each kind of list, and nothing that the limited auditor may see.
  hidden = Array.from({ length: 260 }, (_, n) => `hidden-handoff-${String(n).padStart(7, "0")}`);
  const time = isoTime(service.clock.now);
  const event = { v: 1, type: "bounced", time, actor: { kind: "service" }, outcome: "done" } as const;
  await Promise.all(
    hidden.map((handoff) =>
      service.service.audit.put(handoff, 1, {
        ...event,
        ...{ id: `${handoff}/1`, handoff, class: "third-party-service", recipient: RECIPIENT, sequence: 1 },
      }),
    ),
  );
});
afterAll(async () => {
  await service?.close();
});

type Answer = {
  readonly status: number;
  readonly body: { readonly events?: AuditEvent[]; readonly cursor?: string; readonly code?: string };
};
const get = async (path: string, by = auditor) =>
  (await callAs(by, service, "GET", `/v1/sender${path}`)) as unknown as Answer;

test.each([`recipient=${RECIPIENT}`, "since=0"])(
  "a cursor of %s names no event that its holder may not see",
  async (query) => {
    const { body } = await get(`/events?${query}`);
    expect(body.cursor).toBeDefined();
    const text = Buffer.from(body.cursor ?? "", "base64url").toString("latin1");
    expect(hidden.filter((id) => text.includes(id))).toEqual([]);
    expect(text).not.toContain(isoTime(service.clock.now).slice(0, 10));
    const unseen = await get(`/events?${query}`, limited);
    expect([unseen.status, unseen.body.events]).toEqual([200, []]);
  },
);

test("a cursor that is changed, made up, or of another list or question is refused", async () => {
  const { body } = await get(`/events?recipient=${RECIPIENT}`);
  const cursor = body.cursor ?? "";
  expect((await get(`/events?recipient=${RECIPIENT}&cursor=${cursor}`)).status).toBe(200);
  const changed = cursor.slice(0, 40) + (cursor[40] === "A" ? "B" : "A") + cursor.slice(41);
  const madeUp = Buffer.from(JSON.stringify(["seals", 20_000, ""])).toString("base64url");
  for (const wrong of [changed, madeUp, "AAAA"]) {
    const { status, body: problem } = await get(`/events?recipient=${RECIPIENT}&cursor=${wrong}`);
    expect([wrong, status, problem.code]).toEqual([wrong, 400, "malformed"]);
  }
  expect((await get(`/events?since=0&cursor=${cursor}`)).status).toBe(400);
  expect((await get(`/handoffs?cursor=${cursor}`, sender)).status).toBe(400);
});

test("an auditor of some classes finds nobody in the recipients directory", async () => {
  const path = "/recipients?address=ana%40vendor.example";
  expect((await get(path, limited)).body.code).toBe("not_allowed");
  expect((await get(path)).body.code).toBe("not_found");
});

test("refusals of a caller with a long name are read page after page", async () => {
  for (let window = 0; window < 11; window += 1) {
    for (let n = 0; n < 10; n += 1) await get("/seals", longName);
    service.clock.now += 300;
  }
  await service.service.drained();
  const found: AuditEvent[] = [];
  let cursor: string | undefined;
  do {
    const { status, body } = await get(`/events?type=refused${cursor ? `&cursor=${cursor}` : ""}`);
    expect(status).toBe(200);
    found.push(...(body.events ?? []));
    cursor = body.cursor;
  } while (cursor);
  const its = found.filter(({ actor }) => actor.kind === "iam" && actor.principal.endsWith("/long"));
  expect(its).toHaveLength(110);
});

test("a cursor may be as long as the longest keys of the table make it", () => {
  const parts = [20_000, "s".repeat(2_048), 999_999, "2026-11-26", "a".repeat(1_024)];
  const sealed = Buffer.alloc(12 + 16 + Buffer.byteLength(JSON.stringify(parts)));
  expect(v.is(EventsQuery, { cursor: sealed.toString("base64url") })).toBe(true);
});

test("what lies beside the events in their table is no handoff, and no error", async () => {
  await service.service.seal(isoTime(service.clock.now).slice(0, 10));
  for (const id of ["seals", "leaves/2026-11-26", "recipient/x", "member/0/AAAAAAAAAAAAAAAAAAAAAA"]) {
    const { status, body } = await get(`/events?handoff=${encodeURIComponent(id)}`);
    expect([id, status, body.code]).toEqual([id, 400, "malformed"]);
  }
});
