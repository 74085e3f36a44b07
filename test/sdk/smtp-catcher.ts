import type { AddressInfo, Socket } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export type SmtpCatcher = {
  readonly port: number;
  /** Raw messages as they were accepted. */
  readonly messages: readonly string[];
  close: () => Promise<void>;
};

/** An error as SMTP says it. */
export function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

/** A mail server on loopback that keeps what it accepts. @param onSocket told each connection before the greeting */
export async function startSmtpCatcher(
  options: SMTPServerOptions = {},
  onSocket: (socket: Socket) => void = () => {},
): Promise<SmtpCatcher> {
  const messages: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    closeTimeout: 10,
    onData: (stream, _, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        messages.push(Buffer.concat(chunks).toString("utf8"));
        done();
      });
    },
    ...options,
  });
  // A client that refuses the certificate is an error of the server's too.
  server.on("error", () => undefined);
  server.server.on("connection", onSocket);
  const listening = await new Promise<SMTPServer["server"]>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server.server));
  });
  return {
    port: (listening.address() as AddressInfo).port,
    messages,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
