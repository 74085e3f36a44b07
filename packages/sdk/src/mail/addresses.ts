import { isLoopback, normaliseEmail, ProtocolError } from "@secret-handoff/protocol";
import { isProse } from "@secret-handoff/protocol/api";
import { SenderError } from "../sender-error.ts";

/** Who a mail is from: `Acme Security <handoff@acme.example>` taken apart. */
export type Mailbox = { readonly name?: string; readonly address: string };

/** Who a secret is handed over to. */
export type Recipient = {
  /** Normalised. */
  readonly address: string;
  /**
   * The recipient's own key, to which the link in the mail is encrypted: an age recipient (`age1…`), an SSH public key, `github:LOGIN`,
   * `openpgp:FILE`, or an armoured OpenPGP certificate. It is looked at when the delivery begins.
   */
  readonly key?: string;
};

/** Valid recipients in the order given, and one error for each line that is none. */
export type RecipientList = {
  readonly recipients: readonly Recipient[];
  readonly errors: readonly SenderError[];
};

/** RFC 5321, section 4.5.3.1.3: a path has at most 256 characters, two of them angle brackets. */
const LONGEST_ADDRESS = 254;

/** What may stand behind an address. A plugin's or a broken key is refused later, for its recipient alone. */
const KEY = /^(?:age1\S+|github:\S+|openpgp:\S.*|(?:ssh-|ecdsa-|sk-)\S+[ \t]+\S+(?:[ \t].*)?)$/;
/** Private halves; PEM's first line is all of a key that a line can hold. */
const PRIVATE_KEY = /AGE-SECRET-KEY-|-----BEGIN [A-Z ]*PRIVATE KEY/i;

/**
 * Reads one recipient a line: an address, and a key behind it where they have one. An error names a line by its number, never by its text.
 * @param input where the text is from, for the sentences
 */
export function parseRecipients(
  text: string,
  input: "recipients" | "recipients-file" = "recipients",
): RecipientList {
  const recipients: Recipient[] = [];
  const errors: SenderError[] = [];
  const firstLine = new Map<string, number>();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    if (raw.trim() === "") continue;
    const [, written = "", key = ""] = /^\s*(\S+)\s*(.*?)\s*$/u.exec(raw) ?? [];
    const address = parseAddress(written);
    const earlier = address === undefined ? undefined : firstLine.get(address);
    if (PRIVATE_KEY.test(raw)) {
      errors.push(
        new SenderError(
          "recipient",
          (say) =>
            `${say(input, [line])} holds a private key. Whoever has seen it can read what was encrypted to it: the recipient needs a new one, and gives you its public half.`,
        ),
      );
    } else if (address !== undefined && key !== "" && !KEY.test(key)) {
      errors.push(
        new SenderError(
          "recipient",
          (say) =>
            `${say(input, [line])} has no key behind the address. Write nothing there, or an age1… recipient, an SSH public key, github:LOGIN or openpgp:FILE.`,
        ),
      );
    } else if (address === undefined) {
      errors.push(
        new SenderError(
          "recipient",
          (say) =>
            `${say(input, [line])} is not an e-mail address. Write the address alone, like ana@vendor.example, without a name.`,
        ),
      );
    } else if (earlier !== undefined) {
      errors.push(
        new SenderError(
          "recipient",
          (say) => `${say(input, [earlier, line])} are the same. Name each recipient once.`,
        ),
      );
    } else {
      firstLine.set(address, line);
      recipients.push(key === "" ? { address } : { address, key });
    }
  }
  if (recipients.length === 0 && errors.length === 0) {
    errors.push(
      new SenderError("recipient", (say) => `${say(input)} names nobody. Write at least one e-mail address.`),
    );
  }
  return { recipients, errors };
}

/**
 * Reads a file of recipients: the same with comments, which begin with `#`, and with names: `Ana Kowalska <ana@vendor.example>`.
 * @returns none, and no error, where the file names nobody
 */
export function parseRecipientsFile(text: string): RecipientList {
  const lines = text.split(/\r?\n/).map((line) => {
    const [, address, key = ""] = /^[^<>]*<([^<>]*)>(|\s.*)$/.exec(line) ?? [];
    return (address === undefined ? line : `${address}${key}`).replace(/(^|\s)#.*$/, "");
  });
  if (lines.every((line) => line.trim() === "")) return { recipients: [], errors: [] };
  return parseRecipients(lines.join("\n"), "recipients-file");
}

/**
 * Those that were named one by one, and those of a file.
 * @throws SenderError `recipient` where one is in both
 */
export function allRecipients(
  recipients: readonly Recipient[],
  inFile: readonly Recipient[],
): readonly Recipient[] {
  const twice = inFile.findIndex(({ address }) => recipients.some((one) => one.address === address));
  if (twice === -1) return [...recipients, ...inFile];
  throw new SenderError(
    "recipient",
    (say) =>
      `Recipient ${twice + 1} of ${say("recipients-file")} is in ${say("recipients")} as well. Name each recipient once.`,
  );
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
 * @throws SenderError `mail_address`
 */
export function parseMailbox(text: string): Mailbox {
  const whole = text.trim();
  const opening = whole.endsWith(">") ? whole.lastIndexOf("<") : -1;
  const address = parseAddress(opening === -1 ? whole : whole.slice(opening + 1, -1));
  const before = opening === -1 ? "" : whole.slice(0, opening).trim();
  const isQuoted = before.length > 1 && before.startsWith('"') && before.endsWith('"');
  const name = (isQuoted ? before.slice(1, -1) : before).trim();
  const isPlain = !(isQuoted ? /"/ : /["<>]/).test(name);
  if (address === undefined || !isPlain || (name !== "" && !isProse(name, name.length))) {
    throw new SenderError(
      "mail_address",
      (say) =>
        `${say("from")} is not an e-mail address. Write handoff@example.com or Example Security <handoff@example.com>.`,
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
