import type { Field, Item } from "@secret-handoff/protocol";

/** A login as password managers import it. */
type Login = {
  readonly title: string;
  readonly website: string;
  readonly username: string;
  readonly password: string;
  readonly notes: string;
};

/** The columns of 1Password's import of logins (https://support.1password.com/create-csv-files/). */
export function csvFor1Password(items: readonly Item[]): string {
  return table(items, "Title,Website,Username,Password,Notes", (login) => [
    login.title,
    login.website,
    login.username,
    login.password,
    login.notes,
  ]);
}

/** The columns of Bitwarden's own CSV (https://bitwarden.com/help/condition-bitwarden-import/). */
export function csvForBitwarden(items: readonly Item[]): string {
  const header =
    "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp";
  return table(items, header, ({ title, notes, website, username, password }) => [
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
  ]);
}

/** RFC 4180: CRLF between rows; every cell quoted, quotes doubled. */
function table(items: readonly Item[], header: string, row: (login: Login) => readonly string[]): string {
  const lines = items.flatMap(loginsOf).map((login) =>
    row(login)
      .map((cell) => `"${cell.replaceAll('"', '""')}"`)
      .join(","),
  );
  return [header, ...lines, ""].join("\r\n");
}

/**
 * One login an item, with what is not concealed in its notes; each further concealed value is a login of its own, so that no
 * secret is lost in running text.
 */
function loginsOf({ label, fields }: Item): readonly Login[] {
  const named = (pattern: RegExp) => fields.find(({ name }) => pattern.test(name));
  const username = named(/^(?:user|user[ _-]?name|login|e-?mail)$/i);
  const website = named(/^(?:url|uri|website)$/i);
  const secrets = fields.filter((field) => field.concealed && field !== username && field !== website);
  const password = secrets.find(({ name }) => /^pass(?:word|wd)?$/i.test(name)) ?? secrets[0];
  const others = fields.filter((field) => !field.concealed && field !== username && field !== website);
  const more = secrets.filter((field) => field !== password);
  return fields.length === 0
    ? []
    : [
        loginOf(label, [website, username, password], others),
        ...more.map((field) => loginOf(`${label}: ${field.name}`, [undefined, undefined, field], [])),
      ];
}

/** A cell that a spreadsheet would run as a formula moves into the notes, behind its name: a changed password is no password. */
function loginOf(title: string, cells: readonly (Field | undefined)[], others: readonly Field[]): Login {
  const moved = cells.flatMap((field) => (field && isFormula(field.value) ? [field] : []));
  const [website = "", username = "", password = ""] = cells.map((field) =>
    field && !isFormula(field.value) ? field.value : "",
  );
  const notes = [...moved, ...others].map(({ name, value }) => `${name}: ${value}`).join("\n");
  return { title: asText(title), website, username, password, notes: asText(notes) };
}

/** https://owasp.org/www-community/attacks/CSV_Injection */
function isFormula(text: string): boolean {
  return /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text);
}

/** Only for what may be changed: titles and notes, never a value. */
function asText(text: string): string {
  return isFormula(text) ? `'${text}` : text;
}
