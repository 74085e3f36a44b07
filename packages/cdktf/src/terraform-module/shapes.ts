import { snakeCase } from "../terraform.ts";
import type { Rule } from "./variables.ts";

/**
 * The shapes of inputs that are objects. Terraform's own `object({ … })` silently drops a key that it does not know, so that a misspelt
 * `environment` would admit every environment. Such an input is therefore `any`: its keys and values are validated here, and a local of
 * the same name has every key, converted as `object({ … })` would do it.
 */

type Kind = "string" | "number" | "bool" | "list(string)" | "map(string)";
export type Field =
  | Kind
  /** What takes the place of a value that is left out. */
  | { readonly kind: Kind; readonly default: boolean | number | string | readonly [] }
  /** A map of texts that has some of these keys. */
  | { readonly keys: readonly string[] }
  | Shape;
/** By their names, in Terraform's writing or in the wire's; a question mark after what may be left out. */
export type Fields = Readonly<Record<string, Field>>;
export type Shape = { readonly object: Fields } | { readonly list: Fields };

/** `lookup` sees the keys even where values are not known yet, which `try` and `can` do not. */
const part = (of: string, key: string): string => `lookup(${of}, "${key}", null)`;
const attribute = (name: string): string => snakeCase(name.replace("?", ""));
const words = (names: readonly string[]): string => JSON.stringify(names).replaceAll(",", ", ");

/** `[{ repository_id?, may }]`, for the README. */
export function shapeText(shape: Shape): string {
  if ("list" in shape) return `[${shapeText({ object: shape.list })}]`;
  const fields = Object.entries(shape.object).map(([name, field]) => {
    const inner = typeof field === "object" && ("object" in field || "list" in field);
    const text = `${attribute(name)}${name.endsWith("?") ? "?" : ""}`;
    return inner ? `${text} = ${shapeText(field)}` : text;
  });
  return `{ ${fields.join(", ")} }`;
}

/** The input as a local: every key is there, and null where it was left out. */
export function converted(variable: string, shape: Shape): string {
  const given = `var.${variable}`;
  return "list" in shape
    ? `[for item in ${given} : ${convertedObject("item", shape.list)}]`
    : `${given} == null ? null : ${convertedObject(given, shape.object)}`;
}

function convertedObject(of: string, fields: Fields): string {
  const members = Object.entries(fields).map(
    ([name, field]) => `${attribute(name)} = ${convertedField(part(of, attribute(name)), field)}`,
  );
  return `{ ${members.join(", ")} }`;
}

function convertedField(value: string, field: Field): string {
  if (typeof field === "string") return convertedKind(value, field);
  if ("kind" in field)
    return `${value} == null ? ${JSON.stringify(field.default)} : ${convertedKind(value, field.kind)}`;
  if ("keys" in field) return convertedKind(value, "map(string)");
  if ("list" in field)
    return `${value} == null ? null : [for each in ${value} : ${convertedObject("each", field.list)}]`;
  return `${value} == null ? null : ${convertedObject(value, field.object)}`;
}

function convertedKind(value: string, kind: Kind): string {
  switch (kind) {
    case "string":
      return `tostring(${value})`;
    case "number":
      return `tonumber(${value})`;
    case "bool":
      return `tobool(${value})`;
    case "list(string)":
      return `${value} == null ? null : tolist([for text in ${value} : tostring(text)])`;
    case "map(string)":
      return `${value} == null ? null : { for name, text in ${value} : name => tostring(text) }`;
  }
}

/** What must hold of the keys, which a plan always knows, and of the values. */
export function shapeRules(variable: string, shape: Shape): readonly Rule[] {
  const given = `var.${variable}`;
  const isOne =
    "list" in shape
      ? `can(flatten(${given})) && can([for item in ${given} : keys(item)])`
      : `${given} == null || can(keys(${given}))`;
  const what = "list" in shape ? "a list of objects" : "an object";
  return [
    [isOne, `${variable} must be ${what}: ${shapeText(shape)}.`],
    noneOf(eachOf(variable, shape, keyProblems)),
    noneOf(eachOf(variable, shape, valueProblems)),
  ];
}

type Problems = (of: string, at: string, fields: Fields, depth: number) => readonly string[];

/** Sentences are computed once for the condition, and once for the message. */
function noneOf(sentences: string): Rule {
  return [`length(${sentences}) == 0`, `\${join(" ", ${sentences})}`];
}

