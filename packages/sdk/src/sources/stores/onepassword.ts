import { Concealed, redact } from "../../redact.ts";
import { SenderError } from "../../sender-error.ts";
import { jsonOrUndefined } from "../json.ts";
import type { SecretVersion } from "../secret-version.ts";
import {
  askStore,
  memberOf,
  type StoreAnswer,
  type StoreContext,
  secondsOf,
  textOf,
  versionNumber,
} from "./store-http.ts";

/** One item of 1Password, or one field of it: `op://VAULT/ITEM/FIELD`. Each part is a name or an id. */
export type OnePasswordItem = {
  readonly vault: string;
  readonly item: string;
  readonly field?: string | undefined;
};

/**
 * Reads from 1Password by a Connect server (OP_CONNECT_HOST, OP_CONNECT_TOKEN), or else by 1Password's own program with the login that it
 * has: a service account's (OP_SERVICE_ACCOUNT_TOKEN) or a person's. Each save of an item is a version, and both name it alike.
 * https://developer.1password.com/docs/connect/api-reference, https://developer.1password.com/docs/cli/reference/management-commands/item
 */
export function onePasswordStore(context: StoreContext) {
  const { OP_CONNECT_HOST: host, OP_CONNECT_TOKEN: token } = context.env;
  return (wanted: OnePasswordItem): Promise<SecretVersion> =>
    host && token ? readByConnect(wanted, host, token, context) : readByProgram(wanted, context);
}

async function readByConnect(
  wanted: OnePasswordItem,
  host: string,
  token: string,
  context: StoreContext,
): Promise<SecretVersion> {
  context.onToken(token);
  const origin = host.replace(/\/+$/, "");
  const get = (path: string) =>
    askStore(
      {
        ...{ store: "1Password Connect", url: `${origin}/v1/${path}`, address: "OP_CONNECT_HOST" },
        headers: { authorization: `Bearer ${token}` },
      },
      context,
    );
  const vault = await idOf("vaults", "name", wanted.vault, "vault", get);
  const items = `vaults/${vault}/items`;
  const id = await idOf(items, "title", wanted.item, "item", get);
  const answer = await get(`${items}/${id}`);
  if (answer.status !== 200) throw refusal(answer, `item "${wanted.item}"`);
  return versionOf(answer.json, { vault, id }, wanted);
}

/** The official SDK is WebAssembly of twelve megabytes; the program is what 1Password's own action installs. */
async function readByProgram(wanted: OnePasswordItem, context: StoreContext): Promise<SecretVersion> {
  const { OP_SERVICE_ACCOUNT_TOKEN: serviceAccount } = context.env;
  if (serviceAccount) context.onToken(serviceAccount);
  let printed: string;
  try {
    const args = ["item", "get", "--format=json", `--vault=${wanted.vault}`, "--", wanted.item];
    printed = await context.run("op", args);
  } catch (cause) {
    if (cause instanceof SenderError) throw cause;
    throw programFailure(cause, wanted, serviceAccount !== undefined);
  }
  const json = jsonOrUndefined(printed);
  const [vault, id] = [textOf(json, "vault", "id"), textOf(json, "id")];
  if (vault === undefined || id === undefined)
    throw new SenderError("secret_unreadable", `1Password's program op did not give item "${wanted.item}".`);
  return versionOf(json, { vault, id }, wanted);
}

function programFailure(cause: unknown, { vault, item }: OnePasswordItem, hasServiceAccount: boolean) {
  if (memberOf(cause, "code") === "ENOENT") {
    return new SenderError(
      "store_login",
      (say) =>
        hasServiceAccount
          ? `There is no login to 1Password. A service account is used by 1Password's own program: ${say("onepassword-program")}.`
          : "There is no login to 1Password. Set OP_CONNECT_HOST and OP_CONNECT_TOKEN in the environment, or install 1Password's program op and log in with it.",
      { cause },
    );
  }
  const said = textOf(cause, "stderr") ?? "";
  const words = redact(said.replace(/^\[ERROR\] [\d/]+ [\d:]+ /, ""));
  const quoted = words === "" ? "" : ` (op says: ${words})`;
  if (/isn't a vault|isn't an item|not found/i.test(said))
    return new SenderError(
      "secret_unknown",
      `1Password has no item "${item}" in a vault "${vault}"${quoted}.`,
    );
  if (/more than one item/i.test(said))
    return new SenderError(
      "secret_unknown",
      `1Password has several items of the name "${item}"${quoted}. Name it by its id.`,
    );
  if (/forbidden|permission|\b403\b/i.test(said))
    return new SenderError(
      "access_denied",
      `1Password does not allow this login to read item "${item}"${quoted}. Grant it the vault.`,
    );
  return new SenderError(
    "store_login",
    `1Password's program op did not read item "${item}"${quoted}. Check its login: ${hasServiceAccount ? "OP_SERVICE_ACCOUNT_TOKEN" : "run op signin"}.`,
  );
}

type Get = (path: string) => Promise<StoreAnswer>;

/** Ids of 1Password: 26 letters and digits. */
const ID = /^[a-z0-9]{26}$/;

