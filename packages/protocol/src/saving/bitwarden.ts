import type { Field, Item } from "../bundle.ts";
import { utf8 } from "../encoding.ts";
import { loginOf } from "./logins.ts";

/** A file to import, and the names of the values that it cannot hold. */
type BitwardenFile = { readonly text: string; readonly leftOut: readonly string[] };

/**
 * The longest values that Bitwarden's service takes, bytes: it counts them encrypted, 1,000 and 5,000 characters (bitwarden/server,
 * EncryptedStringLength), and one that is longer fails the whole import.
 */
const LONGEST_SHORT = 687;
const LONGEST_VALUE = 3_695;
const LONGEST_NOTES = 7_439;

/** Kinds of a custom field in Bitwarden's JSON. */
const FIELD = { text: 0, hidden: 1 } as const;

/**
 * Bitwarden's own JSON, not encrypted (https://bitwarden.com/help/condition-bitwarden-import/): a login an item, whose other values are
 * custom fields, hidden where they are concealed. Every value keeps its bytes.
 */
export function bitwardenFile(items: readonly Item[]): BitwardenFile {
  const leftOut: string[] = [];
  const made = items.filter(({ fields }) => fields.length > 0).map((item) => itemOf(item, leftOut));
  return { text: `${JSON.stringify({ encrypted: false, folders: [], items: made }, null, 2)}\n`, leftOut };
}

function itemOf(item: Item, leftOut: string[]): object {
  const { title, website, username, password, totp, notes, rest } = loginOf(item);
  const others: Field[] = [];
  /** What the place cannot hold becomes a custom field. */
  const place = (field: Field | undefined, fits: (value: string) => boolean) => {
    if (field && fits(field.value)) return field.value;
    if (field) others.push(field);
    return null;
  };
  // A login's boxes have one line: a value of several would lose their ends at the first edit.
  const line = (longest: number) => (value: string) => !/[\r\n]/.test(value) && size(value) <= longest;
  const login = {
    uris: [website].flatMap((field) => {
      const uri = place(field, line(LONGEST_VALUE));
      return uri === null ? [] : [{ match: null, uri }];
    }),
    username: place(username, line(LONGEST_SHORT)),
    password: place(password, line(LONGEST_VALUE)),
    totp: place(totp, line(LONGEST_SHORT)),
  };
  // Its importer takes white space off the ends.
  const text = place(notes, (value) => value.trim() === value && size(value) <= LONGEST_NOTES);
  const fields = [...others, ...rest].filter((field) => {
    const fits = size(field.value) <= LONGEST_VALUE && size(field.name) <= LONGEST_SHORT;
    if (!fits) leftOut.push(field.name);
    return fits;
  });
  return {
    type: 1,
    name: title,
    notes: text,
    favorite: false,
    reprompt: 0,
    fields: fields.map(({ name, value, concealed }) => ({
      name,
      value,
      type: concealed ? FIELD.hidden : FIELD.text,
    })),
    login,
  };
}

function size(text: string): number {
  return utf8(text).length;
}
