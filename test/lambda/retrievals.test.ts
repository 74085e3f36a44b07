import { beforeEach, expect, test } from "@jest/globals";
import type { HandoffId } from "@secret-handoff/protocol";
import { Retrievals } from "../../packages/lambda/src/recipient/retrievals.ts";

const LINK = "AAAAAAAAAAAAAAAAAAAAAA" as HandoffId;
const OTHER = "BBBBBBBBBBBBBBBBBBBBBA" as HandoffId;

let now = 0;
let lines: string[] = [];
let retrievals: Retrievals;
beforeEach(() => {
  now = 1_795_000_000;
  lines = [];
  retrievals = new Retrievals(
    () => now,
    (line) => lines.push(JSON.stringify(line)),
  );
});

const told = (what: string) => lines.filter((line) => line.includes(what)).length;

test("a link that five networks ask for in ten minutes is told once, by its id and without an address", () => {
  for (let n = 1; n <= 9; n += 1) retrievals.looked(LINK, `203.0.${n}.7`);
  expect(lines).toEqual([`{"level":"info","what":"link_asked_from_many","handoff":"${LINK}"}`]);
});

test("one network is one, whatever its addresses, and other links are others", () => {
  for (let n = 1; n <= 20; n += 1) retrievals.looked(LINK, `203.0.113.${n}`);
  for (let n = 1; n <= 20; n += 1) retrievals.looked(LINK, `2001:db8:1:${n}::1`);
  for (let n = 1; n <= 4; n += 1) retrievals.looked(OTHER, `198.51.${n}.1`);
  retrievals.looked(OTHER, undefined);
  expect(told("many")).toBe(0);
});

test("what was ten minutes ago is forgotten", () => {
  for (let n = 1; n <= 4; n += 1) retrievals.looked(LINK, `203.0.${n}.7`);
  now += 600;
  for (let n = 5; n <= 8; n += 1) retrievals.looked(LINK, `203.0.${n}.7`);
  expect(told("many")).toBe(0);
});

test("a fourth request for a code of one link in ten minutes is told", () => {
  for (let n = 0; n < 3; n += 1) retrievals.askedForCode(LINK);
  retrievals.askedForCode(OTHER);
  expect(told("codes_asked_again")).toBe(0);
  for (let n = 0; n < 5; n += 1) retrievals.askedForCode(LINK);
  expect(told("codes_asked_again")).toBe(1);
});

test("it watches a bounded number of links", () => {
  const idOf = (n: number) => String(n).padStart(22, "0") as HandoffId;
  for (let n = 0; n < 10_000; n += 1) retrievals.looked(idOf(n), "203.0.1.7");
  for (let n = 2; n <= 5; n += 1) retrievals.looked(idOf(9_999), `203.0.${n}.7`);
  // The first one was forgotten for the others: its first network does not count any more.
  for (let n = 2; n <= 5; n += 1) retrievals.looked(idOf(0), `203.0.${n}.7`);
  expect(lines).toHaveLength(1);
});
