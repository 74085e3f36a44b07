import { describe, expect, test } from "@jest/globals";
import type { HandoffId, State } from "@secret-handoff/protocol";
import { type Decision, decide } from "../../packages/lambda/src/sender/once-per-version.ts";
import type { HandoffRecord } from "../../packages/lambda/src/store/handoff-record.ts";
import type { SubjectRecord } from "../../packages/lambda/src/store/subjects.ts";

const NOW = 1_800_000_000;
const subject: SubjectRecord = {
  newest: { id: "AAAAAAAAAAAAAAAAAAAAAA" as HandoffId },
  versionId: "v2",
  versionCreatedAt: 200,
  previous: undefined,
};

const handoff = (parts: Partial<HandoffRecord>): HandoffRecord =>
  ({
    state: "open",
    createdAt: NOW - 10,
    changedAt: NOW - 10,
    expiresAt: NOW + 3_600,
    ...parts,
  }) as HandoffRecord;

const asked = { versionId: "v2", versionCreatedAt: 200, resend: false };

test("the first handoff of a subject is handed over", () => {
  expect(decide(undefined, undefined, asked, NOW)).toBe("hand_over");
});

describe("the same version again", () => {
  test.each<[string, Partial<HandoffRecord>, Decision]>([
    ["open and mailed", { mailedAt: NOW - 5 }, "already"],
    ["open and mailed long ago", { createdAt: NOW - 3_000, mailedAt: NOW - 2_990 }, "already"],
    ["open and not mailed yet", { createdAt: NOW - 299 }, "already"],
    ["open and abandoned", { createdAt: NOW - 300 }, "hand_over"],
    ["open past its expiry", { expiresAt: NOW, mailedAt: NOW - 5 }, "hand_over"],
    ["claimed within its lease", { state: "claimed", leaseUntil: NOW + 1 }, "already"],
    ["claimed past its lease", { state: "claimed", leaseUntil: NOW }, "already"],
    ...(["delivered", "unconfirmed"] as const).map((state) => [state, { state }, "already"] as const),
    ...(["expired", "revoked", "superseded"] as const).map(
      (state) => [state, { state }, "hand_over"] as const,
    ),
    ...(["locked", "reported"] as const).map((state) => [state, { state }, "resend_needed"] as const),
  ] as [string, Partial<HandoffRecord>, Decision][])("whose handoff is %s", (_, parts, decision) => {
    expect(decide(subject, handoff(parts), asked, NOW)).toBe(decision);
  });

  test("whose handoff ended so long ago that its tombstone is gone is handed over anew", () => {
    expect(decide(subject, undefined, asked, NOW)).toBe("hand_over");
  });

  test.each<State>(["open", "delivered", "locked", "reported"])("is sent anew by resend when %s", (state) => {
    expect(decide(subject, handoff({ state, mailedAt: NOW }), { ...asked, resend: true }, NOW)).toBe(
      "hand_over",
    );
  });
});

describe("another version", () => {
  test.each<[string, number, Decision]>([
    ["made later", 201, "hand_over"],
    ["made in the same second", 200, "hand_over"],
    ["made earlier", 199, "newer_version"],
  ])("%s", (_, versionCreatedAt, decision) => {
    const other = { versionId: "v1", versionCreatedAt, resend: false };
    expect(decide(subject, handoff({ state: "delivered" }), other, NOW)).toBe(decision);
  });

  test("made earlier displaces a newer one by resend alone: the sender has looked, and says so", () => {
    const older = { versionId: "v1", versionCreatedAt: 199, resend: true };
    expect(decide(subject, handoff({}), older, NOW)).toBe("hand_over");
  });
});
