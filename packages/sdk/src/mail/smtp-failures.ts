import { emailHintOf } from "@secret-handoff/protocol";
import type { Deadline } from "../runtime/deadline.ts";
import { TransientError } from "../runtime/retry.ts";
import { SenderError } from "../sender-error.ts";
import type { SmtpServer } from "./smtp-server.ts";

/** What nodemailer tells of a failure (its errors.d.ts). */
type SmtpError = {
  readonly code?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
  readonly command?: unknown;
};

/**
 * The sentence for a failure of nodemailer, wrapped in {@link TransientError} where it can pass later (RFC 5321, section 4.2.1:
 * 4yz is transient).
 * @param to the recipient, where the failure is about one mail
 */
export function smtpFailure(error: unknown, server: SmtpServer, { hard }: Deadline, to?: string): Error {
  if (hard.aborted && hard.reason instanceof SenderError) return hard.reason;
  const { code, responseCode, response } = isSmtpError(error) ? error : {};
  const where = `${server.host}:${server.port}`;
  const status = typeof responseCode === "number" ? responseCode : undefined;
  const passing = status !== undefined && status >= 400 && status < 500;
  const wrap = (final: SenderError) => (passing ? new TransientError(final) : final);
  if (code === "ETLS" && status !== undefined) {
    return new SenderError(
      "mail_tls",
      `${where} offers no TLS, and mail with a link is not sent in the clear. Set smtp-port to 465, or use a server that offers STARTTLS.`,
    );
  }
  if (code === "ETLS" || isTlsError(error)) {
    return new SenderError(
      "mail_tls",
      `TLS with ${where} could not be set up. Check smtp-port (465, or one with STARTTLS), the host name and the server's certificate.`,
      { cause: error },
    );
  }
  if (code === "EAUTH" || code === "ENOAUTH") {
    return wrap(
      new SenderError(
        "mail_login",
        `${where} does not accept the login${said(response, to)}. Check smtp-user and smtp-password.`,
      ),
    );
  }
  if (status !== undefined) {
    const what = to === undefined ? "the connection" : "the mail";
    return wrap(
      new SenderError(
        "mail_refused",
        `${where} refused ${what}${said(response, to)}. ${passing ? "Try again later." : "Check the address, and whether the server may send from this sender."}`,
      ),
    );
  }
  return new TransientError(
    new SenderError(
      "mail_unreachable",
      `${where} cannot be reached${typeof code === "string" ? ` (${code})` : ""}. Check smtp-host and smtp-port, and that the runner may connect to it.`,
      { cause: error },
    ),
  );
}

/** The server's own words as one line, without the recipient's address and without anything that could be a link. */
function said(response: unknown, to: string | undefined): string {
  if (typeof response !== "string") return "";
  const line = response
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(/\S*:\/\/\S*/g, "[link]")
    .trim();
  const hidden = to === undefined ? line : line.split(to).join(emailHintOf(to));
  const short = hidden.slice(0, 200).replace(/[.\s]+$/, "");
  return short === "" ? "" : ` (${short})`;
}

function isTlsError(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const text = `${"message" in error ? error.message : ""} ${"code" in error ? error.code : ""}`;
  return /certificate|wrong version number|SSL routines|CERT_|SELF_SIGNED/i.test(text);
}

function isSmtpError(error: unknown): error is SmtpError {
  return typeof error === "object" && error !== null;
}
