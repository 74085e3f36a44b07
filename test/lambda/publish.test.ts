import type { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { expect, test } from "@jest/globals";
import type { AuditEvent } from "@secret-handoff/protocol/api";
import { publishTo } from "../../packages/lambda/src/events/publish.ts";

/** Bytes of all entries of a request that EventBridge takes, wherever the bus is. */
const QUOTA = 256 * 1_024;

/** A bus with EventBridge's quota, and what it was sent. */
function quotaBus() {
  const taken: AuditEvent[] = [];
  const requests: number[] = [];
  const send = async ({ input: { Entries = [] } }: PutEventsCommand) => {
    const details = Entries.map(({ Detail = "" }) => Detail);
    if (Buffer.byteLength(details.join("")) > QUOTA)
      throw new Error("Total size of the entries is too large");
    taken.push(...details.map((detail) => JSON.parse(detail) as AuditEvent));
    requests.push(Entries.length);
    return { FailedEntryCount: 0 };
  };
  return { taken, requests, client: { send } as unknown as EventBridgeClient };
}

const event = (sequence: number, members: readonly string[]): AuditEvent => ({
  v: 1,
  id: `ABEiM0RVZneImaq7zN3u_w/${sequence}`,
  type: "reported",
  time: "2026-11-21T07:12:00Z",
  actor: { kind: "recipient" },
  handoff: "ABEiM0RVZneImaq7zN3u_w",
  secret: "bundle:orders",
  members: [...members],
  outcome: "done",
  sequence,
});

test("an event that is too large for the bus goes there without its members, and the log says so", async () => {
  const { taken, client } = quotaBus();
  const logged: object[] = [];
  // Fifty names of the length that the API takes, in characters of three bytes.
  const members = Array.from({ length: 50 }, () => "\u4f8b".repeat(2_048));
  await publishTo("handoffs", (line) => logged.push(line), client)([event(1, members), event(2, ["arn:a"])]);
  const { members: _, ...rest } = event(1, members);
  expect(taken).toEqual([rest, event(2, ["arn:a"])]);
  expect(logged).toContainEqual({
    level: "error",
    what: "event_without_members",
    event: "reported",
    handoff: rest.handoff,
    sequence: 1,
  });
});

test("events that fit one by one, but not together, keep their members and go in several requests", async () => {
  const { taken, requests, client } = quotaBus();
  const members = Array.from({ length: 50 }, () => "a".repeat(2_048));
  const events = [1, 2, 3].map((sequence) => event(sequence, members));
  await publishTo("handoffs", () => {}, client)(events);
  expect(taken).toEqual(events);
  expect(requests).toEqual([2, 1]);
});
