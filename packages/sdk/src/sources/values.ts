import { Concealed } from "../concealed.ts";
import { SenderError } from "../sender-error.ts";
import type { LabelledSecret } from "./secret-version.ts";

/** A value that an earlier step has given. */
export type GivenValue = { readonly name: string; readonly value: Concealed<string> };

const LINE_BREAK = /\r?\n/;
const NAME_AND_VALUE = /^\s*([A-Za-z_][\w.-]{0,99})\s*=(.*)$/u;

/**
 * Reads `NAME=value`, one a line. The value is everything after the first `=`, white space at its ends too.
 * @throws SenderError `input`, naming the line and never what it holds
 */
export function parseGivenValues(text: string): readonly GivenValue[] {
  const values = text
    .split(LINE_BREAK)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, number }) => {
      const { name, value } = split(line);
      if (name === "" || value.trim() === "") {
        throw new SenderError(
          "input",
          `Line ${number} of values is not understood, or its value is empty. Write NAME=value, one a line.`,
        );
      }
      return { name, value: new Concealed(value) };
    });
  const names = new Set(values.map(({ name }) => name));
  if (names.size === values.length) return values;
  throw new SenderError("input", "values gives the same name twice. Name each value once.");
}

/**
 * Every part of the text that may be secret, whether or not the text is understood: what stands after each first `=`. Where a line
 * is not understood, any of them may be a piece of a value, like the last line of a key: then every line as a whole, too.
 */
export function secretParts(text: string): readonly string[] {
  const lines = text.split(LINE_BREAK).filter((line) => line.trim() !== "");
  const understood = lines.every((line) => {
    const { name, value } = split(line);
    return name !== "" && value.trim() !== "";
  });
  const values = lines.map((line) => line.slice(line.indexOf("=") + 1));
  return understood ? values : [...values, ...lines];
}

/**
 * Given values as secrets. They have no versions of their own, and nothing may be derived from the values, so nobody can tell
 * whether two steps give the same ones. Each step that gives values therefore hands over secrets of its own: no other finds them
 * handed over before, and none ends their links.
 * @param place where the values are from, like the address of a repository
 * @param execution names this execution of the step in the whole world, at most 64 characters
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

/** `name` is empty where the line is not understood. */
function split(line: string): { readonly name: string; readonly value: string } {
  const [, name = "", value = ""] = NAME_AND_VALUE.exec(line) ?? [];
  return { name, value };
}
