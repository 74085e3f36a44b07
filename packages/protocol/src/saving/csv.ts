import type { Field, Item } from "../bundle.ts";
import { isHeldByKeePass } from "./kdbx-document.ts";
import { loginOf, withoutPlaceholders } from "./logins.ts";

/** A file to import, and the names of the values of which there is something to say. */
type CsvFile = {
  readonly text: string;
  /** In the notes, because a spreadsheet would run them. */
  readonly moved: readonly string[];
  /**
   * Not in the file, because a spreadsheet that divides cells at other characters would run them in the notes, too; or because KeePassXC would
   * put something else in place of their placeholders, or cut them at a NUL.
   */
  readonly leftOut: readonly string[];
  /** The importer changes them: KeePassXC makes every line end LF. */
  readonly altered: readonly string[];
  /** In a row without a password, which Apple Passwords may leave out: Apple documents no rule, and its app lists what it did not import. */
  readonly skippable: readonly Field[];
};

type Row = {
  readonly title: string;
  readonly website: string;
  readonly username: string;
  readonly password: string;
  readonly totp: string;
  readonly notes: string;
};

type Format = {
  readonly header: string;
  readonly cells: (row: Row) => readonly string[];
  readonly keepsLineEnds: boolean;
  /** Whether the program that imports it replaces placeholders, as KeePass does. */
  readonly hasPlaceholders?: boolean;
  /** Whether the program that imports it is only known to take rows with a password. */
  readonly wantsPasswords?: boolean;
};

const FORMATS = {
  /** The columns of its own export, which it reads again; others by position (https://support.1password.com/import-1password-com/). */
  "1password": {
    header: "Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes",
    cells: ({ title, website, username, password, totp, notes }) => [
      ...[title, website, username, password, totp],
      ...["false", "false", "", notes],
    ],
    keepsLineEnds: true,
  },
  /** Finds its columns by these names, and takes every line end for LF (src/gui/csvImport/CsvImportWidget.cpp, src/format/CsvParser.cpp). */
  keepassxc: {
    header: "Group,Title,Username,Password,URL,Notes,TOTP",
    cells: ({ title, website, username, password, totp, notes }) => [
      ...["", title, username, password],
      ...[website, notes, totp],
    ],
    keepsLineEnds: false,
    hasPlaceholders: true,
  },
  /** The columns of its own export (https://support.apple.com/guide/passwords/import-passwords-mchl3ea0bd95/mac). */
  apple: {
    header: "Title,URL,Username,Password,Notes,OTPAuth",
    cells: ({ title, website, username, password, totp, notes }) => [
      ...[title, website, username, password],
      ...[notes, totp],
    ],
    keepsLineEnds: true,
    wantsPasswords: true,
  },
} as const satisfies Readonly<Record<string, Format>>;

export type CsvManager = keyof typeof FORMATS;

/**
 * Writes logins for a password manager's import: one row an item, with what is not concealed in its notes. Each further concealed value
 * has a row of its own, so that no secret is lost in running text. RFC 4180: CRLF between rows; every cell quoted, quotes doubled.
 */
export function csvFile(items: readonly Item[], manager: CsvManager): CsvFile {
  const format: Format = FORMATS[manager];
  const { header, cells, keepsLineEnds, hasPlaceholders = false, wantsPasswords = false } = format;
  const isHeld = (field: Field) =>
    !runsFurtherOn(field.value) && (!hasPlaceholders || isHeldByKeePass(field));
  const moved: string[] = [];
  const bare: Field[] = [];
  const rows = items.flatMap((item) =>
    rowsOf(hasPlaceholders ? named(item, withoutPlaceholders) : item, { moved, bare }, isHeld),
  );
  const lines = rows.map((row) =>
    cells(row)
      .map((cell) => `"${cell.replaceAll('"', '""')}"`)
      .join(","),
  );
  const fields = items.flatMap((item) => item.fields);
  const leftOut = fields.filter((field) => !isHeld(field));
  const altered = keepsLineEnds ? [] : fields.filter((field) => isHeld(field) && field.value.includes("\r"));
  return {
    text: [header, ...lines, ""].join("\r\n"),
    moved,
    leftOut: leftOut.map(({ name }) => name),
    altered: altered.map(({ name }) => name),
    skippable: wantsPasswords ? bare : [],
  };
}

function named({ label, fields }: Item, change: (name: string) => string): Item {
  return { label: change(label), fields: fields.map((field) => ({ ...field, name: change(field.name) })) };
}

