import type { Field, Item } from "../bundle.ts";

/** A login as password managers import it. */
type Login = readonly [title: string, website: string, username: string, password: string, notes: string];

/** A file, and the names of the values that stand in the notes because a spreadsheet would run them as formulas. */
export type CsvFile = { readonly text: string; readonly moved: readonly string[] };

/** The columns of 1Password's import of logins (https://support.1password.com/create-csv-files/). */
export function csvFor1Password(items: readonly Item[]): CsvFile {
  return csvFile(items, "Title,Website,Username,Password,Notes", (login) => login);
}

/** The columns of Bitwarden's own CSV (https://bitwarden.com/help/condition-bitwarden-import/). */
export function csvForBitwarden(items: readonly Item[]): CsvFile {
  return csvFile(
    items,
    "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp",
    ([title, website, username, password, notes]) => [
      "",
      "",
      "login",
      title,
      notes,
      "",
      "0",
      website,
      username,
      password,
      "",
    ],
  );
}

/** RFC 4180: CRLF between rows; every cell quoted, quotes doubled. */
function csvFile(items: readonly Item[], header: string, row: (login: Login) => readonly string[]): CsvFile {
  const moved: string[] = [];
  const lines = items
    .flatMap((item) => loginsOf(item, moved))
    .map((login) =>
      row(login)
        .map((cell) => `"${cell.replaceAll('"', '""')}"`)
        .join(","),
    );
  return { text: [header, ...lines, ""].join("\r\n"), moved };
}

/**
 * One login an item, with what is not concealed in its notes; each further concealed value is a login of its own, so that no
 * secret is lost in running text.
 * @param moved takes in the names of values that a cell cannot hold
 */
function loginsOf({ label, fields }: Item, moved: string[]): readonly Login[] {
  const named = (pattern: RegExp) => fields.find(({ name }) => pattern.test(name));
  const username = named(/^(?:user|user[ _-]?name|login|e-?mail)$/i);
  const website = named(/^(?:url|uri|website)$/i);
  const rest = fields.filter((field) => field !== username && field !== website);
  const secrets = rest.filter(({ concealed }) => concealed);
  const password = secrets.find(({ name }) => /^pass(?:word|wd)?$/i.test(name)) ?? secrets[0];
  const login = (title: string, cells: readonly (Field | undefined)[], notes: readonly Field[]): Login => {
    const formulas = cells.flatMap((field) => (field && isFormula(field.value) ? [field] : []));
    moved.push(...formulas.map(({ name }) => name));
    const [uri = "", user = "", secret = ""] = cells.map((field) =>
      field && !isFormula(field.value) ? field.value : "",
    );
    const text = [...formulas, ...notes].map(({ name, value }) => `${name}: ${value}`).join("\n");
    return [withoutFormula(title), uri, user, secret, withoutFormula(text)];
  };
  if (fields.length === 0) return [];
  return [
    login(
      label,
      [website, username, password],
      rest.filter(({ concealed }) => !concealed),
    ),
    ...secrets
      .filter((field) => field !== password)
      .map((field) => login(`${label}: ${field.name}`, [undefined, undefined, field], [])),
  ];
}

/** https://owasp.org/www-community/attacks/CSV_Injection: such a value stands in the notes behind its name, for a changed one is no password. */
function isFormula(text: string): boolean {
  return /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text);
}

/** Only for what may be changed: titles and notes, never a value. */
function withoutFormula(text: string): string {
  return isFormula(text) ? `'${text}` : text;
}
