import { isProse } from "@secret-handoff/protocol/api";
import { linesIn, refuseRepeated } from "../entries.ts";
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
 * @param name of the input, for the sentence
 * @param own names that the delivery states itself
 * @throws SenderError `input` or `description`
 */
export function parseContext(
  text: string,
  name: string,
  own: readonly string[],
): Readonly<Record<string, string>> {
  const entries = linesIn(text).map((line, index) => {
    const [, key = "", value = ""] = /^([^=]{1,60}?)\s*=\s*(.{1,500})$/u.exec(line) ?? [];
    if (key !== "" && isProse(line, line.length)) return [key, value] as const;
    throw new SenderError(
      "input",
      `Entry ${index + 1} of ${name} is not understood. Write NAME=value, one a line.`,
    );
  });
  const names = entries.map(([key]) => key);
  refuseRepeated(names, name);
  for (const key of names) refuseOwnFact(key, own);
  return Object.fromEntries(entries);
}

/** What of a name a reader compares. */
function seenAs(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}