/** All sentences on the objects of an input. `at` is an expression that gives the place's name. */
function eachOf(variable: string, shape: Shape, problems: Problems): string {
  const given = `var.${variable}`;
  const fields = "list" in shape ? shape.list : shape.object;
  const inner = (at: string) => concatenated(problems("item", at, fields, 0));
  // The inner list gives the entries of a set their numbers.
  return "list" in shape
    ? `flatten([for index, item in [for one in ${given} : one] : ${inner(`format("${variable}[%d]", index)`)}])`
    : `flatten([for item in ${given}[*] : ${inner(`"${variable}"`)}])`;
}

const concatenated = (lists: readonly string[]): string =>
  lists.length === 1 ? `${lists[0]}` : `concat(${lists.join(", ")})`;

const keyProblems: Problems = (of, at, fields, depth) => {
  const known = Object.keys(fields).map(attribute);
  const required = Object.keys(fields)
    .filter((name) => !name.endsWith("?"))
    .map(attribute);
  return [
    unknownKeys(of, at, known),
    ...(required.length === 0
      ? []
      : [
          `[for key in ${words(required)} : format("%s needs %s.", ${at}, key) if !contains(keys(${of}), key)]`,
        ]),
    ...Object.entries(fields).flatMap(([name, field]) =>
      typeof field === "object" && "keys" in field
        ? [
            `flatten([for names in ${part(of, attribute(name))}[*] : ${unknownKeys("names", placeIn(at, name), field.keys)}])`,
          ]
        : [],
    ),
    ...within(of, at, fields, depth, keyProblems),
  ];
};

const placeIn = (at: string, name: string): string => `format("%s.${attribute(name)}", ${at})`;

function unknownKeys(of: string, at: string, known: readonly string[]): string {
  return `[for key in keys(${of}) : format("%s has %s, which is not a key of it: there are ${known.join(", ")}.", ${at}, key) if !contains(${words(known)}, key)]`;
}

const WRONG: Readonly<Record<Kind, readonly [isWrong: string, sentence: string]>> = {
  string: [
    '!can(tostring(VALUE)) || try(tostring(VALUE) == "", false)',
    "must be a text, and not an empty one",
  ],
  number: ["!can(tonumber(VALUE))", "must be a number"],
  bool: ["!can(tobool(VALUE))", "must be true or false"],
  "list(string)": [
    'VALUE != null && !can([for text in flatten(VALUE) : regex(".", tostring(text))])',
    "must be a list of texts",
  ],
  "map(string)": [
    'VALUE != null && !can([for name in keys(VALUE) : regex(".", tostring(VALUE[name]))])',
    "must be an object of texts",
  ],
};

const valueProblems: Problems = (of, at, fields, depth) => {
  const kindOf = (field: Field): Kind | undefined => {
    if (typeof field === "string") return field;
    if ("kind" in field) return field.kind;
    return "keys" in field ? "map(string)" : undefined;
  };
  const value = `lookup(${of}, key, null)`;
  const required = Object.keys(fields)
    .filter((name) => !name.endsWith("?"))
    .map(attribute);
  return [
    ...Object.entries(WRONG).flatMap(([kind, [isWrong, sentence]]) => {
      const keys = Object.keys(fields).filter((name) => kindOf(fields[name] as Field) === kind);
      return keys.length === 0
        ? []
        : [
            `[for key in ${words(keys.map(attribute))} : format("%s.%s ${sentence}.", ${at}, key) if ${isWrong.replaceAll("VALUE", value)}]`,
          ];
    }),
    ...(required.length === 0
      ? []
      : [
          `[for key in ${words(required)} : format("%s.%s is null.", ${at}, key) if contains(keys(${of}), key) && ${value} == null]`,
        ]),
    ...within(of, at, fields, depth, valueProblems),
  ];
};

/** The same of the objects in an object. */
function within(
  of: string,
  at: string,
  fields: Fields,
  depth: number,
  problems: Problems,
): readonly string[] {
  const inner = `inner${depth === 0 ? "" : depth}`;
  return Object.entries(fields).flatMap(([name, field]) => {
    if (typeof field === "string" || !("object" in field || "list" in field)) return [];
    const value = part(of, attribute(name));
    if ("object" in field)
      return [
        `flatten([for ${inner} in ${value}[*] : ${concatenated(problems(inner, placeIn(at, name), field.object, depth + 1))}])`,
      ];
    const numbered = `format("%s.${attribute(name)}[%d]", ${at}, number)`;
    return [
      `flatten([for number, ${inner} in ${value}[*] : ${concatenated(problems(inner, numbered, field.list, depth + 1))}])`,
    ];
  });
}
