import type { Field, Item } from "@secret-handoff/protocol";
import { asText, distinct, envFile, fileName, jsonFile } from "@secret-handoff/protocol/saving";
import { leftOut, shellOnly } from "@secret-handoff/protocol/saving/wording";
import { SenderError } from "@secret-handoff/sdk";

export const FORMATS = ["text", "env", "json", "raw", "files"] as const;
export type Format = (typeof FORMATS)[number];

/** What is to be written: one text, or files of a folder by their paths in it. */
export type Written = {
  readonly content: string | ReadonlyMap<string, string | Uint8Array>;
  /** What the reader should know of it. */
  readonly notes: readonly string[];
};

const AGAIN =
  "Nothing is lost: run the command again within two minutes of opening, and paste the same link.";

/**
 * Writes what was handed over in a format. Nothing may be lost by it: what the format cannot hold is an error, and the handoff is
 * not acknowledged.
 * @param field the name of one value, or label/name
 * @throws SenderError `input`
 */
export function written(items: readonly Item[], format: Format, field: string | undefined): Written {
  if (field !== undefined) return { content: oneField(items, field).value, notes: [] };
  if (format === "files") return { content: filesOf(items), notes: [] };
  const files = items.flatMap((item) => item.files ?? []);
  if (files.length > 0) {
    throw cannot(
      `There ${files.length === 1 ? "is a file" : `are ${files.length} files`} in this handoff, which ${format} cannot hold. Use --format files --out FOLDER.`,
    );
  }
  switch (format) {
    case "text":
      return { content: `${asText(items)}\n`, notes: [] };
    case "json":
      return { content: jsonFile(items), notes: [] };
    case "raw":
      return { content: onlyField(items).value, notes: [] };
    case "env": {
      const { text, shellOnly: quoted, leftOut: missing } = envFile(items);
      if (missing.length > 0) throw cannot(`${leftOut(missing)} Use --format json.`);
      return { content: text, notes: quoted.length > 0 ? [shellOnly(quoted)] : [] };
    }
  }
}

function cannot(sentence: string): SenderError {
  return new SenderError("input", `${sentence} ${AGAIN}`);
}

function namesOf(items: readonly Item[]): string {
  return items.flatMap(({ label, fields }) => fields.map(({ name }) => `${label}/${name}`)).join(", ");
}

function oneField(items: readonly Item[], wanted: string): Field {
  const found = items.flatMap(({ label, fields }) =>
    fields.filter(({ name }) => name === wanted || `${label}/${name}` === wanted),
  );
  const [field, ...others] = found;
  if (field && others.length === 0) return field;
  throw cannot(
    field
      ? `More than one value is called ${wanted}. Name it with its label: ${namesOf(items)}.`
      : `No value is called ${wanted}. There are: ${namesOf(items)}.`,
  );
}

/** The one concealed value, or the one value at all. */
function onlyField(items: readonly Item[]): Field {
  const all = items.flatMap(({ fields }) => fields);
  const concealed = all.filter((field) => field.concealed);
  const [field, ...others] = concealed.length > 0 ? concealed : all;
  if (field && others.length === 0) return field;
  throw cannot(`raw writes one value, and there are several. Choose one with --field: ${namesOf(items)}.`);
}

/** A file for each value and for each attached file; a folder for each item where there are several. */
function filesOf(items: readonly Item[]): ReadonlyMap<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>();
  const numbered = (count: number) => `-${count}`;
  const folders = distinct(
    items.map(({ label }) => fileName(label)),
    numbered,
  );
  for (const [index, { fields, files: attached = [] }] of items.entries()) {
    const contents = [...fields.map(({ value }) => value), ...attached.map(({ data }) => data)];
    const names = distinct(
      [...fields, ...attached].map(({ name }) => fileName(name)),
      numbered,
    );
    const prefix = items.length > 1 ? `${folders[index]}/` : "";
    for (const [at, content] of contents.entries()) files.set(`${prefix}${names[at]}`, content);
  }
  return files;
}
