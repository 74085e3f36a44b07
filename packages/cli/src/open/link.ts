import { isLoopback, type LinkParts, ProtocolError, recoverLink } from "@secret-handoff/protocol";
import type { DamagedScreen } from "@secret-handoff/protocol/recipient";
import { SenderError } from "@secret-handoff/sdk";
import type { Terminal } from "../terminal.ts";

export type ReadLink =
  | { readonly link: LinkParts; readonly origin: string }
  | { readonly link?: undefined; readonly why: DamagedScreen["why"] };

/** Lines that a wrapped link may take, and those of an encrypted one. */
const MOST_LINES = 40;
const MOST_BLOCK_LINES = 5_000;

/** The first line of an encrypted link, as a file, a mail or an answer to a mail has it. */
const BLOCK_BEGINS = /^[>|\s]*-----BEGIN (AGE ENCRYPTED FILE|PGP MESSAGE)-----\s*$/;

/**
 * Reads the link from a pipe, or asks for it without showing it. A link that was wrapped goes on in the next lines.
 * @param endpoint the service of a key alone
 * @param decrypt gives the text of an encrypted link, which is read from its first line to its last
 */
export async function readLink(
  terminal: Terminal,
  endpoint: string | undefined,
  decrypt: (block: string) => Promise<string>,
): Promise<ReadLink> {
  let text = "";
  let read: ReadLink = { why: "damaged" };
  for (let line = 1; line <= MOST_LINES; line += 1) {
    const next = await nextLine(terminal, line === 1);
    const [, kind] = BLOCK_BEGINS.exec(next ?? "") ?? [];
    if (kind !== undefined) return parse(await decrypt(await readBlock(terminal, kind)), endpoint);
    if (next === undefined || (next.trim() === "" && line > 1)) break;
    text += `${next}\n`;
    read = parse(text, endpoint);
    if (read.link) return read;
    // What is no part of a link is not continued: somebody typed something else.
    if (text.trim() !== "" && read.why === "no_key" && terminal.inIsTerminal) return read;
    if (text.trim() === "" && terminal.inIsTerminal) break;
  }
  if (text.trim() === "") {
    throw new SenderError("input", "There was no link. Paste it when you are asked, or pipe it in.");
  }
  return read;
}

async function nextLine(terminal: Terminal, first: boolean): Promise<string | undefined> {
  const piped = await terminal.pipedLine();
  if (piped !== undefined || !terminal.inIsTerminal) return piped;
  return terminal.ask(first ? "Paste the link (it is not shown): " : "", { hidden: true, more: !first });
}

/** @param kind what it is, as its first line says */
async function readBlock(terminal: Terminal, kind: string): Promise<string> {
  const lines = [`-----BEGIN ${kind}-----`];
  const last = `-----END ${kind}-----`;
  while (lines.at(-1) !== last) {
    const next = await nextLine(terminal, false);
    if (next === undefined || lines.length === MOST_BLOCK_LINES) {
      throw new SenderError("input", "The encrypted block is cut. Give it from its first line to its last.");
    }
    lines.push(next.replace(/^[>|\s]+|\s+$/g, ""));
  }
  return `${lines.join("\n")}\n`;
}

function parse(text: string, endpoint: string | undefined): ReadLink {
  const bare = /^#?[\w-]{46}$/.test(text.trim());
  try {
    const { origin = endpoint, ...link } = recoverLink(bare ? `/h#${text.trim().replace(/^#/, "")}` : text);
    if (origin === undefined) {
      throw new SenderError(
        "endpoint",
        "This is only the part of a link after #. Paste the whole link, or name the service with --endpoint.",
      );
    }
    if (endpoint !== undefined && origin !== endpoint) return { why: "elsewhere" };
    // Over plain HTTP everybody on the way could read along.
    const { protocol, hostname } = new URL(origin);
    if (protocol !== "https:" && !isLoopback(hostname)) return { why: "damaged" };
    return { link, origin };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (error.code === "version" || error.code === "flags") return { why: "version" };
    return { why: error.code === "link" ? "no_key" : "damaged" };
  }
}