async function idOf(
  path: string,
  attribute: "name" | "title",
  wanted: string,
  what: string,
  get: Get,
): Promise<string> {
  if (ID.test(wanted)) return wanted;
  const answer = await get(
    `${path}?filter=${encodeURIComponent(`${attribute} eq ${JSON.stringify(wanted)}`)}`,
  );
  if (answer.status !== 200) throw refusal(answer, `${what} "${wanted}"`);
  const found: readonly unknown[] = Array.isArray(answer.json) ? answer.json : [];
  const exact = found.filter((one) => memberOf(one, attribute) === wanted);
  const [id] = exact.map((one) => textOf(one, "id"));
  if (id !== undefined && ID.test(id) && exact.length === 1) return id;
  throw exact.length > 1
    ? new SenderError(
        "secret_unknown",
        `1Password has ${exact.length} of the name: ${what} "${wanted}". Name it by its id.`,
      )
    : new SenderError("secret_unknown", `1Password has no ${what} "${wanted}" that this token may see.`);
}

function refusal({ status, json }: StoreAnswer, what: string): SenderError {
  const said = textOf(json, "message");
  const quoted = said === undefined ? "" : ` (1Password says: ${redact(said)})`;
  if (status === 401)
    return new SenderError(
      "store_login",
      `1Password Connect refused the token${quoted}. Check OP_CONNECT_TOKEN.`,
    );
  if (status === 403)
    return new SenderError(
      "access_denied",
      `The token of 1Password Connect may not read ${what}${quoted}. Grant it the vault.`,
    );
  if (status === 404) return new SenderError("secret_unknown", `1Password has no ${what}${quoted}.`);
  return new SenderError("store_refused", `1Password Connect answered ${status} for ${what}${quoted}.`);
}

function versionOf(
  json: unknown,
  { vault, id }: { readonly vault: string; readonly id: string },
  wanted: OnePasswordItem,
): SecretVersion {
  const version = versionNumber(memberOf(json, "version"));
  // Connect writes updatedAt, the program updated_at.
  const updatedAt = secondsOf(textOf(json, "updatedAt") ?? textOf(json, "updated_at"));
  const title = textOf(json, "title") ?? wanted.item;
  if (version === undefined || updatedAt === undefined) {
    throw new SenderError("secret_unreadable", `1Password does not say which version of "${title}" this is.`);
  }
  const base = { versionId: String(version), versionCreatedAt: updatedAt };
  const fields = fieldsOf(json);
  const arn = `op:${vault}/${id}`;
  if (wanted.field === undefined) {
    if (fields.length === 0)
      throw new SenderError("secret_unreadable", `Item "${title}" of 1Password has no fields with a value.`);
    const value = JSON.stringify(Object.fromEntries(fields.map(({ label, value }) => [label, value])));
    const concealed = fields.filter((field) => field.isConcealed).map(({ label }) => label);
    return { ...base, arn, name: title, inFields: true, concealed, value: new Concealed(value) };
  }
  const matching = fields.filter(
    ({ id: fieldId, label }) => fieldId === wanted.field || label === wanted.field,
  );
  const [only] = matching;
  if (!only || matching.length > 1) {
    const many = matching.length > 1 ? "several fields" : "no field with a value";
    throw new SenderError(
      "secret_unreadable",
      `Item "${title}" of 1Password has ${many} named "${wanted.field}". Check the name.`,
    );
  }
  return {
    ...base,
    arn: `${arn}/${only.id}`,
    name: `${title} (${only.label})`,
    value: new Concealed(only.value),
  };
}

type ItemField = {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly isConcealed: boolean;
};

/** Types whose values 1Password shows without being asked. https://developer.1password.com/docs/connect/api-reference#item-field-object */
const SHOWN_TYPES = new Set(["STRING", "EMAIL", "URL", "DATE", "MONTH_YEAR", "MENU", "PHONE", "ADDRESS"]);

/**
 * Those with a value. Two of one label are told apart by their section, and where that is one as well by their ids: none may take the
 * place of another.
 */
function fieldsOf(json: unknown): readonly ItemField[] {
  const all = memberOf(json, "fields");
  const fields = (Array.isArray(all) ? all : []).flatMap((field: unknown) => {
    const [id, value] = [textOf(field, "id"), textOf(field, "value")];
    if (id === undefined || value === undefined) return [];
    const isConcealed =
      !SHOWN_TYPES.has(textOf(field, "type") ?? "STRING") || textOf(field, "purpose") === "PASSWORD";
    const section = textOf(field, "section", "label");
    return [{ id, label: textOf(field, "label") ?? id, value, section, isConcealed }];
  });
  const labels = distinct(
    fields.map(({ id, label, section = id }) => [
      label,
      `${section}.${label}`,
      `${section}.${label} (${id})`,
    ]),
  );
  return fields.map(({ id, value, isConcealed }, at) => ({
    id,
    value,
    isConcealed,
    label: labels[at] ?? id,
  }));
}

/** For each its first spelling, or the next where others have the same. @throws SenderError where the last are the same as well */
function distinct(spellings: readonly (readonly string[])[], depth = 0): readonly string[] {
  const chosen = spellings.map((choice) => choice[Math.min(depth, choice.length - 1)] ?? "");
  const isTwice = (label: string) => chosen.filter((one) => one === label).length > 1;
  if (!chosen.some(isTwice)) return chosen;
  if (spellings.every((choice) => choice.length <= depth + 1))
    throw new SenderError(
      "secret_unreadable",
      "An item of 1Password has two fields that nothing tells apart. Give one of them another name.",
    );
  return distinct(
    spellings.map((choice, at) => (isTwice(chosen[at] ?? "") ? choice : [chosen[at] ?? ""])),
    depth + 1,
  );
}
