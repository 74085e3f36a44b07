import { HEADER_BUCKETS, type Header } from "@secret-handoff/protocol";
import { SenderError } from "../sender-error.ts";

/** Bytes of a header's JSON that the largest bucket holds. */
const LONGEST = (HEADER_BUCKETS.at(-1) ?? 0) - 4;
/** What the recipient's address hint may add: a letter, three bullets, a domain. */
const HINT_BYTES = 300;

/**
 * Refuses a description that no header holds, before anything is created.
 * @throws SenderError `description`
 */
export function checkDescription(header: Omit<Header, "emailHint">): void {
  const size = Buffer.byteLength(JSON.stringify({ v: 1, ...header }), "utf8") + HINT_BYTES;
  if (size <= LONGEST) return;
  throw new SenderError(
    "description",
    `title, message, reason and context are ${size - LONGEST} bytes too long together. Shorten them.`,
  );
}
