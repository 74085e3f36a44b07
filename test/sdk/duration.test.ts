import { expect, test } from "@jest/globals";
import { durationInWords, formatDuration, parseDuration } from "@secret-handoff/sdk";

test.each([
  ["24h", 86_400],
  ["90m", 5_400],
  ["1d12h", 129_600],
  ["45s", 45],
  [" 1d ", 86_400],
  ["1d2h3m4s", 93_784],
])("%s is %i seconds", (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

test.each(["", "0h", "24", "h", "1.5h", "-1h", "1h1h", "1m1h", "1w", "99999999999h", "1 h"])(
  "%j is no length of time",
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test.each([86_400, 5_400, 45, 3_600, 129_660])("what is written for %i seconds reads back", (seconds) => {
  expect(parseDuration(formatDuration(seconds))).toBe(seconds);
});

test.each([
  [86_400, "24 hours"],
  [259_200, "3 days"],
  [3_600, "1 hour"],
  [7_200, "2 hours"],
  [7_199, "2 hours"],
  [86_399, "24 hours"],
  [1, "1 second"],
  [0, "0 seconds"],
])("%i seconds read as %s", (seconds, words) => {
  expect(durationInWords(seconds)).toBe(words);
});
