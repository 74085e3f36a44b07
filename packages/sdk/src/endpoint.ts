import { SenderError } from "./sender-error.ts";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** True for a host name that stays on this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || host === "::1";
}

/**
 * The exact origin of the service, without a trailing slash: also the audience of its tokens.
 * @param text https://host, with at most a trailing slash (http on loopback only)
 * @throws SenderError `endpoint`
 */
export function parseEndpoint(text: string): string {
  const refuse = () =>
    new SenderError(
      "endpoint",
      "endpoint is not the service's address. Write https:// and a host name, without a path: https://handoff.example.com",
    );
  if (!URL.canParse(text)) throw refuse();
  const url = new URL(text);
  const bare =
    url.pathname === "/" && url.search === "" && url.hash === "" && url.username + url.password === "";
  const safe = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  if (!bare || !safe || /[?#@]/.test(text)) throw refuse();
  return url.origin;
}
