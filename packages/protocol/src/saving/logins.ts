import type { Field, Item } from "../bundle.ts";

/** An item as password managers see one: a login, and what stands beside it. */
export type Login = {
  readonly title: string;
  readonly website?: Field | undefined;
  readonly username?: Field | undefined;
  readonly password?: Field | undefined;
  /** The address of a one-time password, `otpauth://…`. */
  readonly totp?: Field | undefined;
  readonly notes?: Field | undefined;
  /** All others, in their order. */
  readonly rest: readonly Field[];
};

const ROLES = {
  website: /^(?:url|uri|website|site|endpoint)$/i,
  username: /^(?:user|user[ _-]?name|login|account|e-?mail)$/i,
  notes: /^(?:notes?|comments?|description)$/i,
} as const;
/**
 * What a password manager may open as a page. KeePass runs `cmd://…` and the path of a program (https://keepass.info/help/base/autourl.html), and
 * the sender writes the value; anything else stays beside the login.
 */
const WEBSITE = /^(?:https?|ftps?):\/\/\S+$/i;
/**
 * `{TITLE}`, `{CMD:…}`: KeePass and KeePassXC put something else in its place when the value is copied, typed or opened, some by running a
 * program. Other braces they leave alone. https://keepass.info/help/base/placeholders.html
 * `%TEMP%`: KeePass puts an environment variable in its place; `%C3%A4` is a URL's spelling of a character, and no variable.
 */
const PLACEHOLDER = new RegExp(
  `\\{(?=(?:${[
    "TITLE|USERNAME|PASSWORD(?:_ENC)?|URL|BASE|NOTES|UUID|S|C|REF|CMD|GROUP\\w*|DB_\\w+|DT_\\w+|ENV_\\w+|T-CONV|T-REPLACE-RX",
    "TOTP|HMACOTP|TIMEOTP|NEWPASSWORD|PICK\\w+|CLIPBOARD[\\w-]*|DOCDIR|\\w*APPDIR|\\w*EDGE|INTERNETEXPLORER|FIREFOX|OPERA",
    "GOOGLECHROME|CHROMIUM|SAFARI|BEEP|DELAY|VKEY|APPACTIVATE|CLEARFIELD|PASTE",
  ].join("|")})[:}])|%(?![0-9A-F]{2})(?=[A-Z_][\\w()]*%)`,
  "gi",
);
const PASSWORD = /^pass(?:word|wd|phrase)?$/i;

/**
 * Which field of an item is what, by its name. The first concealed value is the password where none is called so.
 */
export function loginOf({ label, fields }: Item): Login {
  const taken = new Set<Field>();
  const take = (isIt: (field: Field) => boolean) => {
    const found = fields.find((field) => !taken.has(field) && isIt(field));
    if (found) taken.add(found);
    return found;
  };
  const totp = take(({ value }) => /^otpauth:\/\//i.test(value));
  const website = take(({ name, value }) => ROLES.website.test(name) && WEBSITE.test(value));
  const username = take(({ name }) => ROLES.username.test(name));
  const notes = take(({ name, concealed }) => !concealed && ROLES.notes.test(name));
  const password = take(({ name }) => PASSWORD.test(name)) ?? take(({ concealed }) => concealed);
  return {
    title: label,
    website,
    username,
    password,
    totp,
    notes,
    rest: fields.filter((field) => !taken.has(field)),
  };
}

/** True of what KeePass and KeePassXC would hand on as another value: it cannot be written otherwise. */
export function hasPlaceholder(text: string): boolean {
  return text.search(PLACEHOLDER) >= 0;
}

/** The same of a name, which may be changed, as no value may. */
export function withoutPlaceholders(name: string): string {
  return name.replace(PLACEHOLDER, "$& ");
}
