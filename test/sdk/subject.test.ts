import { expect, test } from "@jest/globals";
import { subjectOf } from "@secret-handoff/sdk";
import { secretVersion } from "./secrets.ts";

const a = secretVersion("a", "1", { versionId: "va", versionCreatedAt: 100 });
const b = secretVersion("b", "2", { versionId: "vb", versionCreatedAt: 200 });

test("one secret is its own subject", () => {
  expect(subjectOf([a])).toEqual({ secret: a.arn, versionId: "va", versionCreatedAt: 100 });
});

test("several secrets are one subject whatever their order, as new as the newest", () => {
  expect(subjectOf([a, b])).toEqual(subjectOf([b, a]));
  expect(subjectOf([a, b]).versionCreatedAt).toBe(200);
});

test("a new version of any member is a new version of the same subject", () => {
  const before = subjectOf([a, b]);
  const after = subjectOf([{ ...a, versionId: "va2", versionCreatedAt: 300 }, b]);
  expect(after.secret).toBe(before.secret);
  expect(after.versionId).not.toBe(before.versionId);
  expect(after.versionCreatedAt).toBe(300);
});

test("another selection is another subject", () => {
  const c = secretVersion("c", "3");
  expect(new Set([[a], [a, b], [a, c], [b, c]].map((list) => subjectOf(list).secret)).size).toBe(4);
});

test("a subject fits what the service takes and says nothing of a value", () => {
  const many = Array.from({ length: 100 }, (_, index) =>
    secretVersion(`${"n".repeat(400)}${index}`, "canary"),
  );
  const { secret, versionId } = subjectOf(many);
  expect(secret.length).toBeLessThanOrEqual(64);
  expect(versionId.length).toBeLessThanOrEqual(64);
  const sameWithOtherValues = many.map((item) => ({ ...item, value: a.value }));
  expect(subjectOf(sameWithOtherValues)).toEqual(subjectOf(many));
});
