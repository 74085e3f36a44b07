import { isLoopback, normaliseEmail, ProtocolError } from "@secret-handoff/protocol";
import { SenderError } from "../sender-error.ts";

/** Who a mail is from: `Acme Security <handoff@acme.example>` taken apart. */
export type Mailbox = { readonly name?: string; readonly address: string };

/** Valid addresses in the order given, and one error for each line that is none. */
export type RecipientList = {
  readonly recipients: readonly string[];
  readonly errors: readonly SenderError[];
};

/** RFC 5321, section 4.5.3.1.3: a path has at most 256 characters, two of them angle brackets. */
const LONGEST_ADDRESS = 254;

/** Reads one address a line. An error names a line by its number, never by its text. */
export function parseRecipients(text: string, input = "recipients"): RecipientList {
  const recipients: string[] = [];
  const errors: SenderError[] = [];
  const firstLine = new Map<string, number>();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    if (raw.trim() === "") continue;
    const address = parseAddress(raw);
    const earlier = address === undefined ? undefined : firstLine.get(address);
    if (address === undefined) {
      errors.push(
        new SenderError(
          "recipient",
          `Line ${line} of ${input} is not an e-mail address. Write one address a line, like ana@vendor.example, without a name.`,
        ),
      );
    } else if (earlier !== undefined) {
      errors.push(
        new SenderError(
          "recipient",
          `Line ${line} of ${input} repeats line ${earlier}. Name each recipient once.`,
        ),
      );
    } else {
      firstLine.set(address, line);
      recipients.push(address);
    }
  }
  if (recipients.length === 0 && errors.length === 0) {
    errors.push(new SenderError("recipient", `${input} names nobody. Write one e-mail address a line.`));
  }
  return { recipients, errors };
}

/** The normalised address, or undefined when the text is none that mail can be sent to. */
export function parseAddress(text: string): string | undefined {
  let address: string;
  try {
    address = normaliseEmail(text);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
  const plain = /^[^\s<>()[\]\\,;:"@]+@(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(address);
  return plain && address.length <= LONGEST_ADDRESS ? address : undefined;
}

/**
 * Reads `address` or `Name <address>`.
 * @param input the input's name, for the sentence
 * @throws SenderError `mail_address`
 */
export function parseMailbox(text: string, input: string): Mailbox {
  const match = /^\s*(?:"([^"]*)"|([^"<>]*?))\s*<([^<>]*)>\s*$/.exec(text);
  const address = parseAddress(match?.[3] ?? text);
  const name = (match?.[1] ?? match?.[2] ?? "").trim();
  if (address === undefined || /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(name)) {
    throw new SenderError(
      "mail_address",
      `${input} is not an e-mail address. Write handoff@example.com or Example Security <handoff@example.com>.`,
    );
  }
  return name === "" ? { address } : { name, address };
}

/**
 * Who the mail is from where nobody says so: `handoff@` and the service's host, or `handoff@localhost` where that host is an
 * address of a network.
 * @param origin the service's
 */
export function defaultMailbox(origin: string): Mailbox {
  const { hostname } = new URL(origin);
  const unnamed = isLoopback(hostname) || /^[\d.]+$|^\[/.test(hostname);
  return { address: `handoff@${unnamed ? "localhost" : hostname}` };
}
