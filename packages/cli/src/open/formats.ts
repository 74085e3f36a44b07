import { type Field, type Item, platformRandom } from "@secret-handoff/protocol";
import { asText, envFile, fileNames, jsonFile } from "@secret-handoff/protocol/saving";
import type { KdbxOptions } from "@secret-handoff/protocol/saving/managers";
import {
  leftOut,
  lineEndsChange,
  maySkip,
  moved,
  shellOnly,
  tooLong,
} from "@secret-handoff/protocol/saving/wording";
import { SenderError } from "@secret-handoff/sdk";

/** What password managers import; KeePass opens its file as it is. */
const MANAGERS = ["kdbx", "1password", "bitwarden", "keepassxc", "apple"] as const;
export const FORMATS = ["text", "env", "json", "raw", "files", ...MANAGERS] as const;
export type Format = (typeof FORMATS)[number];

function isManager(format: Format): format is (typeof MANAGERS)[number] {
  return MANAGERS.some((manager) => manager === format);
}

/** What is to be written: one file, or files of a folder by their paths in it. */
export type Written = {
  readonly content: string | Uint8Array | ReadonlyMap<string, string | Uint8Array>;
  /** What the reader should know of it. */
  readonly notes: readonly string[];
};

/** After a claim whose secret could not be written. */
export const AGAIN =
  "Nothing is lost: run the command again within two minutes of opening, and paste the same link.";

/**
 * Writes what was handed over in a format. Nothing may be lost by it: what the format cannot hold is an error, and the handoff is
 * not acknowledged.
 * @param field the name of one value, or label/name
 * @param kdbx for a file of KeePass
 * @throws SenderError `input`
 */
export async function written(
  items: readonly Item[],
  format: Format,
  field: string | undefined,
  kdbx: KdbxNeeds,
): Promise<Written> {
  if (field !== undefined) return { content: oneField(items, field).value, notes: [] };
  if (format === "files") return { content: filesOf(items), notes: [] };
  if (format === "kdbx") return { content: await kdbxOf(items, kdbx), notes: [] };
  const files = items.flatMap((item) => item.files ?? []);
  if (files.length > 0) {
    throw cannot(
      `There ${files.length === 1 ? "is a file" : `are ${files.length} files`} in this handoff, which ${format} cannot hold. Use --format files --out FOLDER, or --format kdbx.`,
    );
  }
  if (isManager(format)) return importFile(items, format);
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

/** What a file of KeePass takes. */
export type KdbxNeeds = {
  readonly password: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly argon2: KdbxOptions["argon2"];
};

async function kdbxOf(items: readonly Item[], { password, now, argon2 }: KdbxNeeds): Promise<Uint8Array> {
  if (password === undefined) throw new Error("nobody was asked for the password of the file");
  const { isHeldByKeePass, kdbxFile } = await import("@secret-handoff/protocol/saving/managers");
  const cut = items.flatMap(({ fields }) => fields.filter((field) => !isHeldByKeePass(field)));
  if (cut.length > 0) {
    throw cannot(
      `KeePass would change a value with a NUL or a placeholder such as {TITLE}: ${cut.map(({ name }) => name).join(", ")}. Use --format json.`,
    );
  }
  return kdbxFile(items, { password, now, argon2, random: platformRandom });
}

async function importFile(
  items: readonly Item[],
  manager: Exclude<(typeof MANAGERS)[number], "kdbx">,
): Promise<Written> {
  const { bitwardenFile, csvFile } = await import("@secret-handoff/protocol/saving/managers");
  if (manager === "bitwarden") {
    const { text, leftOut: missing } = bitwardenFile(items);
    if (missing.length > 0) throw cannot(`${tooLong(missing)} Use --format kdbx or json.`);
    return { content: text, notes: [] };
  }
  const { text, ...report } = csvFile(items, manager);
  if (report.leftOut.length > 0) {
    throw cannot(
      manager === "keepassxc"
        ? `A spreadsheet would run a formula in the middle, or KeePassXC replace a placeholder such as {TITLE}, of: ${report.leftOut.join(", ")}. Use --format json.`
        : `A spreadsheet would run a formula in the middle of: ${report.leftOut.join(", ")}. Use --format kdbx or json.`,
    );
  }
  return {
    content: text,
    notes: [
      moved(report.moved),
      lineEndsChange(report.altered),
      maySkip(report.skippable.map(({ name }) => name)),
    ].filter((note) => note !== ""),
  };
}

function cannot(sentence: string): SenderError {
  return new SenderError("input", `${sentence} ${AGAIN}`);
}

function namesOf(items: readonly Item[]): string {
  return items
    .flatMap(({ label, fields }) => fields.map(({ name }) => (name === label ? label : `${label}/${name}`)))
    .join(", ");
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

/** A file for each value and for each attached file; a folder for each item of several where there are several items. */
function filesOf(items: readonly Item[]): ReadonlyMap<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>();
  const paths = fileNames(items.map((item) => nameOfOnly(item) ?? item.label));
  for (const [index, item] of items.entries()) {
    const { fields, files: attached = [] } = item;
    const contents = [...fields.map(({ value }) => value), ...attached.map(({ data }) => data)];
    const names = fileNames([...fields, ...attached].map(({ name }) => name));
    const path = paths[index] ?? "";
    const pathOf = (name = "") =>
      items.length === 1 ? name : nameOfOnly(item) === undefined ? `${path}/${name}` : path;
    for (const [at, content] of contents.entries()) files.set(pathOf(names[at]), content);
  }
  return files;
}

/** What the one file of an item is called, or the plain value that bears its label; undefined where the item holds more, or JSON. */
function nameOfOnly({ label, fields, files = [] }: Item): string | undefined {
  const [only, ...others] = [...files, ...fields];
  const isPlain = fields.every(({ name }) => name === label);
  return others.length === 0 && isPlain ? only?.name : undefined;
}
