import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Handoffs, Table } from "@secret-handoff/lambda";
import { localClient, TABLE } from "@secret-handoff/local";
import type { HandoffId, Verifier } from "@secret-handoff/protocol";
import type { RevokeAllResponse } from "@secret-handoff/protocol/api";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";
import { atTier, report } from "../support/tier.ts";

const OPEN = atTier({ cit: 520, proof: 5_000 });
/**
 * A call looks at 500 handoffs: first each that is open, then each whose creation the trail tells of. A page of the trail has 250 events,
 * of which half are creations and half revocations here, for the clock stands still; so four or five pages name 500. One call is killed,
 * one ends what is due, and one the trail.
 */
const MOST_CALLS = 2 * Math.ceil(OPEN / 500) + 3;
/** The API answers within 30 seconds, or not at all. */
const LONGEST_CALL = 30_000;

let service: TestService;
/** While it counts, the update after so many others fails, as in a process that is killed there. */
let updatesLeft = Number.POSITIVE_INFINITY;

beforeAll(async () => {
  service = await startTestService({
    onCall: (operation) => {
      if (operation !== "UpdateItem") return;
      updatesLeft -= 1;
      if (updatesLeft < 0) throw new Error("killed");
    },
  });
  const handoffs = new Handoffs(new Table(localClient(service.engine.endpoint), TABLE));
  const bytes = (length: number) => new Uint8Array(randomBytes(length));
  const put = (n: number) =>
    handoffs.put(
      {
        id: randomBytes(16).toString("base64url") as HandoffId,
        class: "internal-tool",
        flags: 0,
        expiresAt: service.clock.now + 3_600 + n,
        claimVerifier: bytes(32) as Verifier,
        receiptVerifier: bytes(32) as Verifier,
        emailVerifier: undefined,
        envelope: bytes(256),
        header: bytes(256),
        createDigest: bytes(32),
        metadata: { sender: { kind: "iam", principal: "arn:aws:iam::111122223333:user/sender" } },
        secret: undefined,
        versionId: undefined,
        run: undefined,
        owner: "iam",
      },
      service.clock.now,
    );
  for (let first = 0; first < OPEN; first += 100) {
    await Promise.all(Array.from({ length: Math.min(100, OPEN - first) }, (_, n) => put(first + n)));
  }
}, 300_000);
afterAll(() => service.close());

test("everything open is revoked in a bounded number of calls, goes on after a kill, and is counted right", async () => {
  const responder = new Sender(service);
  const revoked = new Set<string>();
  let cursor: string | undefined;
  let calls = 0;
  let slowest = 0;
  const call = async () => {
    calls += 1;
    const body = { all: true, ...(cursor === undefined ? {} : { cursor }) };
    const start = performance.now();
    const answer = await responder.call("POST", "/v1/sender/handoffs/revoke", body);
    slowest = Math.max(slowest, performance.now() - start);
    if (answer.status !== 200) return answer.status;
    const page = JSON.parse(answer.text) as RevokeAllResponse;
    for (const id of page.revoked) revoked.add(id);
    cursor = page.cursor;
    return answer.status;
  };

  await call();
  // The next call dies in the middle of its work, and its answer never comes.
  updatesLeft = 7;
  expect(await call()).toBeGreaterThanOrEqual(500);
  updatesLeft = Number.POSITIVE_INFINITY;
  while (cursor !== undefined) expect(await call()).toBe(200);

  expect(calls).toBeLessThanOrEqual(MOST_CALLS);
  expect(slowest).toBeLessThan(LONGEST_CALL);
  await service.service.drained();
  const events = (await service.audited()).filter(({ type }) => type === "revoked");
  expect(events).toHaveLength(OPEN);
  expect(new Set(events.map(({ handoff }) => handoff))).toEqual(revoked);
  const states = new Set((await service.scan()).flatMap(({ state }) => state?.S ?? []));
  expect(states).toEqual(new Set(["revoked"]));
  report(
    `${OPEN} open handoffs were revoked in ${calls} calls, one of them killed in the middle; the slowest took ${Math.round(slowest)} ms`,
  );
}, 900_000);
