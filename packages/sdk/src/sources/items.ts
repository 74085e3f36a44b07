import { encodeBundle, type Field, type Item, MAX_PLAINTEXT, type Receipt } from "@secret-handoff/protocol";
import { SenderError } from "../sender-error.ts";
import { jsonLeaves } from "./json.ts";
import type { LabelledSecret } from "./secret-version.ts";

/**
 * Parts of a database secret that are no secret by themselves
 * (https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html).
 */
const SHOWN = new Set(["engine", "host", "port", "dbname", "dbInstanceIdentifier", "dbClusterIdentifier"]);

/**
 * One item a secret: the leaves of a JSON secret as fields when `parseJson`, a binary secret as a file, anything else as the
 * one field `value`.
 */
export function itemsOf(
  secrets: readonly LabelledSecret[],
  { parseJson }: { readonly parseJson: boolean },
): readonly Item[] {
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
export function checkItems(items: readonly Item[]): void {
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
