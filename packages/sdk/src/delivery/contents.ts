import {
  encodeBundle,
  type Field,
  type Item,
  MAX_PLAINTEXT,
  type Receipt,
  type Sealed,
  type SealInput,
} from "@secret-handoff/protocol";
import { fileName } from "@secret-handoff/protocol/saving";
import { type Concealed, Unprintable } from "../redact.ts";
import { type ErrorCollector, SenderError } from "../sender-error.ts";
import { jsonLeaves, jsonScalars, jsonValues } from "../sources/json.ts";
import type { LabelledSecret } from "../sources/secret-version.ts";

/** Encrypts one handoff. */
export type Seal = (input: SealInput) => Promise<Sealed>;

/** What is sealed besides the contents. */
export type SealedDescription = Omit<SealInput, "items" | "passphrase">;

/** How the secrets become contents. */
export type ContentsOptions = {
  /** Each leaf of a JSON secret becomes a field. */
  readonly parseJson: boolean;
  readonly passphrase?: Concealed<string> | undefined;
};

/**
 * The secret part of a delivery: the values, and the passphrase. It refuses to print itself, and nothing gives the values but
 * {@link seal}. It always fits into one envelope.
 */
export class DeliveryContents extends Unprintable {
  readonly #items: readonly Item[];
  readonly #passphrase: Concealed<string> | undefined;

  /** @throws SenderError `secret_ids`, `secret_unreadable` or `too_large` */
  constructor(items: readonly Item[], passphrase?: Concealed<string>) {
    super();
    checkItems(items);
    this.#items = items;
    this.#passphrase = passphrase;
  }

  /** @param generated the passphrase of this recipient alone, where each has one of their own */
  seal(description: SealedDescription, seal: Seal, generated?: Concealed<string>): Promise<Sealed> {
    const passphrase = (generated ?? this.#passphrase)?.reveal();
    return seal({ ...description, items: this.#items, passphrase });
  }
}

/**
 * The contents that secrets make, one item each.
 * @param errors takes every mistake
 */
export function contentsOf(
  secrets: readonly LabelledSecret[],
  { parseJson, passphrase }: ContentsOptions,
  errors: ErrorCollector,
): DeliveryContents | undefined {
  const items = secrets.flatMap((secret) => errors.attempt(() => itemOf(secret, parseJson)) ?? []);
  if (items.length < secrets.length) return undefined;
  return errors.attempt(() => new DeliveryContents(items, passphrase));
}

/**
 * Names whose values are no secret by themselves, in the JSON of a database secret
 * (https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html). They are shown to the recipient
 * at once, and not masked in logs.
 */
const SHOWN = new Set([
  ...["engine", "host", "port", "dbname", "username"],
  ...["dbInstanceIdentifier", "dbClusterIdentifier", "masterarn"],
]);

/** @param kept names that the store keeps concealed */
function isConcealed(name: string, kept: readonly string[] = []): boolean {
  return kept.includes(name) || !SHOWN.has(name.slice(name.lastIndexOf(".") + 1));
}

/**
 * The texts that logs must not show: the value as a whole, and every concealed part of it where it is JSON.
 * @param kept names that the store keeps concealed
 */
export function concealedTexts(value: string, kept: readonly string[] = []): readonly string[] {
  return [value, ...jsonScalars(value).flatMap((part) => (isConcealed(part.name, kept) ? [part.value] : []))];
}

/**
 * The leaves of a JSON secret as fields when `parseJson`, one of its values where a key is named, a binary secret as a file, anything
 * else as one value. A value that is an item by itself bears the item's label, by which readers know it.
 */
function itemOf(secret: LabelledSecret, parseJson: boolean): Item {
  const { label, name, key, inFields } = secret;
  const value = secret.value.reveal();
  const empty = () => new SenderError("secret_unreadable", `"${name}" is empty. Give it a value first.`);
  if (value.length === 0) throw empty();
  if (key !== undefined) return { label, fields: [fieldOf(secret, key)] };
  if (typeof value === "string") {
    const fields = fieldsOf(secret, value, parseJson || inFields === true);
    if (fields.every((field) => field.value.trim() === "")) throw empty();
    return { label, fields };
  }
  const file = {
    name: fileName(label.replace(/\/+$/, "")),
    mediaType: "application/octet-stream",
    data: value,
  };
  return { label, fields: [], files: [file] };
}

function fieldsOf({ label, concealed }: LabelledSecret, value: string, parseJson: boolean): readonly Field[] {
  const leaves = parseJson ? jsonLeaves(value) : [];
  if (leaves.length === 0) return [{ name: label, value, concealed: true }];
  return leaves.map((leaf) => ({ ...leaf, concealed: isConcealed(leaf.name, concealed) }));
}

function fieldOf({ label, name, concealed, value: secret }: LabelledSecret, key: string): Field {
  const text = secret.reveal();
  const [value, other] = typeof text === "string" ? jsonValues(text, key) : [];
  const refuse = (sentence: string) => new SenderError("secret_unreadable", sentence);
  if (value === undefined)
    throw refuse(`"${name}" is not a JSON object with the key "${key}". Check the key.`);
  if (other !== undefined) {
    throw refuse(
      `"${name}" has the key "${key}" and also nested keys that read the same. Rename one of them.`,
    );
  }
  if (value.trim() === "") throw refuse(`The key "${key}" of "${name}" is empty. Give it a value first.`);
  return { name: label, value, concealed: isConcealed(key, concealed) };
}

/** Refuses items that nobody could tell apart, that no envelope holds or that no reader takes, before anything is created. */
function checkItems(items: readonly Item[]): void {
  const labels = new Set<string>();
  for (const { label, fields } of items) {
    if (labels.has(label)) {
      throw new SenderError(
        "secret_ids",
        `Two of the secrets would be shown as "${label}", and the recipient could not tell them apart. Give one of them another alias or name.`,
      );
    }
    labels.add(label);
    // Each for itself: two halves at the seam would look whole.
    if (fields.some(({ name, value }) => [name, value].some((text) => /\p{Surrogate}/u.test(text)))) {
      throw new SenderError(
        "secret_unreadable",
        `Secret "${label}" holds half a character (an unpaired surrogate), which no recipient could read. Correct its value.`,
      );
    }
  }
  const size = encodeBundle({ items, receipt: new Uint8Array(32) as Receipt }).length;
  if (size <= MAX_PLAINTEXT) return;
  const count = new Intl.NumberFormat("en-GB");
  throw new SenderError(
    "too_large",
    `The secrets take ${count.format(size)} bytes together and one handoff carries ${count.format(MAX_PLAINTEXT)}. Hand over fewer at once.`,
  );
}
