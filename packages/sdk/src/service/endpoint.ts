import { isLoopback } from "@secret-handoff/protocol";
import { SenderError } from "../sender-error.ts";

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
