import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { AuditEvent, EVENT_TYPES } from "@secret-handoff/protocol/api";
import { toJsonSchema } from "@valibot/to-json-schema";
import { Ajv } from "ajv";

const FILE = new URL("../../docs/event.schema.json", import.meta.url);

/** What JSON Schema cannot say is left out: that our code changes no list. */
const schema = {
  title: "secret-handoff audit event, version 1",
  ...toJsonSchema(AuditEvent, { ignoreActions: ["readonly"] }),
};

test("docs/event.schema.json is the schema of the code (UPDATE_DOCS=1 writes it)", () => {
  const wanted: unknown = JSON.parse(JSON.stringify(schema));
  if (process.env.UPDATE_DOCS === "1") writeFileSync(FILE, `${JSON.stringify(wanted, null, 2)}\n`);
  expect(JSON.parse(readFileSync(FILE, "utf8"))).toEqual(wanted);
});

test("docs/event.schema.json takes an event of each type, and no event without an outcome", () => {
  const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(FILE, "utf8")));
  for (const type of EVENT_TYPES) {
    const event = { v: 1, id: "a/1", type, time: "2026-11-26T12:00:00Z", actor: { kind: "service" } };
    expect(validate({ ...event, outcome: "done" })).toBe(true);
    expect(validate(event)).toBe(false);
  }
});
