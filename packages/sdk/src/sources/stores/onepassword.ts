import { Concealed, redact } from "../../redact.ts";
import { SenderError } from "../../sender-error.ts";
import type { SecretVersion } from "../secret-version.ts";
import { askStore, memberOf, type StoreAnswer, type StoreContext, secondsOf, textOf } from "./store-http.ts";

/** One item of 1Password, or one field of it: `op://VAULT/ITEM/FIELD`. Each part is a name or an id. */
export type OnePasswordItem = {
  readonly vault: string;
  readonly item: string;
  readonly field?: string | undefined;
};

/**
 * Reads from 1Password by a Connect server (OP_CONNECT_HOST, OP_CONNECT_TOKEN). Each save of an item is a version.
 * https://developer.1password.com/docs/connect/api-reference
 */
export function onePasswordStore(context: StoreContext) {
  const {
    OP_CONNECT_HOST: host,
    OP_CONNECT_TOKEN: token,
    OP_SERVICE_ACCOUNT_TOKEN: serviceAccount,
  } = context.env;
  return async (wanted: OnePasswordItem): Promise<SecretVersion> => {
    if (!host || !token) throw noLogin(serviceAccount !== undefined);
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
  };
}

function noLogin(hasServiceAccount: boolean): SenderError {
  const advice = hasServiceAccount
    ? "A service account cannot be used without 1Password's own program: read the value with `op read` in an earlier step and hand it over by values-file"
    : "Set OP_CONNECT_HOST and OP_CONNECT_TOKEN in the environment of the step";
  return new SenderError("store_login", `There is no login to a 1Password Connect server. ${advice}.`);
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
  const version = memberOf(json, "version");
  const updatedAt = secondsOf(textOf(json, "updatedAt"));
  const title = textOf(json, "title") ?? wanted.item;
  if (typeof version !== "number" || updatedAt === undefined) {
    throw new SenderError("secret_unreadable", `1Password does not say which version of "${title}" this is.`);
  }
  const base = { versionId: String(version), versionCreatedAt: updatedAt };
  const fields = fieldsOf(json);
  const arn = `op:${vault}/${id}`;
  if (wanted.field === undefined) {
    if (fields.length === 0)
      throw new SenderError("secret_unreadable", `Item "${title}" of 1Password has no fields with a value.`);
    const value = JSON.stringify(Object.fromEntries(fields.map(({ label, value }) => [label, value])));
    return { ...base, arn, name: title, inFields: true, value: new Concealed(value) };
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

type ItemField = { readonly id: string; readonly label: string; readonly value: string };

/** Those with a value. Two of one label are told apart by their section. */
function fieldsOf(json: unknown): readonly ItemField[] {
  const all = memberOf(json, "fields");
  const fields = (Array.isArray(all) ? all : []).flatMap((field: unknown) => {
    const [id, value] = [textOf(field, "id"), textOf(field, "value")];
    if (id === undefined || value === undefined) return [];
    return [{ id, label: textOf(field, "label") ?? id, value, section: textOf(field, "section", "label") }];
  });
  const isTwice = (label: string) => fields.filter((one) => one.label === label).length > 1;
  return fields.map(({ id, label, value, section = id }) => ({
    id,
    value,
    label: isTwice(label) ? `${section}.${label}` : label,
  }));
}
