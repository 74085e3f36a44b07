import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import { SENDER_ANSWER_LIMIT } from "@secret-handoff/protocol/api";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

/** As many as go beyond the limit where a call names all of them, or 100 events of them. */
const HANDOFFS = 56;
/** The largest set, of names that take twice their length in JSON. */
const MEMBERS = Array.from({ length: 8 }, (_, index) => `${index}${'"'.repeat(2_047)}`);
/** Lambda's limit, bytes of JSON in which the body is a text. */
const LAMBDA_LIMIT = 6_291_556;

let service: TestService;
let sender: Sender;
const ids = new Set<string>();

beforeAll(async () => {
  service = await startTestService();
  sender = new Sender(service);
  await Promise.all(
    Array.from({ length: HANDOFFS }, async (_, index) => {
      const secret = `bundle:${index}${'"'.repeat(2_000)}`;
      const subject = { secret, versionId: "v1", versionCreatedAt: 1, recipient: "a@b.example" };
      const { id, link } = await sender.handOver({}, { subject, members: MEMBERS });
      await new Recipient(link).claim();
      ids.add(id);
    }),
  );
  await service.service.drained();
}, 30_000);
afterAll(() => service.close());

type Page = { readonly cursor?: string };

/** Calls until there is no cursor left. */
async function pages<T>(call: (cursor: string | undefined) => ReturnType<Sender["call"]>) {
  const read: (T & Page)[] = [];
  do {
    const { status, text } = await call(read.at(-1)?.cursor);
    expect(status).toBe(200);
    expect(Buffer.byteLength(text)).toBeLessThan(SENDER_ANSWER_LIMIT);
    expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThan(LAMBDA_LIMIT);
    read.push(JSON.parse(text));
  } while (read.at(-1)?.cursor !== undefined);
  return read;
}

test.each(["recipient=a@b.example", "class=click-only"])(
  "a reading of %s gets everything, in answers that a client takes, however long the names of sets are",
  async (query) => {
    type Events = { readonly events: readonly { readonly id: string; readonly handoff?: string }[] };
    const read = await pages<Events>((cursor) =>
      sender.call("GET", `/v1/sender/events?${query}${cursor === undefined ? "" : `&cursor=${cursor}`}`),
    );
    const events = read.flatMap(({ events }) => events).filter(({ handoff }) => handoff !== undefined);
    expect(events.length).toBe(2 * HANDOFFS);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2 * HANDOFFS);
  },
);

test("a revocation names everything that was released, in answers that a client takes", async () => {
  type Revoked = { readonly released: readonly { readonly id: string }[] };
  const read = await pages<Revoked>((cursor) =>
    sender.call("POST", "/v1/sender/handoffs/revoke", { all: true, ...(cursor ? { cursor } : {}) }),
  );
  expect(new Set(read.flatMap(({ released }) => released.map(({ id }) => id)))).toEqual(ids);
});
