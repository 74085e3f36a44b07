import { describe, expect, test } from "@jest/globals";
import { STATES } from "@secret-handoff/protocol";
import type { EndedScreen } from "@secret-handoff/protocol/recipient";
import { asClock, fromNow, inFull } from "@secret-handoff/protocol/recipient";
import { unparted } from "../../packages/page/src/time.ts";
import { isWebView } from "../../packages/page/src/views/opening.ts";
import * as say from "../../packages/page/src/wording.ts";

describe("times", () => {
  test("are shown in the reader's own zone, with its name", () => {
    const at = Date.UTC(2026, 10, 22, 8, 10) / 1_000;
    expect(inFull(at, "Europe/Madrid")).toBe("Sunday, 22 November 2026 at 09:10 CET");
    expect(inFull(at, "UTC")).toBe("Sunday, 22 November 2026 at 08:10 UTC");
    expect(unparted(inFull(at, "UTC"))).toBe("Sunday, 22\u00a0November 2026 at 08:10\u00a0UTC");
    expect(unparted("2026年11月22日日曜日 9:10 UTC")).toBe("2026年\u206011月\u206022日日曜日 9:10\u00a0UTC");
    expect(unparted("27 نوفمبر 2026 في 12:09 م غرينتش+1، خلال 60 دقيقة")).toBe(
      "27\u00a0نوفمبر 2026 في 12:09\u00a0م\u00a0غرينتش+1، خلال 60\u00a0دقيقة",
    );
    expect(unparted("2026年11月22日星期日 GMT+1 09:10")).toBe(
      "2026年\u206011月\u206022日星期日 GMT+1\u00a009:10",
    );
    expect(inFull(at, "America/Los_Angeles")).toBe("Sunday, 22 November 2026 at 00:10 GMT-8");
  });

  test.each([
    [0, "in 0 seconds"],
    [1, "in 1 second"],
    [119, "in 119 seconds"],
    [120, "in 2 minutes"],
    [3_599, "in 59 minutes"],
    [7_199, "in 119 minutes"],
    [7_200, "in 2 hours"],
    [86_400, "in 24 hours"],
    [3 * 86_400, "in 3 days"],
  ])("%i s from now is %s", (seconds, words) => {
    expect(fromNow(seconds)).toBe(words);
  });

  test.each([
    [0, "0:00"],
    [1, "0:01"],
    [59_001, "1:00"],
    [300_000, "5:00"],
    [-5, "0:00"],
  ])("%i ms read %s", (ms, clock) => {
    expect(asClock(ms)).toBe(clock);
  });
});

describe("endings", () => {
  const states = [
    ...STATES.filter((state) => state !== "open"),
    "unknown",
    "finished",
  ] as EndedScreen["state"][];

  test.each(states)("%s says what happened and whom to ask", (state) => {
    const screen: EndedScreen = { kind: "ended", state, changedAt: 1 };
    const message = say.ending(screen, "Sunday, 22 November 2026 at 09:10 CET", "Mia Lind");
    expect(message.length).toBeGreaterThan(1);
    expect(message.slice(1).join(" ")).toContain("Mia Lind");
  });

  test.each([
    "expired",
    "claimed",
    "delivered",
    "unconfirmed",
    "revoked",
    "superseded",
    "locked",
    "reported",
  ] as const)("%s says when", (state) => {
    const when = "Sunday, 22 November 2026 at 09:10 CET";
    expect(say.ending({ kind: "ended", state, changedAt: 1 }, when, "Mia").join(" ")).toContain(
      ` on ${when}`,
    );
  });

  test("a time that is not known leaves a whole sentence", () => {
    for (const state of states) {
      const text = say.ending({ kind: "ended", state, changedAt: undefined }, undefined, "Mia").join(" ");
      expect(text).not.toMatch(/undefined| {2}| \.|was\./);
    }
  });
});

test.each([
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    false,
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0 Mobile/15E148 Safari/604.1",
    false,
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    true,
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/470.0]",
    true,
  ],
  [
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
    false,
  ],
  [
    "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 Mobile Safari/537.36",
    true,
  ],
  [
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36 Instagram 330.0",
    true,
  ],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0",
    false,
  ],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0", false],
])("%s is inside of another app: %s", (userAgent, expected) => {
  expect(isWebView(userAgent)).toBe(expected);
});
