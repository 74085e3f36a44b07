import { type Concealed, redact, withoutSent } from "../redact.ts";
import type { Deadline } from "../runtime/deadline.ts";
import { type NetworkFault, networkFault } from "../runtime/network.ts";
import { TransientError } from "../runtime/retry.ts";
import { SenderError } from "../sender-error.ts";
import type { NameSetting } from "../settings.ts";
import type { SmtpServer } from "./smtp.ts";
import { loginTexts } from "./smtp-login.ts";
import { type TokenRefusal, whyRefused } from "./xoauth2.ts";

/** How far a mail had come: once its text was on the way, a server that says nothing more may have taken it. */
export type SmtpPhase = "connecting" | "envelope" | "message";

type Failure = {
  readonly server: SmtpServer;
  readonly deadline: Deadline;
  readonly phase: SmtpPhase;
  /** The recipient, where the failure is about one mail. */
  readonly to: string | undefined;
  /** Access tokens that the server may have been sent. */
  readonly tokens: readonly Concealed<string>[];
  /** The keys of the links that it was sent. */
  readonly linkKeys: readonly string[];
};

/** What nodemailer says of a failure (its errors.d.ts). */
type SmtpError = {
  readonly code?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  readonly command?: string | undefined;
  readonly timeoutType?: string | undefined;
};

/**
 * The sentence for a failure of nodemailer, wrapped in {@link TransientError} where a later attempt may succeed (RFC 5321, section 4.2.1: 4yz
 * is transient). Logins and sending too fast concern every mail; a recipient that is to come later (greylisting) concerns that one
 * alone.
 */
export function smtpFailure(error: unknown, failure: Failure): Error {
  const { hard } = failure.deadline;
  if (hard.aborted && hard.reason instanceof SenderError) return hard.reason;
  if (error instanceof SenderError) return error;
  const smtp = asSmtpError(error);
  return smtp.responseCode === undefined ? brokenOff(error, smtp, failure) : refused(smtp, failure);
}

/** True for a failure to connect or to log in that may not happen again. */
export function isTransientFailure(error: unknown): boolean {
  if (error instanceof SenderError) return false;
  const { responseCode } = asSmtpError(error);
  if (responseCode !== undefined) return isLater(responseCode);
  return networkFault(error)?.tls !== true;
}

/** True where the server answered, and did not say goodbye (421). */
export function isRefusal(error: unknown): boolean {
  const { responseCode } = asSmtpError(error);
  return responseCode !== undefined && responseCode !== 421;
}

/** The server answered, and not with yes. */
function refused(smtp: SmtpError, { server, phase, to, tokens, linkKeys }: Failure): Error {
  const { code, responseCode = 0, response = "", command = "" } = smtp;
  const where = placeOf(server);
  const words = quoted(response, server, { to, tokens, linkKeys });
  if (code === "ETLS") {
    const final = new SenderError(
      "mail_tls",
      (say) =>
        `${where} offers no TLS${words}, and mail with a link is not sent in the clear. Set ${say("smtp-tls", "implicit")} where that port speaks TLS from the start, or use a server that offers STARTTLS.`,
    );
    return isLater(responseCode) ? new TransientError(final, { kind: "busy" }) : final;
  }
  if (USED_UP.test(response)) {
    return new SenderError(
      "mail_quota",
      `${where} has sent what this sender may send in a day${words}. Run again later, or ask for a higher limit.`,
    );
  }
  if (code === "EAUTH") return login(where, words, responseCode, response);
  if (isLater(responseCode) || TOO_FAST.test(response)) {
    const alone = command === "RCPT TO" && responseCode !== 421;
    return new TransientError(
      new SenderError(
        "mail_refused",
        `${where} does not take ${whatOf(phase)} now${words}. Try again later.`,
      ),
      { kind: TOO_FAST.test(response) ? "throttled" : alone ? "deferred" : "busy" },
    );
  }
  return new SenderError(
    "mail_refused",
    `${where} refused ${whatOf(phase)}${words}. Check the address, and whether the server may send from this sender.`,
  );
}

/** A login that was wrong once is wrong for every mail, and too many of them lock an account. */
function login(where: string, words: string, responseCode: number, response: string): Error {
  if (isLater(responseCode) || TOO_FAST.test(response)) {
    return new TransientError(
      new SenderError("mail_login", `${where} takes no more logins now${words}. Try again later.`),
      { kind: "throttled" },
    );
  }
  // https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/deprecation-of-basic-authentication-exchange-online
  if (/basic authentication is disabled|\b5\.7\.139\b/i.test(response)) {
    return new SenderError(
      "mail_login",
      (say) =>
        `${where} takes no passwords${words}. Log in with an access token: set ${say("smtp-token-url")} and ${say("smtp-client-id")} in the place of ${say("smtp-password")}.`,
    );
  }
  return new SenderError(
    "mail_login",
    (say) =>
      `${where} does not accept the login${words}. Check ${say("smtp-user")} and ${say("smtp-password")}.`,
  );
}

