import type { Item, SealInput } from "@secret-handoff/protocol";
import { contentsOf, ErrorCollector, type LabelledSecret } from "@secret-handoff/sdk";

const DESCRIPTION: Omit<SealInput, "items" | "passphrase"> = {
  origin: "https://handoff.example",
  class: "internal-tool",
  expiresAt: 1_800_000_000,
  header: {},
};

/** The items that secrets become, as sealing gets them: nothing else ever does. @throws the first mistake in them */
export function sealedItems(
  secrets: readonly LabelledSecret[],
  { parseJson }: { readonly parseJson: boolean },
): readonly Item[] {
  let items: readonly Item[] = [];
  const errors = new ErrorCollector();
  const contents = contentsOf(secrets, { parseJson }, errors);
  void contents?.seal(DESCRIPTION, (input) => {
    items = input.items;
    return new Promise(() => {});
  });
  const [error] = errors.errors;
  if (error) throw error;
  return items;
}
