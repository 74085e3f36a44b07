import { isProse } from "@secret-handoff/protocol/api";
import { numberedLines, refuseRepeated } from "../entries.ts";
import { parseAddress, type Recipient } from "../mail/addresses.ts";
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

/** One value for all recipients, others for some of them. */
export type PerRecipient<T> = {
  readonly everyone?: T | undefined;
  /** By address. */
  readonly each: ReadonlyMap<string, T>;
};

/**
 * One value for all recipients, and `ana@vendor.example=value` for one of them, one a line.
 * @param read undefined for what is no such value
 * @param what for the sentence, "a time zone, like Europe/Madrid"
 * @throws SenderError `input`, naming the line
 */
export function parsePerRecipient<T>(
  text: string,
  input: "language" | "time-zone",
  read: (text: string) => T | undefined,
  what: string,
): PerRecipient<T> {
  let everyone: T | undefined;
  const each = new Map<string, T>();
  for (const { text: whole, line } of numberedLines(text)) {
    const [, given, value = ""] = /^(?:(.+@.+?)\s*=\s*)?(\S+)$/.exec(whole) ?? [];
    const address = given === undefined ? undefined : parseAddress(given);
    const parsed = read(value);
    const repeated = address === undefined ? everyone !== undefined : each.has(address);
    if (parsed === undefined || repeated || (given !== undefined && address === undefined)) {
      throw new SenderError(
        "input",
        (say) =>
          `${say(input, [line])} is not ${what}. Write one for all recipients, and ADDRESS=VALUE for each who needs another.`,
      );
    }
    if (address === undefined) everyone = parsed;
    else each.set(address, parsed);
  }
  return { everyone, each };
}

/** A language or a time zone for somebody who gets nothing is a slip of the pen. @throws SenderError `input` */
export function checkAddressees(
  input: "language" | "time-zone",
  { each }: PerRecipient<unknown>,
  recipients: readonly Recipient[],
): void {
  const addresses = recipients.map((recipient) => recipient.address);
  const unknown = [...each.keys()].findIndex((address) => !addresses.includes(address));
  if (unknown === -1 || recipients.length === 0) return;
  throw new SenderError(
    "input",
    (say) => `Address ${unknown + 1} of ${say(input)} is not among the recipients. Correct it, or drop it.`,
  );
}

/** What the sentences call a language and a time zone. */
export const A_LANGUAGE = "a language that the mail is written in, like de or pt-BR";
export const A_TIME_ZONE = "a time zone, like Europe/Madrid";

/** A zone of the IANA database, as this runtime knows it. */
export function timeZoneOf(text: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
