import { isProse } from "@secret-handoff/protocol/api";
import { numberedLines, refuseRepeated } from "../entries.ts";
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

/**
 * Facts in the sender's words: `NAME=value`, one a line.
 * @param own names that the delivery states itself
 * @throws SenderError `input` or `description`
 */
export function parseContext(text: string, own: readonly string[]): Readonly<Record<string, string>> {
  const entries = numberedLines(text).map(({ text: whole, line }) => {
    const [, key = "", value = ""] = /^([^=]{1,60}?)\s*=\s*(.{1,500})$/u.exec(whole) ?? [];
    if (key !== "" && isProse(whole, whole.length)) return { text: key, value, line };
    throw new SenderError("input", (say) => `${say("context", [line])} is not understood. Write NAME=value.`);
  });
  refuseRepeated(entries, "context");
  for (const { text: key } of entries) refuseOwnFact(key, own);
  return Object.fromEntries(entries.map(({ text: key, value }) => [key, value]));
}

/** What of a name a reader compares. */
function seenAs(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}
