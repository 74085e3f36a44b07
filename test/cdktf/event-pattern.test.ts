import { describe, expect, test } from "@jest/globals";
import { matches } from "./event-pattern.ts";

const EVENT = {
  source: "aws.ec2",
  resources: ["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111", "arn:aws:ec2:us-east-1:1:subnet/s"],
  detail: { state: "terminated", size: 3, "launch-time": null, owner: { name: "" } },
};

/** The rules that EventBridge publishes, each with an event that meets it or does not. */
const RULES: readonly (readonly [string, Parameters<typeof matches>[0], boolean])[] = [
  ["a field that is equal", { source: ["aws.ec2"] }, true],
  ["a field that differs only in case", { source: ["aws.EC2"] }, false],
  ["one of several alternatives", { detail: { state: ["running", "terminated"] } }, true],
  ["none of several alternatives", { detail: { state: ["running", "stopped"] } }, false],
  ["two fields, both equal", { source: ["aws.ec2"], detail: { state: ["terminated"] } }, true],
  ["two fields, one of them not", { source: ["aws.ec2"], detail: { state: ["running"] } }, false],
  ["a field that the event has not", { detail: { reason: ["none"] } }, false],
  ["a number, not its text", { detail: { size: ["3"] } }, false],
  ["null", { detail: { "launch-time": [null] } }, true],
  ["an empty text", { detail: { owner: { name: [""] } } }, true],
  ["one element of the event's list", { resources: ["arn:aws:ec2:us-east-1:1:subnet/s"] }, true],
  ["a prefix of one element", { resources: [{ prefix: "arn:aws:ec2:us-east-1:1:" }] }, true],
  ["a prefix of nothing", { detail: { state: [{ prefix: "ed" }] } }, false],
  ["anything but other values", { detail: { state: [{ "anything-but": ["running", "stopped"] }] } }, true],
  ["anything but this very value", { detail: { state: [{ "anything-but": ["terminated"] }] } }, false],
  [
    "anything but a value, of a field that is not there",
    { detail: { reason: [{ "anything-but": ["x"] }] } },
    false,
  ],
  ["a field that must exist", { detail: { state: [{ exists: true }] } }, true],
  ["a field that must not exist, and does", { detail: { state: [{ exists: false }] } }, false],
  [
    "a field that must not exist, in an object that is not there",
    { extra: { a: [{ exists: false }] } },
    true,
  ],
  ["an object, which never counts as existing", { detail: { owner: [{ exists: true }] } }, false],
];

describe("the pattern matcher of these tests", () => {
  test.each(RULES)("%s", (_, pattern, expected) => {
    expect(matches(pattern, EVENT)).toBe(expected);
  });

  test("throws on an operator that it does not know, rather than guess", () => {
    expect(() => matches({ source: [{ wildcard: "aws.*" }] }, EVENT)).toThrow("wildcard");
  });
});
