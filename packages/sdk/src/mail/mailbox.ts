import { isLoopback } from "@secret-handoff/protocol";
import { SenderError } from "../sender-error.ts";
import type { Mailbox } from "./mail.ts";
import { addressOf } from "./recipients.ts";

/**
 * Reads `address` or `Name <address>`.
 * @param input the input's name, for the sentence
 * @throws SenderError `mail_address`
 */
export function parseMailbox(text: string, input: string): Mailbox {
  const match = /^\s*(?:"([^"]*)"|([^"<>]*?))\s*<([^<>]*)>\s*$/.exec(text);
  const address = addressOf(match?.[3] ?? text);
  const name = (match?.[1] ?? match?.[2] ?? "").trim();
  if (address === undefined || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
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
