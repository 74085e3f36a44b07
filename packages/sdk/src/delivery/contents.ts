import {
  encodeBundle,
  type Field,
  type Item,
  MAX_PLAINTEXT,
  normalisePassphrase,
  type PassphraseWeakness,
  ProtocolError,
  passphraseWeakness,
  type Receipt,
  type Sealed,
  type SealInput,
  SHORTEST_PASSPHRASE,
} from "@secret-handoff/protocol";
import { type Concealed, Unprintable } from "../concealed.ts";
import { SenderError } from "../sender-error.ts";
import { jsonLeaves } from "../sources/json.ts";
import type { LabelledSecret } from "../sources/secret-version.ts";

/** Encrypts one handoff. */
export type Seal = (input: SealInput) => Promise<Sealed>;

/** How the secrets become contents. */
export type ContentsOptions = {
  /** Each leaf of a JSON secret becomes a field. */
  readonly parseJson: boolean;
  readonly passphrase?: Concealed<string> | undefined;
};

/**
 * The secret part of a delivery: the values, and the passphrase. It refuses to print itself, and nothing gives the values but
 * {@link seal}. One envelope is sure to hold it.
 */
export class DeliveryContents extends Unprintable {
  readonly #items: readonly Item[];
  readonly #passphrase: Concealed<string> | undefined;

  /** @throws SenderError `secret_unreadable` or `too_large` */
  constructor(secrets: readonly LabelledSecret[], { parseJson, passphrase }: ContentsOptions) {
    super();
    this.#items = itemsOf(secrets, parseJson);
    this.#passphrase = passphrase;
    checkItems(this.#items);
  }

  seal(description: Omit<SealInput, "items" | "passphrase">, seal: Seal): Promise<Sealed> {
    return seal({ ...description, items: this.#items, passphrase: this.#passphrase?.reveal() });
  }
}

/**
 * Parts of a database secret that are no secret by themselves
 * (https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html).
 */
const SHOWN = new Set(["engine", "host", "port", "dbname", "dbInstanceIdentifier", "dbClusterIdentifier"]);

/**
 * One item a secret: the leaves of a JSON secret as fields when `parseJson`, a binary secret as a file, anything else as the
 * one field `value`.
 */
function itemsOf(secrets: readonly LabelledSecret[], parseJson: boolean): readonly Item[] {
  return secrets.map(({ label, inFields, value: concealed }) => {
    const value = concealed.reveal();
    if (typeof value !== "string") {
      return {
        label,
        fields: [],
        files: [{ name: fileNameOf(label), mediaType: "application/octet-stream", data: value }],
      };
    }
    return { label, fields: fieldsOf(value, parseJson || inFields === true) };
  });
}

/**
 * Refuses a bundle that no envelope holds or no reader takes, before anything is created.
 * @throws SenderError `secret_unreadable` or `too_large`
 */
function checkItems(items: readonly Item[]): void {
  for (const { label, fields } of items) {
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
    `The secrets take ${count.format(size)} bytes together and one handoff carries ${count.format(MAX_PLAINTEXT)}. Hand them over in several steps.`,
  );
}

function fieldsOf(value: string, parseJson: boolean): readonly Field[] {
  const leaves = parseJson ? jsonLeaves(value) : [];
  if (leaves.length === 0) return [{ name: "value", value, concealed: true }];
  return leaves.map((leaf) => ({ ...leaf, concealed: !SHOWN.has(leaf.name) }));
}

/** The last part of the label, of characters that every file system takes. */
function fileNameOf(label: string): string {
  const last = label.split("/").findLast((part) => part !== "") ?? "";
  const safe = last.replace(/[^A-Za-z0-9_.@=+-]/g, "_").replace(/^\.+/, "");
  return `${safe === "" ? "secret" : safe}.bin`;
}

const WEAK: Readonly<Record<PassphraseWeakness, string>> = {
  too_short: `it has fewer than ${SHORTEST_PASSPHRASE} characters`,
  digits_only: "it has digits only",
};

/**
 * Refuses a passphrase that can be guessed.
 * @throws SenderError `passphrase`
 */
export function checkPassphrase(passphrase: string): void {
  const weakness = passphraseWeakness(normalised(passphrase));
  if (weakness === undefined) return;
  throw new SenderError(
    "passphrase",
    `The passphrase is too weak: ${WEAK[weakness]}. Use four or more random words.`,
  );
}

function normalised(passphrase: string): string {
  try {
    return normalisePassphrase(passphrase);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new SenderError("passphrase", `The passphrase cannot be used: ${cause.message}.`, { cause });
  }
}
