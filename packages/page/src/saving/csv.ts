import type { Field, Item } from "@secret-handoff/protocol";

/** A login as password managers import it. */
type Login = {
  readonly title: string;
  readonly website: string;
  readonly username: string;
  readonly password: string;
  readonly notes: string;
};

const USERNAME = /^(?:user|user[ _-]?name|login|e-?mail)$/i;
const PASSWORD = /^(?:pass|password|passwd|pwd)$/i;
const WEBSITE = /^(?:url|uri|website|endpoint)$/i;

/**
 * The columns of 1Password's CSV import (https://support.1password.com/create-csv-files/), with its headings.
 */
export function csvFor1Password(items: readonly Item[]): string {
  return table(
    ["Title", "Website", "Username", "Password", "Notes"],
    loginsOf(items).map(({ title, website, username, password, notes }) => [
      title,
      website,
      username,
      password,
      notes,
    ]),
  );
}

/** The columns of Bitwarden's own CSV (https://bitwarden.com/help/condition-bitwarden-import/). */
export function csvForBitwarden(items: readonly Item[]): string {
  return table(
    [
      ...["folder", "favorite", "type", "name", "notes", "fields", "reprompt"],
      ...["login_uri", "login_username", "login_password", "login_totp"],
    ],
    loginsOf(items).map(({ title, website, username, password, notes }) => [
      ...["", "", "login", title, notes, "", "0"],
      ...[website, username, password, ""],
    ]),
  );
}

/**
 * One login an item, with what is not concealed in its notes; each further concealed value is a login of its own, so that no
 * secret is lost in running text.
 */
function loginsOf(items: readonly Item[]): readonly Login[] {
  return items.flatMap(({ label, fields }) => {
    const username =
      fields.find(({ name, concealed }) => !concealed && USERNAME.test(name)) ??
      fields.find(({ name }) => USERNAME.test(name));
    const website = fields.find(({ name, concealed }) => !concealed && WEBSITE.test(name));
    const concealed = fields.filter((field) => field.concealed && field !== username);
    const password = concealed.find(({ name }) => PASSWORD.test(name)) ?? concealed[0];
    const placed = new Set([username, website, password]);
    const main = loginOf(label, {
      username,
      website,
      password,
      others: fields.filter((field) => !field.concealed && !placed.has(field)),
    });
    const more = concealed
      .filter((field) => field !== password)
      .map((field) => loginOf(`${label}: ${field.name}`, { password: field, others: [] }));
    return fields.length === 0 ? [] : [main, ...more];
  });
}

/** A cell that a spreadsheet would run as a formula moves into the notes, behind its name: a changed password is no password. */
function loginOf(
  title: string,
  parts: {
    readonly username?: Field | undefined;
    readonly website?: Field | undefined;
    readonly password?: Field | undefined;
    readonly others: readonly Field[];
  },
): Login {
  const { username, website, password, others } = parts;
  const cell = (field: Field | undefined) => (field && !isFormula(field.value) ? field.value : "");
  const moved = [username, website, password].filter((field) => field && isFormula(field.value));
  const notes = [...moved, ...others].flatMap((field) => (field ? [`${field.name}: ${field.value}`] : []));
  return {
    title: asText(title),
    website: cell(website),
    username: cell(username),
    password: cell(password),
    notes: asText(notes.join("\n")),
  };
}

/** https://owasp.org/www-community/attacks/CSV_Injection */
function isFormula(text: string): boolean {
  return /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text);
}

/** Only for what may be changed: titles and notes, never a value. */
function asText(text: string): string {
  return isFormula(text) ? `'${text}` : text;
}

/** RFC 4180: every cell quoted, quotes doubled, CRLF between rows. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  return [header.join(","), ...rows.map((row) => row.map(quoted).join(","))]
    .map((line) => `${line}\r\n`)
    .join("");
}
