import { expect, test } from "@jest/globals";
import { type HandoffView, STATES } from "@secret-handoff/protocol";
import { arrivalOf } from "@secret-handoff/sdk";

const BOUNCED = { bouncedAt: 1_800_000_000 };

test.each(STATES)("%s says how the handoff stands", (state) => {
  const pending = state === "open" || state === "claimed";
  expect(arrivalOf({ state })).toBe(pending ? "pending" : state);
});

test.each<[HandoffView["state"], string]>([
  ["open", "bounced"],
  ["claimed", "pending"],
  ["delivered", "delivered"],
  ["revoked", "revoked"],
])("a bounce matters only while nobody has the link: %s is %s", (state, receipt) => {
  expect(arrivalOf({ state, ...BOUNCED })).toBe(receipt);
});
