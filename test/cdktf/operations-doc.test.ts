import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { EVERYTHING, LEAST } from "./configurations.ts";
import { permissionsTable } from "./permissions-table.ts";
import { resources, synthesise } from "./synthesis.ts";

const FILE = new URL("../../docs/operations.md", import.meta.url);
const PLACE = /(<!-- permissions -->\n)[\s\S]*?(<!-- \/permissions -->)/;

/** The least that the service needs, every reaction, and a workflow that may do all that one can. */
const { gitHub, region, service } = EVERYTHING;
const { onUndelivered, onReported, onDelivered, rotation, onRotated, issuer } = service;
const STACK = synthesise({
  ...LEAST,
  region,
  service: {
    ...LEAST.service,
    ...(issuer && { issuer }),
    ...(onUndelivered && { onUndelivered }),
    ...(onReported && { onReported }),
    ...(onDelivered && { onDelivered }),
    ...(rotation && { rotation }),
    ...(onRotated && { onRotated }),
  },
  ...(gitHub && { gitHub }),
}).json;

describe("docs/operations.md", () => {
  test("prints what each role may do as the stack grants it (UPDATE_DOCS=1 writes it)", () => {
    const wanted = `$1${permissionsTable(STACK)}\n$2`;
    const found = readFileSync(FILE, "utf8");
    expect(found).toMatch(PLACE);
    if (process.env.UPDATE_DOCS === "1") writeFileSync(FILE, found.replace(PLACE, wanted));
    expect(readFileSync(FILE, "utf8")).toBe(found.replace(PLACE, wanted));
  });

  test("names every alarm that there is", () => {
    const text = readFileSync(FILE, "utf8");
    const alarms = resources(STACK, "aws_cloudwatch_metric_alarm").map(({ alarm_name }) =>
      String(alarm_name)
        .replace("secret-handoff-", "")
        .replace(/^(recipient|sender|drainer|sweeper|sealer)-throttled$/, "NAME-throttled"),
    );
    expect(alarms.filter((name) => !text.includes(name))).toEqual([]);
    expect(alarms).toHaveLength(23);
  });

  test("counts the keys, alarms and metrics that a deployment of the least is billed for", () => {
    const text = readFileSync(FILE, "utf8").replace(/\s+/g, " ");
    const least = synthesise(LEAST).json;
    const alarms = resources(least, "aws_cloudwatch_metric_alarm");
    // An alarm on an expression is billed for each metric in it.
    const metrics = alarms.reduce((sum, { metric_query: queries }) => {
      const parts = Array.isArray(queries) ? queries.filter((part) => "metric" in Object(part)) : [];
      return sum + Math.max(1, parts.length);
    }, 0);
    expect(text).toContain(`${alarms.length} alarms on ${metrics} metrics`);
    expect(text).toContain(`the alarms ${(metrics / 10).toFixed(2)} (`);
    const keys = resources(least, "aws_kms_key").length;
    expect(text).toContain(`three KMS keys ${keys.toFixed(2)} (`);
  });
});
