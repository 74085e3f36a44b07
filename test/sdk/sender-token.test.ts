import { expect, test } from "@jest/globals";
import { cachedToken } from "@secret-handoff/sdk";
import { unending } from "./deadlines.ts";

const jwt = (claims: object, name: string) =>
  `${Buffer.from("{}").toString("base64url")}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${name}`;

/** A token source on a clock that the test moves; each token lives for ten minutes. */
function source() {
  const time = { seconds: 1_000_000 };
  let fetched = 0;
  const tokens = cachedToken(
    async () => {
      fetched += 1;
      return jwt({ exp: time.seconds + 600 }, `t${fetched}`);
    },
    { now: () => time.seconds * 1_000 },
  );
  return { time, next: async () => (await tokens(unending())).reveal().split(".")[2] };
}

test("a token is kept until a minute before its expiry, then fetched anew", async () => {
  const { time, next } = source();
  expect(await next()).toBe("t1");
  time.seconds += 539;
  expect(await next()).toBe("t1");
  time.seconds += 1;
  expect(await next()).toBe("t2");
});

test("those who ask at the same time share one fetch", async () => {
  const { next } = source();
  expect(await Promise.all([next(), next(), next()])).toEqual(["t1", "t1", "t1"]);
});

test("a token without an expiry is used once", async () => {
  let fetched = 0;
  const tokens = cachedToken(async () => `not-a-jwt-${++fetched}`, { now: () => 0 });
  await tokens(unending());
  expect((await tokens(unending())).reveal()).toBe("not-a-jwt-2");
});

test("a fetch that failed is tried again by the next who asks", async () => {
  let fetched = 0;
  const tokens = cachedToken(
    async () => {
      fetched += 1;
      if (fetched === 1) throw new Error("no");
      return jwt({ exp: 9_999_999_999 }, "ok");
    },
    { now: () => 0 },
  );
  await expect(tokens(unending())).rejects.toThrow("no");
  expect((await tokens(unending())).reveal()).toMatch(/ok$/);
});
