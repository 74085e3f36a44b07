import { expect, test } from "@jest/globals";
import { dayName, dayNumber, lastDueDay, lastSealableDay, SEALS_AFTER } from "@secret-handoff/protocol/audit";
import { verifyTrail } from "@secret-handoff/sdk";
import { generatedTrail, partsOf, SEAL_KEYS, trailOf } from "../support/sealed-trail.ts";

test("a seal is due some hours after it may be made, and never of a day that is not over", () => {
  const day = dayNumber("2026-11-26");
  const end = (day + 1) * 86_400;
  expect(lastSealableDay(end + SEALS_AFTER - 1)).toBe(day - 1);
  expect(lastSealableDay(end + SEALS_AFTER)).toBe(day);
  expect(lastDueDay(end - 1)).toBe("2026-11-25");
  expect(lastDueDay(end + 4 * 3_600 - 1)).toBe("2026-11-25");
  expect(lastDueDay(end + 4 * 3_600)).toBe("2026-11-26");
});

test("a period in which no seal is due yet is held by its chains; one with a due seal needs that seal", async () => {
  const parts = await partsOf(generatedTrail({ days: 1, handoffs: 6 }).trail);
  const since = parts.seals[0]?.day ?? "";
  const young = { ...parts, seals: [] };
  const none = { since, until: dayName(dayNumber(since) - 1) };
  const checked = await verifyTrail(trailOf(young), SEAL_KEYS, none);
  expect(checked).toMatchObject({ finding: undefined, seals: 0, unsealedEvents: parts.events.length });
  expect((await verifyTrail(trailOf(young), SEAL_KEYS, { since, until: since })).finding).toMatchObject({
    kind: "seal_missing",
    day: since,
  });
  const broken = { ...young, events: parts.events.filter(({ sequence }) => sequence !== 2) };
  expect((await verifyTrail(trailOf(broken), SEAL_KEYS, none)).finding).toMatchObject({ kind: "missing" });
  const pinned = await verifyTrail(trailOf(young), SEAL_KEYS, { ...none, pins: ["A".repeat(43)] });
  expect(pinned.finding).toMatchObject({ kind: "seal_changed" });
});
