import { expect, test } from "@jest/globals";
import { type HandoffId, STATES } from "@secret-handoff/protocol";
import type { HandoffView } from "@secret-handoff/protocol/api";
import { awaitHandoffs, deliveryStatusOf, SenderError } from "@secret-handoff/sdk";
import { endable, unending } from "./deadlines.ts";
import { quickRuntime } from "./quick-runtime.ts";

const ID = "SlY8E4NKPhhMiveoipXTpg" as HandoffId;
const OPEN: HandoffView = {
  ...{ id: ID, state: "open", class: "internal-tool", flags: 0, expiresAt: 9, createdAt: 1, changedAt: 1 },
  ...{ mailed: true, attemptsLeft: 5 },
};
const DOWN = new SenderError("service_unreachable", "The service cannot be reached.");
const FOREIGN = new SenderError("service_refused", "There is no such handoff.");
const LIMIT_MS = 20_000;

/** Waits for one handoff whose looks give these answers in turn, the last of them again and again. */
function wait(looks: readonly (HandoffView | SenderError)[], deadline = unending(), onLook = () => {}) {
  let looked = 0;
  const view = async () => {
    onLook();
    const found = looks[Math.min(looked, looks.length - 1)];
    looked += 1;
    if (!found || found instanceof SenderError) throw found;
    return found;
  };
  const ports = { service: { view }, runtime: quickRuntime() };
  return awaitHandoffs([ID], ports, LIMIT_MS, deadline).then((waited) => ({ ...waited, looked }));
}

test("a service that is down at the last poll does not undo what an earlier one has shown", async () => {
  const { handoffs, looked } = await wait([OPEN, DOWN]);
  expect(handoffs).toEqual([{ id: ID, status: "pending", view: OPEN }]);
  expect(looked).toBeGreaterThan(2);
});

test("a handoff that could never be viewed has the reason", async () => {
  expect((await wait([DOWN])).handoffs).toEqual([{ id: ID, status: "pending", error: DOWN }]);
});

test("a refusal for good ends the wait, and leaves what was seen before", async () => {
  const { handoffs, looked } = await wait([OPEN, FOREIGN]);
  expect([handoffs, looked]).toEqual([[{ id: ID, status: "pending", view: OPEN, error: FOREIGN }], 2]);
});

test.each<[string, readonly HandoffView[]]>([
  ["that fails for it", []],
  ["that fails for it, after one that did not", [OPEN]],
])(
  "cancelled during a look %s, the wait says so, and nothing of the handoff is made up",
  async (_, before) => {
    const { deadline, stop } = endable();
    const cancelled = new SenderError("cancelled", "The workflow was cancelled.");
    let looks = 0;
    const { handoffs, stopped } = await wait([...before, cancelled], deadline, () => {
      looks += 1;
      if (looks > before.length) stop();
    });
    expect(handoffs).toEqual([{ id: ID, status: "pending", ...(before[0] ? { view: before[0] } : {}) }]);
    expect(stopped?.code).toBe("cancelled");
  },
);

test("a wait that ends as the workflow is cancelled needs no excuse", async () => {
  const { deadline, stop } = endable();
  const { handoffs, stopped } = await wait([{ ...OPEN, state: "delivered" }], deadline, stop);
  expect([handoffs[0]?.view?.state, stopped]).toEqual(["delivered", undefined]);
});

const BOUNCED = { bouncedAt: 1_800_000_000 };

test.each(STATES)("%s says how the delivery stands", (state) => {
  const pending = state === "open" || state === "claimed";
  expect(deliveryStatusOf({ state })).toBe(pending ? "pending" : state);
});

test.each<[HandoffView["state"], string]>([
  ["open", "bounced"],
  ["claimed", "pending"],
  ["delivered", "delivered"],
  ["revoked", "revoked"],
])("a bounce matters only while nobody has the link: %s is %s", (state, receipt) => {
  expect(deliveryStatusOf({ state, ...BOUNCED })).toBe(receipt);
});
