import { Concealed } from "./concealed.ts";
import type { LabelledSecret } from "./secret-version.ts";
import { SenderError } from "./sender-error.ts";

/** A value that an earlier step has given. */
export type GivenValue = { readonly name: string; readonly value: Concealed<string> };

/**
 * Reads `NAME=value`, one a line. The value is everything after the first `=`, white space at its ends too.
 * @throws SenderError `input`, naming the line and never what it holds
 */
export function parseGivenValues(text: string): readonly GivenValue[] {
  const values = text
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, number }) => {
      const [, name = "", value = ""] = /^\s*([A-Za-z_][\w.-]{0,99})\s*=(.*)$/u.exec(line) ?? [];
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
 * Given values as secrets. They have no versions of their own, so a run stands for one: what a run gives under a name goes to the
 * same recipient once, however often the run is repeated. Nothing is derived from the values.
 * @param place where the values are from, like the address of a repository
 * @param run names the run
 * @param now Unix seconds
 */
export function givenSecrets(
  values: readonly GivenValue[],
  place: string,
  run: string,
  now: number,
): readonly LabelledSecret[] {
  return values.map(({ name, value }) => ({
    arn: `value:${place}:${name}`,
    name,
    label: name,
    versionId: run,
    versionCreatedAt: now,
    value,
  }));
}
