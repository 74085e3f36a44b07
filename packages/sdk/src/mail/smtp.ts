import { Readable } from "node:stream";
import { isLoopback } from "@secret-handoff/protocol";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Deadline } from "../runtime/deadline.ts";
import { adaptivePace } from "../runtime/pace.ts";
import { retry } from "../runtime/retry.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { type Email, linkKeysIn, type MailTransport, mimeOf } from "./email.ts";
import { isRefusal, isTransientFailure, type SmtpPhase, smtpFailure } from "./smtp-errors.ts";
import type { SmtpLogin } from "./smtp-login.ts";
import { answered, smtpPool } from "./smtp-pool.ts";
import { accessTokens, type TokenPorts } from "./smtp-token.ts";

/** Where mail is handed in. */
export type SmtpServer = {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte on (RFC 8314), by STARTTLS, which must be offered, or none: see {@link tlsOf}. */
  readonly tls: "implicit" | "starttls" | "none";
  readonly login?: SmtpLogin | undefined;
  /** What this machine calls itself (EHLO): a name that the server can look up. @default the host's name */
  readonly name?: string | undefined;
};

/** The number of a port; undefined where the text is none. */
export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** The usual TLS of a port: 465 speaks it from the start, any other by STARTTLS, and on loopback there is none. */
export function tlsOf({ host, port }: Pick<SmtpServer, "host" | "port">): SmtpServer["tls"] {
  if (port === 465) return "implicit";
  return isLoopback(host) || host === "::1" ? "none" : "starttls";
}

/** Errors that every other mail would meet as well. */
const FATAL = ["mail_login", "mail_quota", "mail_tls"] as const;

/** After network errors. While a server answers that it is not ready yet, it is asked until the deadline. */
const ATTEMPTS = 4;

/**
 * Mail over SMTP by nodemailer. TLS is required off loopback, and certificates are checked.
 * @param ports for a login with an access token
 */
export function smtpTransport(server: SmtpServer, runtime: Runtime, ports: TokenPorts = {}): MailTransport {
  const { login } = server;
  const tokens = login && "token" in login ? accessTokens(login.token, runtime, ports) : undefined;
  const pool = smtpPool(server, tokens, isTransientFailure, runtime);
  const pace = adaptivePace(runtime, FATAL);
  let underWay = 0;

  /** One attempt over one connection. @param email the mail, where there is one */
  async function attempt(
    deadline: Deadline,
    email: Email | undefined,
    work: (connection: SMTPConnection, onMessage: () => void) => Promise<void>,
  ): Promise<void> {
    let phase: SmtpPhase = "connecting";
    let usable = false;
    const taking = pool.take(deadline);
    try {
      const connection = await untilHardDeadline(taking, deadline);
      pace.throwIfClosed();
      phase = "envelope";
      const onMessage = () => {
        phase = "message";
      };
      await untilHardDeadline(work(connection, onMessage), deadline);
      usable = true;
    } catch (error) {
      const connection = phase === "connecting" ? undefined : await taking;
      usable = connection !== undefined && (await isUsableAfter(error, connection, deadline));
      throw smtpFailure(error, {
        ...{ server, deadline, phase, to: email?.to, tokens: tokens?.sent() ?? [] },
        linkKeys: email ? linkKeysIn(email) : [],
      });
    } finally {
      taking.then((connection) => pool.giveBack(connection, usable)).catch(() => undefined);
    }
  }

  async function counted<T>(work: () => Promise<T>): Promise<T> {
    underWay += 1;
    try {
      return await work();
    } finally {
      underWay -= 1;
      if (underWay === 0) pool.closeIdle();
    }
  }

  return {
    send: (email, deadline, yieldSlot) =>
      counted(async () => {
        const message = await mimeOf(email);
        const send = (connection: SMTPConnection, onMessage: () => void) => {
          const body = Readable.from([message]).once("end", onMessage);
          // A new one for each attempt: nodemailer keeps in it what the server said.
          const envelope = { from: email.from.address, to: [email.to] };
          return answered(connection, (done) => connection.send(envelope, body, done));
        };
        const options = { pace, yieldSlot, attempts: ATTEMPTS };
        await retry(() => attempt(deadline, email, send), deadline, runtime, options);
        return `<${email.messageId}>`;
      }),
    check: (_, deadline) =>
      counted(async () => {
        const options = { pace, attempts: ATTEMPTS };
        await retry(() => attempt(deadline, undefined, async () => {}), deadline, runtime, options);
        return [];
      }),
  };
}

/** True where the server refused one recipient and is ready for the next mail. */
async function isUsableAfter(
  error: unknown,
  connection: SMTPConnection,
  { hard }: Deadline,
): Promise<boolean> {
  if (hard.aborted || !isRefusal(error)) return false;
  return answered(connection, (done) => connection.reset(done)).then(
    () => true,
    () => false,
  );
}

/** nodemailer takes no signal: what is under way is left behind when the hard deadline has passed. */
function untilHardDeadline<T>(work: Promise<T>, { hard }: Deadline): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(hard.reason);
    if (hard.aborted) giveUp();
    hard.addEventListener("abort", giveUp, { once: true });
    work.then(resolve, reject).finally(() => hard.removeEventListener("abort", giveUp));
  });
}
