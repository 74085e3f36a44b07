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
  const website = take(({ name }) => ROLES.website.test(name));
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