/** What there is to say of values, gathered row by row: those moved to the notes, by name, and those in rows without a password. */
type Remarks = { readonly moved: string[]; readonly bare: Field[] };

/** @param isHeld whether the file may hold the value: no name before it makes it harmless */
function rowsOf(item: Item, { moved, bare }: Remarks, isHeld: (field: Field) => boolean): readonly Row[] {
  const { title, website, username, password, totp, notes, rest } = loginOf(item);
  if (item.fields.length === 0) return [];
  const row = (
    name: string,
    login: Partial<Record<keyof Row, Field | undefined>>,
    beside: readonly Field[],
  ): Row => {
    const fields = Object.values(login).filter(
      (field): field is Field => field !== undefined && isHeld(field),
    );
    const runnable = fields.filter(({ value }) => isRunnable(value));
    moved.push(...runnable.map((field) => field.name));
    const inCells = fields.filter((field) => !runnable.includes(field));
    const besideHeld = beside.filter(isHeld);
    const cell = (field: Field | undefined) => (field && inCells.includes(field) ? field.value : "");
    const lines = [...runnable, ...besideHeld].map((field) => `${defused(field.name)}: ${field.value}`);
    if (cell(login.password) === "") bare.push(...fields, ...besideHeld);
    const written = login.notes && inCells.includes(login.notes) ? [login.notes.value] : [];
    return {
      title: isRunnable(name) || runsFurtherOn(name) ? defused(name) : name,
      website: cell(login.website),
      username: cell(login.username),
      password: cell(login.password),
      totp: cell(login.totp),
      notes: asNotes([...written, ...lines].join("\n")),
    };
  };
  const secrets = rest.filter((field) => field.concealed && isHeld(field));
  return [
    row(
      title,
      { website, username, password, totp, notes },
      rest.filter(({ concealed }) => !concealed),
    ),
    ...secrets.map((field) => row(`${title}: ${field.name}`, { password: field }, [])),
  ];
}

/** Running text may be changed, as no value may. */
function asNotes(text: string): string {
  return isRunnable(text) ? `'${text}` : text;
}

/** What a spreadsheet takes for the beginning of a formula, also in full-width spelling, and what it passes over before it. */
const BEFORE = '[\\s"\\u200b\\ufeff]*';
const BEGINS = new RegExp(`^${BEFORE}[=+\\-@\\uff1d\\uff0b\\uff0d\\uff20]`, "u");
/** The same where a spreadsheet may see another cell or row begin; but not a list's sign before words. */
const BEGINS_FURTHER_ON = new RegExp(
  `[;\\t\\r\\n]${BEFORE}(?:[=@\\uff1d\\uff20]|[+\\-\\uff0b\\uff0d](?!\\s+\\p{L}+[\\s:,.]))`,
  "u",
);
/** A call; another program (DDE); another file, which may lie elsewhere: `'\\\\host\\[a.xlsx]S'!A1`, in LibreOffice `'https://host/a.ods'#$S.A1`. */
const RUNS =
  /[\p{L}_.][\p{L}\p{N}_.]{1,60}\s{0,9}\(|\|[^!]*!|['\]\p{L}\p{N}_.]\s{0,9}!\s{0,9}[\p{L}$_#\\]|'\s{0,9}#\s{0,9}[$\p{L}']/u;

/**
 * Whether a spreadsheet that opens the file would do more than arithmetic: call a function, another program, or fetch another file, which reveals
 * the reader to its host. Such a value stands in the notes, behind its name. A password that only begins like a formula stays where the
 * importer looks for it, for moved it would be none. https://owasp.org/www-community/attacks/CSV_Injection
 */
function isRunnable(text: string): boolean {
  return BEGINS.test(text) && RUNS.test(text);
}

/** Whether it would where it divides cells at semicolons or tabs, as it does in many countries: then quotes hold nothing together. */
function runsFurtherOn(text: string): boolean {
  const found = BEGINS_FURTHER_ON.exec(text);
  return found !== null && RUNS.test(text.slice(found.index));
}

/** A name may be changed, as no value may: nothing in it begins a formula. */
function defused(name: string): string {
  return name.replace(DEFUSED, "$&'");
}

const DEFUSED = new RegExp(`(?:^|[;\\t\\r\\n])${BEFORE}(?=[=+\\-@\\uff1d\\uff0b\\uff0d\\uff20])`, "gu");
