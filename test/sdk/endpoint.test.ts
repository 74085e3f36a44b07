import { expect, test } from "@jest/globals";
import { parseEndpoint } from "@secret-handoff/sdk";
import { errorOf } from "./error-of.ts";

test.each([
  ["https://handoff.example.com", "https://handoff.example.com"],
  ["https://handoff.example.com/", "https://handoff.example.com"],
  ["https://Handoff.Example.com:443", "https://handoff.example.com"],
  ["https://handoff.example.com:8443", "https://handoff.example.com:8443"],
  ["http://127.0.0.1:3000", "http://127.0.0.1:3000"],
  ["http://localhost:3000", "http://localhost:3000"],
  ["http://[::1]:3000", "http://[::1]:3000"],
])("%s is the origin %s", (text, origin) => {
  expect(parseEndpoint(text)).toBe(origin);
});

test.each([
  "",
  "handoff.example.com",
  "http://handoff.example.com",
  "https://handoff.example.com/v1",
  "https://handoff.example.com?x",
  "https://handoff.example.com#",
  "https://user:pw@handoff.example.com",
  "https://@handoff.example.com",
  "ftp://handoff.example.com",
  "javascript:alert(1)",
  "https://",
])("%j is not an endpoint", (text) => {
  const error = errorOf(() => parseEndpoint(text));
  expect([error.code, error.message]).toEqual([
    "endpoint",
    "endpoint is not the service's address. Write https:// and a host name, without a path: https://handoff.example.com",
  ]);
});
