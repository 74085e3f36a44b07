import { Token } from "cdktf";
import * as v from "valibot";
import { isExpression } from "../terraform.ts";

/**
 * Schemas of props, whose messages complete the sentence that begins with a prop's path. Nothing may be empty unless its schema says
 * so: an empty text, list or map would widen a permission, a trust, a rule or a pattern. No message repeats a value, which could be a
 * secret in the wrong place. What only Terraform knows passes; the modules validate it.
 */
type Schema = v.GenericSchema<unknown, unknown>;
type Entries = Readonly<Record<string, Schema>>;
type ObjectSchema = Schema & { readonly entries: Entries };
/** What must hold of a text, and what to say otherwise. */
export type Rule<T = string> = readonly [
  holds: (value: T) => boolean,
  sentence: string | ((value: T) => string),
];

const plainObject = v.custom<Record<string, unknown>>(
  (input) => typeof input === "object" && input !== null && !Array.isArray(input),
  mustBe("an object"),
);

/** An object with these keys and no others. The type makes sure that no prop is forgotten. */
export function props<T>(entries: { readonly [Key in keyof T]-?: Schema }): ObjectSchema {
  const known = entries as Entries;
  const schema = v.pipe(
    plainObject,
    v.looseObject(known as v.ObjectEntries, "is missing"),
    v.rawCheck(({ dataset: { value }, addIssue }) => {
      const input = value as Record<string, unknown>;
      for (const key of Object.keys(input).filter((name) => !(name in known))) {
        const path = [{ type: "object", origin: "key", input, key, value: input[key] }] as const;
        addIssue({ message: unknownKey(key, known), path: [...path] });
      }
    }),
  );
  return Object.assign(schema, { entries: known });
}

export const optional = (schema: Schema): Schema => v.optional(schema);

/** A text that keeps the rules; the first that it breaks is reported. */
export function text(...rules: readonly Rule[]): Schema {
  return textOf("a text", rules);
}

/** @param what it must be, for somebody who gave something else than a text */
function textOf(what: string, rules: readonly Rule[]): Schema {
  const all: readonly Rule[] = [
    [(value) => value.trim() !== "", "is empty: write it out, or leave it out"],
    // Most texts are compared as a whole, where one space more means that nothing ever matches.
    [(value) => value === value.trim(), "begins or ends with white space: take that away"],
    ...rules,
  ];
  return v.pipe(v.string(mustBe(what)), holds(all));
}

/** A number that keeps the rules, in words that name its unit. */
export function number(...rules: readonly Rule<number>[]): Schema {
  return v.pipe(v.number(mustBe("a number")), holds(rules));
}

/** A whole number. @param unit what it counts, `seconds` */
export function whole(min: number, max: number, unit: string, ...rules: readonly Rule<number>[]): Schema {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const named = unit === "seconds" ? mustBeSeconds : mustBe("a number");
  return v.pipe(
    v.number(named),
    holds<number>([
      ...rules,
      [
        (value) => Number.isSafeInteger(value) && value >= min && value <= max,
        `must be a whole number of ${unit} ${range}`,
      ],
    ]),
  );
}

const UNITS = { m: ["minutes", "60"], h: ["hours", "3_600"], d: ["days", "86_400"] } as const;

/** Of a text such as `24h`, with what to write instead; no other text is repeated. */
function mustBeSeconds({ input }: { readonly input: unknown }): string {
  const [, count, unit] = (typeof input === "string" && /^(\d{1,4}) ?([mhd])$/.exec(input)) || [];
  const sentence = mustBe("a number")({ input });
  if (unit === undefined) return sentence;
  const [units, seconds] = UNITS[unit as keyof typeof UNITS];
  return `${sentence}: it is in seconds, and for ${count} ${units} write ${count} * ${seconds}`;
}

export const flag: Schema = v.union([v.boolean(), v.custom(Token.isUnresolved)], mustBe("true or false"));

/** Something that only cdktf can check. */
export const anything: Schema = v.unknown();

/** One of these words. */
export function choice(...words: readonly string[]): Schema {
  return textOf(listed(words), [
    [
      (value) => words.includes(value),
      (value) => `must be ${listed(words)}${suggestion(value.trim(), words)}`,
    ],
  ]);
}

