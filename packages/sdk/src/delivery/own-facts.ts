import { SenderError } from "../sender-error.ts";

/** Facts that every delivery states itself, by the names that recipients see. */
export const OWN_FACTS: readonly string[] = ["Repository", "Works until", "Reason", "Contact"];

/**
 * Refuses a fact that recipients would take for one that the sender's tool vouches for.
 * @param name given by whoever writes the context
 * @param own names that are stated already; differences of case, spacing and width do not make another name
 * @throws SenderError `description`, naming the own one
 */
export function refuseOwnFact(name: string, own: readonly string[]): void {
  const taken = own.find((each) => seenAs(each) === seenAs(name));
  if (taken === undefined) return;
  throw new SenderError(
    "description",
    `The context has a fact of the name ${taken}, which every delivery states itself. Choose another name.`,
  );
}

/** What of a name a reader compares. */
function seenAs(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}
