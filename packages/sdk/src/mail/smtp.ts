import type { Lifetime } from "../runtime/lifetime.ts";
import { retry } from "../runtime/retry.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { type Letter, MAIL_HEADERS, type MailTransport } from "./mail.ts";
import { smtpFailure } from "./smtp-failures.ts";
import { type SmtpServer, tlsOf } from "./smtp-server.ts";

const CONNECT_MS = 10_000;
const SILENCE_MS = 30_000;

/** Mail over SMTP by nodemailer. TLS is required off loopback, and certificates are checked. */
export function smtpTransport(server: SmtpServer, runtime: Runtime): MailTransport {
  const connection = openLazily(server);
  return {
    send: (letter, lifetime) =>
      retry(
        async () => {
          const transport = await connection();
          try {
            const sent = await untilOver(transport.sendMail(messageOf(letter)), lifetime);
            return sent.messageId;
          } catch (error) {
            throw smtpFailure(error, server, lifetime, letter.to);
          }
        },
        lifetime,
        runtime,
      ),
    check: (_, lifetime) =>
      retry(
        async () => {
          const transport = await connection();
          try {
            await untilOver(transport.verify(), lifetime);
          } catch (error) {
            throw smtpFailure(error, server, lifetime);
          }
          return [];
        },
        lifetime,
        runtime,
      ),
  };
}

/** nodemailer is loaded with the first mail: a step that fails earlier never needs it. */
function openLazily(server: SmtpServer) {
  const open = async () => {
    const { openSmtp } = await import("./smtp-api.ts");
    const tls = tlsOf(server);
    return openSmtp({
      host: server.host,
      port: server.port,
      secure: tls === "implicit",
      requireTLS: tls === "starttls",
      ignoreTLS: tls === "none",
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      dnsTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      ...(server.login
        ? { forceAuth: true, auth: { user: server.login.user, pass: server.login.password.reveal() } }
        : {}),
    });
  };
  let transport: ReturnType<typeof open> | undefined;
  return () => {
    transport ??= open();
    return transport;
  };
}

function messageOf({ from, to, replyTo, subject, text, html, messageId }: Letter) {
  return {
    from: { name: from.name ?? "", address: from.address },
    to: { name: "", address: to },
    ...(replyTo === undefined ? {} : { replyTo: { name: "", address: replyTo } }),
    subject,
    text,
    html,
    messageId: `<${messageId}>`,
    headers: MAIL_HEADERS,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** nodemailer takes no signal: what is under way is left behind when the lifetime is over. */
function untilOver<T>(work: Promise<T>, { over }: Lifetime): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(over.reason);
    if (over.aborted) giveUp();
    over.addEventListener("abort", giveUp, { once: true });
    work.then(resolve, reject).finally(() => over.removeEventListener("abort", giveUp));
  });
}
