import { expect, test } from "@jest/globals";
import { smtpServerIn } from "../../packages/lambda/src/handlers/code-mailer.ts";
import { nameOf } from "../../packages/lambda/src/runtime.ts";

const SECRET = { host: "smtp.example.com", user: "handoff", password: "CANARY" };

test.each<[string, unknown, { port: number; secure: boolean }]>([
  ["as Secrets Manager's console writes it", "465", { port: 465, secure: true }],
  ["as a number", 465, { port: 465, secure: true }],
  ["of STARTTLS", 587, { port: 587, secure: false }],
  ["of STARTTLS as text", "587", { port: 587, secure: false }],
  ["left out", undefined, { port: 587, secure: false }],
])("a port %s is spoken to as it wants to be, and nothing is said before TLS", (_, port, expected) => {
  expect(smtpServerIn(JSON.stringify({ ...SECRET, port }))).toEqual({
    host: "smtp.example.com",
    ...expected,
    requireTLS: true,
    auth: { user: "handoff", pass: "CANARY" },
  });
});

test("a port with TLS of its own is spoken to as the secret says", () => {
  const serverOf = (more: object) => smtpServerIn(JSON.stringify({ ...SECRET, ...more }));
  expect(serverOf({ port: 2465, tls: "implicit" })).toMatchObject({ port: 2465, secure: true });
  expect(serverOf({ port: 465, tls: "starttls" })).toMatchObject({
    port: 465,
    secure: false,
    requireTLS: true,
  });
});

test.each<[string, string, string]>([
  ["that is empty", "", "json"],
  ["that is no JSON", "smtp://handoff:CANARY@smtp.example.com", "json"],
  ["that is a text", '"CANARY"', "json"],
  ["without a host", JSON.stringify({ ...SECRET, host: undefined }), "host"],
  ["with an empty user", JSON.stringify({ ...SECRET, user: "" }), "user"],
  ["without a password", JSON.stringify({ ...SECRET, password: undefined }), "password"],
  ["with TLS left to chance", JSON.stringify({ ...SECRET, tls: "none" }), "tls"],
  ["with a port in words", JSON.stringify({ ...SECRET, port: "smtps" }), "port"],
  ["with a port that no server can have", JSON.stringify({ ...SECRET, port: 65_536 }), "port"],
])("a secret %s is refused with the field's name and no value, in the log too", (_, secret, field) => {
  let error: unknown;
  try {
    smtpServerIn(secret);
  } catch (caught) {
    error = caught;
  }
  expect(nameOf(error)).toBe(`SmtpSecretError/${field}`);
  expect(String(error)).not.toContain("CANARY");
});