/** A server that does not take the access token. */
export function tokenRefused(refusal: TokenRefusal, server: SmtpServer, nowSeconds: number): SenderError {
  const words = quoted(refusal.response, server, {
    to: undefined,
    tokens: [refusal.token],
    linkKeys: [],
  });
  return new SenderError(
    "mail_login",
    (say) =>
      `${placeOf(server)} does not accept the access token${words}: ${whyRefused(refusal, nowSeconds, say)}`,
  );
}

/** The connection could not be made, or ended without an answer. */
function brokenOff(error: unknown, smtp: SmtpError, { server, phase }: Failure): Error {
  const where = placeOf(server);
  if (phase === "message") {
    // RFC 1047: better the same mail twice than never. It keeps its Message-ID, by which servers and mail programs recognise it.
    return new TransientError(
      new SenderError(
        "mail_unknown",
        `${where} is given the mail and does not answer, again and again: whether it goes out is not known. Ask whoever runs the mail server.`,
      ),
    );
  }
  if (smtp.code === "EAUTH" || smtp.code === "ENOAUTH") {
    if (server.login && "token" in server.login) {
      return new SenderError(
        "mail_login",
        (say) =>
          `${where} offers no login with an access token (XOAUTH2). Use ${say("smtp-password")}, or a server or port that offers it, like 587.`,
      );
    }
    return new SenderError(
      "mail_login",
      (say) =>
        `${where} offers no login that ${say("smtp-user")} and ${say("smtp-password")} fit. Drop them, or use a port that takes logins, like 587.`,
    );
  }
  if (smtp.timeoutType === "GREETING_TIMEOUT") {
    return new TransientError(
      new SenderError(
        "mail_unreachable",
        (say) =>
          `${where} takes connections and does not greet. Set ${say("smtp-tls", "implicit")} where that port speaks TLS from the start; otherwise check ${say("smtp-host")} and ${say("smtp-port")}.`,
      ),
    );
  }
  const network = networkFault(error);
  if (network?.tls) return tlsFailed(where, network, server);
  const reason = network
    ? `: ${network.reason} (${network.code})`
    : smtp.code === undefined
      ? ""
      : ` (${smtp.code})`;
  return new TransientError(
    new SenderError(
      "mail_unreachable",
      (say) =>
        `${where} cannot be reached${reason}. ${(network?.advice ?? connectAdvice)(`${say("smtp-host")} and ${say("smtp-port")}`)}`,
      { cause: error },
    ),
  );
}

const connectAdvice = (address: string) => `Check ${address}, and that this machine may connect to it.`;

function tlsFailed(where: string, { code, reason, advice }: NetworkFault, { tls }: SmtpServer): SenderError {
  const remedy = (say: NameSetting) =>
    reason === "its answer is not TLS" && tls === "implicit"
      ? `Set ${say("smtp-tls", "starttls")}, or another ${say("smtp-port")}.`
      : advice(say("smtp-host"));
  return new SenderError(
    "mail_tls",
    (say) => `TLS with ${where} could not be set up: ${reason} (${code}). ${remedy(say)}`,
  );
}

/** A transient negative completion. */
function isLater(responseCode: number): boolean {
  return responseCode >= 400 && responseCode < 500;
}

/** Of a day, which no waiting within a step outlasts: SES 454, Gmail 550 5.4.5, Exchange Online 554 5.2.0 and others. */
const USED_UP =
  /\b(?:daily|24[- ]?hours?|per day|a day)\b.*\b(?:quota|limit|exceed)|\b(?:quota|limit|exceed)\w*\b.*\b(?:daily|24[- ]?hours?|per day|a day)\b/i;
/** What servers say of speed and numbers, whatever the command and the code: it concerns the next mail as well. */
const TOO_FAST =
  /\btoo (?:many|fast|much)\b|\brate\b.*\b(?:limit|exceed)|\bthrottl|\bconcurrent\b|\bslow(?: |-)?down\b|\bunusual rate\b|\bsending rate\b/i;

function whatOf(phase: SmtpPhase): string {
  return phase === "connecting" ? "the connection" : "the mail";
}

function placeOf({ host, port }: SmtpServer): string {
  return `${host}:${port}`;
}

/** The server's own words, without the recipient, and without the login and the link that some repeat. */
function quoted(
  response: string,
  { login: account }: SmtpServer,
  { to, tokens, linkKeys }: Pick<Failure, "to" | "tokens" | "linkKeys">,
): string {
  const user = account?.user ?? "";
  const password = account && "password" in account ? [{ password: account.password.reveal() }] : [];
  const proofs = [...password, ...tokens.map((token) => ({ token: token.reveal() }))];
  const sent = {
    secrets: proofs.map((proof) => ("token" in proof ? proof.token : proof.password)),
    responses: proofs.flatMap((proof) => loginTexts(user, proof)),
    names: [user],
  };
  const words = redact(withoutSent(response, sent, "[login]"), to, linkKeys);
  return words === "" ? "" : ` (${words})`;
}

function asSmtpError(error: unknown): SmtpError {
  return typeof error === "object" && error !== null ? error : {};
}
