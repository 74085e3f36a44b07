import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import type { Inbox } from "./inbox.ts";

export type SmtpOptions = {
  /** The only login that is taken; without it anybody may hand in mail. */
  readonly login?: { readonly user: string; readonly password: string };
};

/** A mail server that takes mail for everybody, but for what tests have it refuse. */
export type SmtpCatcher = {
  /** `smtp://127.0.0.1:port` */
  readonly url: string;
  readonly port: number;
  /** Refuses an address for good. @param reply code and text, such as 550 */
  readonly refuse: (address: string, code?: number, text?: string) => void;
  /** Refuses an address for now (451), `times` times. */
  readonly greylist: (address: string, times?: number) => void;
  /** Takes the next `times` mails and drops the connection before saying so: the sender cannot know. */
  readonly dropAfterAccepting: (times?: number) => void;
  readonly close: () => Promise<void>;
};

/** SMTP on loopback, without TLS. Accepted mail goes to the inbox. */
export async function startSmtpCatcher(inbox: Inbox, { login }: SmtpOptions = {}): Promise<SmtpCatcher> {
  const refused = new Map<string, SmtpRefusal>();
  const greylisted = new Map<string, number>();
  let drops = 0;

  const refusalOf = (address: string): SmtpRefusal | undefined => {
    const left = greylisted.get(address) ?? 0;
    if (left > 0) {
      greylisted.set(address, left - 1);
      return new SmtpRefusal(451, "4.7.1 Greylisted, try again later");
    }
    return refused.get(address);
  };

  const server = new SMTPServer({
    banner: "local stack",
    logger: false,
    hideSTARTTLS: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    ...(login
      ? { authMethods: ["PLAIN", "LOGIN"], allowInsecureAuth: true }
      : { authOptional: true, disabledCommands: ["AUTH", "STARTTLS"] }),
    onAuth: ({ username, password }, _session, callback) => {
      if (login && username === login.user && password === login.password) callback(null, { user: username });
      else callback(new SmtpRefusal(535, "5.7.8 Authentication credentials invalid"));
    },
    onRcptTo: ({ address }, _session, callback) => callback(refusalOf(address)),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        inbox.add(Buffer.concat(chunks), { via: "smtp", recipients }).then(
          ({ id }) => {
            if (drops === 0) return callback(null, `2.0.0 Ok: queued as ${id}`);
            drops -= 1;
            for (const open of server.connections) if (open.session === session) open._socket.destroy();
          },
          () => callback(new SmtpRefusal(554, "5.6.0 The message could not be read")),
        );
      });
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  // From here on it reports only clients that went away in the middle, which some tests do on purpose.
  server.on("error", () => {});
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    refuse: (address, code = 550, text = "5.1.1 User unknown") => {
      refused.set(address, new SmtpRefusal(code, text));
    },
    greylist: (address, times = 1) => {
      greylisted.set(address, times);
    },
    dropAfterAccepting: (times = 1) => {
      drops += times;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** An answer of the server's own: a reply code, an enhanced status code (RFC 3463) and words. */
class SmtpRefusal extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, text: string) {
    super(text);
    this.responseCode = responseCode;
  }
}
