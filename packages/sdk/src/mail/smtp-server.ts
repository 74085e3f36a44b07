import { isLoopback } from "@secret-handoff/protocol";
import type { Concealed } from "../concealed.ts";

/** Where mail is handed in. */
export type SmtpServer = {
  readonly host: string;
  readonly port: number;
  readonly login?: { readonly user: string; readonly password: Concealed<string> };
};

/** Port 465 speaks TLS from the first byte (RFC 8314); any other must offer STARTTLS, except on loopback. */
export function tlsOf({ host, port }: SmtpServer): "implicit" | "starttls" | "none" {
  if (port === 465) return "implicit";
  return isLoopback(host) || host === "::1" ? "none" : "starttls";
}
