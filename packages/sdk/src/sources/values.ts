import { Concealed } from "../redact.ts";
import { SenderError } from "../sender-error.ts";
import type { LabelledSecret } from "./secret-version.ts";

/** A value that an earlier step has given. */
export type GivenValue = { readonly name: string; readonly value: Concealed<string> };

const NAME = "[A-Za-z_][\\w.-]{0,99}";
const NAME_AND_VALUE = new RegExp(`^\\s*(${NAME})\\s*=(.*)$`, "u");
const NAME_AND_DELIMITER = new RegExp(`^\\s*(${NAME})\\s*<<(.*)$`, "u");

/**
 * Reads `NAME=value`, one a line, and `NAME<<EOF`, the lines of the value, `EOF`: the forms of GITHUB_OUTPUT. The value is everything
 * after the first `=`, white space at its ends too; one of several lines keeps its line ends. A line that could be a value without a name, or a piece of the value before it, is
 * refused: names stand in the job's summary and in the trail.
 * @param input where the text is from, for the sentences
 * @throws SenderError `input`, naming the line and never what it holds
 */
export function parseGivenValues(
  text: string,
  input: "values" | "values-file" = "values",
): readonly GivenValue[] {
  const lineOf = new Map<string, number>();
  return entriesOf(text).map((entry) => {
    if (entry.kind === "unclear") {
      const { line, what } = entry;
      throw new SenderError("input", (say) => `${say(input, [line])} ${what}`);
    }
    const { name, value, line } = entry;
    const earlier = lineOf.get(name);
    if (earlier !== undefined) {
      throw new SenderError(
        "input",
        (say) => `${say(input, [earlier, line])} give the same name. Name each value once.`,
      );
    }
    lineOf.set(name, line);
    return { name, value: new Concealed(value) };
  });
}

/**
 * Every part of the text that may be secret, whether or not the text is understood. Where a line is not understood, any of them may
 * be a piece of a value, like the last line of a key: then every line, and what stands after its first `=`.
 */
export function secretParts(text: string): readonly string[] {
  const entries = entriesOf(text);
  const values = entries.flatMap((entry) => (entry.kind === "value" ? [entry.value] : []));
  if (values.length === entries.length) return values;
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return [...values, ...lines, ...lines.map((line) => line.slice(line.indexOf("=") + 1))];
}

/**
 * Given values as secrets. They have no versions of their own, and nothing may be derived from the values, so nobody can tell
 * whether two steps give the same ones. Each step that gives values therefore hands over secrets of its own: no other finds them
 * handed over before, and none ends their links.
 * @param place where the values are from, like the address of a repository
 * @param execution a globally unique id of this execution of the step, at most 64 characters
 * @param now Unix seconds
 */
export function givenSecrets(
  values: readonly GivenValue[],
  place: string,
  execution: string,
  now: number,
): readonly LabelledSecret[] {
  return values.map(({ name, value }) => ({
    arn: `value:${place}:${name}:${execution}`,
    name,
    label: name,
    versionId: execution,
    versionCreatedAt: now,
    value,
  }));
}

type Entry =
  | { readonly kind: "value"; readonly name: string; readonly value: string; readonly line: number }
  | { readonly kind: "unclear"; readonly line: number; readonly what: string };

const SEVERAL_LINES =
  "For a value of several lines write NAME<<EOF, the lines, and EOF on a line of its own.";

function entriesOf(text: string): readonly Entry[] {
  const ends = [...text.matchAll(/\r?\n|$/g)];
  /** Where each line begins. */
  const starts = [0, ...ends.map(({ 0: end, index }) => index + end.length)];
  const lines = ends.map(({ index }, at) => text.slice(starts[at], index));
  const entries: Entry[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const whole = lines[index] ?? "";
    const line = index + 1;
    if (whole.trim() === "") continue;
    const [, name, delimiter = ""] = NAME_AND_DELIMITER.exec(whole) ?? [];
    if (name === undefined) {
      entries.push(entryIn(whole, line));
      continue;
    }
    const end = delimiter.trim() === "" ? -1 : lines.indexOf(delimiter.trim(), line);
    // With its own line ends, as the runner reads GITHUB_OUTPUT.
    const value = end > line ? text.slice(starts[line], ends[end - 1]?.index) : "";
    if (end === -1) entries.push(unclear(line, `begins a value that does not end. ${SEVERAL_LINES}`));
    else if (RANDOM.test(name)) entries.push(unclear(line, LIKE_A_SECRET));
    else if (value.trim() === "") entries.push(unclear(line, "has an empty value. Drop it, or give it one."));
    else entries.push({ kind: "value", name, value, line });
    if (end !== -1) index = end;
  }
  return entries;
}

const NAMED = "Write NAME=value, with a name of your choice that says nothing of the value.";
const LIKE_A_SECRET = `has a name that looks like a secret, and names are not secret. ${NAMED}`;

/** One line. */
function entryIn(whole: string, line: number): Entry {
  const [, name, value = ""] = NAME_AND_VALUE.exec(whole) ?? [];
  if (name === undefined) {
    return unclear(
      line,
      `is neither NAME=value nor a piece of a value that NAME<<EOF began. ${SEVERAL_LINES}`,
    );
  }
  // Base64 ends in one = or two, base32 in up to six; what follows them may be a second value.
  if (/^\s*(?:=|$)/.test(value)) {
    return unclear(
      line,
      `can be read in two ways: a name whose value is empty or begins with =, or a value that ends in =, like base64. ${NAMED} ${SEVERAL_LINES}`,
    );
  }
  if (RANDOM.test(name)) return unclear(line, LIKE_A_SECRET);
  return { kind: "value", name, value, line };
}

/** Letters and digits in a row that take turns so often are no word; and a JSON Web Token begins with eyJ. */
const RANDOM = /(?=[A-Za-z0-9]{20})(?:[A-Za-z]+\d+){4}|^eyJ[A-Za-z0-9]/;

function unclear(line: number, what: string): Entry {
  return { kind: "unclear", line, what };
}