/** A list that is not empty. */
export function list(item: Schema, ifEmpty = "is empty: name something, or leave it out"): Schema {
  return v.pipe(v.array(item, mustBe("a list")), v.minLength(1, ifEmpty));
}

/** A list that may be empty, because nobody gains a right by it. */
export function listOrNone(item: Schema): Schema {
  return v.array(item, mustBe("a list"));
}

/** The same list with so many members at the most. */
export function atMost(count: number, list: Schema, ifMore: string): Schema {
  return v.pipe(list as v.GenericSchema<unknown[], unknown[]>, v.maxLength(count, ifMore));
}

/** An object with keys of the deployment's choice, that is not empty. */
export function map(key: Schema, value: Schema): Schema {
  return v.pipe(
    plainObject,
    v.record(key as v.GenericSchema<string, string>, value),
    v.check((entries) => Object.keys(entries).length > 0, "is empty: name something, or leave it out"),
  );
}

/** One of several kinds of object, distinguished by `kind`. */
export function kinds(kinds: Readonly<Record<string, ObjectSchema>>): Schema {
  const names = Object.keys(kinds);
  return v.variant("kind", Object.values(kinds) as never, (issue) =>
    issue.expected === "Object"
      ? `must be an object, not ${kindOf(issue.input)}`
      : `must be ${listed(names)}`,
  ) as Schema;
}

export const kind = (name: string): Schema => v.literal(name);

/** A problem of a value's shape: the keys that lead to it, and the sentence that begins with them. */
export type ShapeProblem = { readonly path: readonly string[]; readonly sentence: string };

/** What is wrong with the shape of a value, all of it. */
export function shapeProblems(schema: Schema, value: unknown, name: string): readonly ShapeProblem[] {
  const { issues = [] } = v.safeParse(schema, value);
  return issues.map(({ path = [], message }) => {
    const keys = path.map(({ key }) => String(key));
    const place = keys.map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`)).join("");
    return { path: keys, sentence: `${(name + place).replace(/^\./, "") || "the configuration"} ${message}` };
  });
}

/** `a, b or c`, each in quotation marks. */
export function listed(words: readonly string[]): string {
  const quoted = words.map((word) => JSON.stringify(word));
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

function holds<T extends string | number>(rules: readonly Rule<T>[]) {
  return v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed || isExpression(dataset.value)) return;
    const broken = rules.find(([rule]) => !rule(dataset.value));
    if (!broken) return;
    const [, sentence] = broken;
    addIssue({ message: typeof sentence === "string" ? sentence : sentence(dataset.value) });
  });
}

function mustBe(what: string) {
  return ({ input }: { readonly input: unknown }) =>
    input === undefined ? "is missing" : `must be ${what}, not ${kindOf(input)}`;
}

function kindOf(value: unknown): string {
  if (value === null || Number.isNaN(value)) return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "a text";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function unknownKey(key: string, entries: Entries): string {
  const inside = Object.entries(entries).find(([, schema]) => key in (entriesOf(schema) ?? {}));
  if (inside) return `is not a prop here: it belongs into ${inside[0]}`;
  const names = Object.keys(entries);
  const few = names.length <= 12 ? `: there are ${names.join(", ")}` : "";
  return `is not a prop${suggestion(key, names) || few}`;
}

function entriesOf(schema: Schema): Entries | undefined {
  const { wrapped = schema } = schema as { readonly wrapped?: Schema };
  return (wrapped as { readonly entries?: Entries }).entries;
}

/** Names the word that somebody may have meant. */
export function suggestion(word: string, words: readonly string[]): string {
  const [nearest] = words
    .map((known) => ({ known, distance: distanceBetween(word.toLowerCase(), known.toLowerCase()) }))
    .filter(({ known, distance }) => distance <= Math.max(2, Math.floor(known.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return nearest ? `: did you mean ${nearest.known}?` : "";
}

/** Levenshtein's: how many letters must be added, left out or changed. */
function distanceBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(
        Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)),
      );
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** Thrown at synth with everything that is wrong with the props, each a sentence that says what to do. */
export class InvalidProps extends Error {
  override readonly name = "InvalidProps";
  readonly code = "invalid_props";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `secret-handoff cannot be built like this:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
    this.problems = problems;
  }
}
