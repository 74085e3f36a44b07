import type { Item, SealInput } from "@secret-handoff/protocol";
import { DeliveryContents, type LabelledSecret } from "@secret-handoff/sdk";

const DESCRIPTION: Omit<SealInput, "items" | "passphrase"> = {
  origin: "https://handoff.example",
  class: "internal-tool",
  expiresAt: 1_800_000_000,
  header: {},
};

/** The items that secrets become, as sealing gets them: nothing else ever does. */
export function sealedItems(
  secrets: readonly LabelledSecret[],
  { parseJson }: { readonly parseJson: boolean },
): readonly Item[] {
  let items: readonly Item[] = [];
  void new DeliveryContents(secrets, { parseJson }).seal(DESCRIPTION, (input) => {
    items = input.items;
    return new Promise(() => {});
  });
  return items;
}
