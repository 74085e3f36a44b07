import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Deadline } from "../runtime/deadline.ts";
import { type Runtime, unixSeconds } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import type { SmtpServer } from "./smtp.ts";
import { tokenRefused } from "./smtp-errors.ts";
import type { AccessTokens } from "./smtp-token.ts";
import { xoauth2 } from "./xoauth2.ts";

/** Connections to one server at most. */
const MOST = 5;
/** Looking up the name, connecting, TLS and greeting together, ms: servers that hold back spam greet only after 10 to 30 s. */
const CONNECT_MS = 45_000;
const LOOK_UP_MS = 10_000;
const SILENCE_MS = 60_000;

/** A connection that is logged in, of one mail at a time. */
export type SmtpPool = {
  /**
   * @throws nodemailer's error of a connection or a login that failed, unless another connection can be waited for; the deadline's
   * reason when it ends the wait
   */
  readonly take: (deadline: Deadline) => Promise<SMTPConnection>;
  /** Gives it back for the next mail, or away where it is of no use any more. */
  readonly giveBack: (connection: SMTPConnection, usable: boolean) => void;
  /** Quits the connections that are not in use. */
  readonly closeIdle: () => void;
};

/**
 * Mails one after the other over few connections, each with one login: servers limit both. Connections are opened one at a time,
 * so that a wrong password is tried once. Where the server takes no more of them while some are open, those are what it takes.
 * Not nodemailer's pool: it sends a mail again whose connection broke, whether or not the server had taken it.
 * @param isTransient whether a failed connection may work later
 */
export function smtpPool(
  server: SmtpServer,
  tokens: AccessTokens | undefined,
  isTransient: (error: unknown) => boolean,
  runtime: Pick<Runtime, "now">,
): SmtpPool {
  const idle: SMTPConnection[] = [];
  const open = new Set<SMTPConnection>();
  let most = MOST;
  let opening = false;
  /** Why there can be no connection, now or later: a wrong password, a certificate. */
  let refusal: unknown;
  const changed: (() => void)[] = [];
  const notify = () => {
    for (const resume of changed.splice(0)) resume();
  };
  const change = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      changed.push(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  const drop = (connection: SMTPConnection) => {
    open.delete(connection);
    if (idle.includes(connection)) idle.splice(idle.indexOf(connection), 1);
    notify();
  };

  async function openOne(deadline: Deadline): Promise<SMTPConnection | undefined> {
    opening = true;
    try {
      const connection = await connect(server, tokens, deadline, runtime);
      open.add(connection);
      connection.on("error", () => drop(connection)).on("end", () => drop(connection));
      return connection;
    } catch (error) {
      if (!isTransient(error)) refusal = error;
      if (open.size === 0 || !isTransient(error)) throw error;
      most = open.size;
      return undefined;
    } finally {
      opening = false;
      notify();
    }
  }

  return {
    take: async (deadline) => {
      const signal = deadline.soft;
      for (;;) {
        signal.throwIfAborted();
        if (refusal !== undefined) throw refusal;
        const free = idle.pop();
        if (free) return free;
        const opened = !opening && open.size < most ? await openOne(deadline) : undefined;
        if (opened) return opened;
        if (idle.length === 0) await change(signal);
      }
    },
    giveBack: (connection, usable) => {
      if (usable && open.has(connection)) idle.push(connection);
      else {
        connection.close();
        open.delete(connection);
      }
      notify();
    },
    closeIdle: () => {
      for (const connection of idle.splice(0)) {
        open.delete(connection);
        connection.quit();
      }
    },
  };
}

/** Connects, with TLS as the server's settings say, and logs in. */
async function connect(
  server: SmtpServer,
  tokens: AccessTokens | undefined,
  deadline: Deadline,
  runtime: Pick<Runtime, "now">,
): Promise<SMTPConnection> {
  // Loaded with the first mail. Of nodemailer only what is used, so that a bundle leaves its other transports out.
  const { default: SMTPConnection } = await import("nodemailer/lib/smtp-connection");
  const { host, port, tls, login, name } = server;
  const oauth = login && tokens && xoauth2(login.user, tokens, deadline);
  const connection = new SMTPConnection({
    ...{ host, port },
    ...(name === undefined ? {} : { name }),
    ...(oauth ? { customAuth: { XOAUTH2: oauth.handler } } : {}),
    secure: tls === "implicit",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "none",
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: LOOK_UP_MS,
    socketTimeout: SILENCE_MS,
  });
  // An error that comes while nothing waits for it shows when the connection is used again.
  connection.on("error", () => undefined);
  try {
    await answered(connection, (done) => connection.connect(done));
    if (login) {
      const auth =
        "password" in login
          ? { user: login.user, pass: login.password.reveal() }
          : { user: login.user, method: "XOAUTH2" };
      await answered(connection, (done) => connection.login(auth, done));
    }
    return connection;
  } catch (error) {
    connection.close();
    const failure = oauth?.failure();
    if (failure === undefined) throw error;
    throw failure instanceof SenderError ? failure : tokenRefused(failure, server, unixSeconds(runtime));
  }
}

/** The result of one command. When a connection breaks, nodemailer emits an event and does not always call back. */
export function answered(
  connection: SMTPConnection,
  command: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null) => {
      connection.off("error", settle).off("end", ended);
      if (error) reject(error);
      else resolve();
    };
    // Where nodemailer itself has closed the connection, the result of the command follows right after the end.
    const ended = () =>
      setImmediate(() => settle(Object.assign(new Error("The connection ended."), { code: "ECONNECTION" })));
    connection.on("error", settle).on("end", ended);
    command(settle);
  });
}
