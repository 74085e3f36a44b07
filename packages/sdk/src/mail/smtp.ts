import type { Deadline } from "../runtime/deadline.ts";
import { retry } from "../runtime/retry.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { type Email, MAIL_HEADERS, type MailTransport } from "./email.ts";
import { smtpFailure } from "./smtp-failures.ts";
import { type SmtpServer, tlsOf } from "./smtp-server.ts";

const CONNECT_MS = 10_000;
const SILENCE_MS = 30_000;

/** Mail over SMTP by nodemailer. TLS is required off loopback, and certificates are checked. */
export function smtpTransport(server: SmtpServer, runtime: Runtime): MailTransport {
  const connection = openLazily(server);
  return {
    send: (email, deadline) =>
      retry(
        async () => {
          const transport = await connection();
          try {
            const sent = await untilOver(transport.sendMail(messageOf(email)), deadline);
            return sent.messageId;
          } catch (error) {
            throw smtpFailure(error, server, deadline, email.to);
          }
        },
        deadline,
        runtime,
      ),
    check: (_, deadline) =>
      retry(
        async () => {
          const transport = await connection();
          try {
            await untilOver(transport.verify(), deadline);
          } catch (error) {
            throw smtpFailure(error, server, deadline);
          }
          return [];
        },
        deadline,
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

function messageOf({ from, to, replyTo, subject, text, html, messageId }: Email) {
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

/** nodemailer takes no signal: what is under way is left behind when the hard deadline has passed. */
function untilOver<T>(work: Promise<T>, { hard }: Deadline): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(hard.reason);
    if (hard.aborted) giveUp();
    hard.addEventListener("abort", giveUp, { once: true });
    work.then(resolve, reject).finally(() => hard.removeEventListener("abort", giveUp));
  });
}
