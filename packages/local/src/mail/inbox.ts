import { randomUUID } from "node:crypto";
import PostalMime, { type Address } from "postal-mime";
import { serveInbox } from "./inbox-page.ts";
import { type SesEndpoint, startSesEndpoint } from "./ses-endpoint.ts";
import { type SmtpCatcher, type SmtpOptions, startSmtpCatcher } from "./smtp-server.ts";

/** One mail that arrived. */
export type Mail = {
  readonly id: string;
  readonly via: "smtp" | "ses";
  /** As its header says: `Name <address>` or the address. */
  readonly from: string;
  /** As its header says, joined by commas. */
  readonly to: string;
  readonly replyTo: string | undefined;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Without angle brackets. */
  readonly messageId: string;
  /** Every header in its order, names as they were written. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Whom the mail was really handed in for. */
  readonly recipients: readonly string[];
  /** SES message tags, as `name=value`. */
  readonly tags: readonly string[];
  /** ISO 8601, UTC. */
  readonly at: string;
};

type Submission = Pick<Mail, "via" | "recipients"> & { readonly tags?: readonly string[] };

/** Every mail that the catcher accepted, newest last. Nothing leaves the machine. */
export class Inbox {
  readonly #mails: Mail[] = [];
  readonly #listeners = new Set<() => void>();

  get mails(): readonly Mail[] {
    return this.#mails;
  }

  /** Parses and keeps a mail. @param raw the message as RFC 5322 has it */
  async add(raw: Uint8Array, { via, recipients, tags = [] }: Submission): Promise<Mail> {
    const parsed = await PostalMime.parse(raw);
    const mail: Mail = {
      id: randomUUID(),
      via,
      from: parsed.from ? formatAddress(parsed.from) : "",
      to: (parsed.to ?? []).map(formatAddress).join(", "),
      replyTo: parsed.replyTo?.map(formatAddress).join(", "),
      subject: parsed.subject ?? "",
      text: parsed.text ?? "",
      html: parsed.html ?? "",
      messageId: (parsed.messageId ?? "").replace(/^<|>$/g, ""),
      headers: parsed.headers.map(({ originalKey, value }) => [originalKey, value]),
      recipients,
      tags,
      at: new Date().toISOString(),
    };
    this.#mails.push(mail);
    for (const notify of this.#listeners) notify();
    return mail;
  }

  find(id: string): Mail | undefined {
    return this.#mails.find((mail) => mail.id === id);
  }

  clear(): void {
    this.#mails.length = 0;
  }

  /**
   * The first mail to an address, now or when it arrives.
   * @throws the signal's reason when that comes first
   */
  mailTo(address: string, signal?: AbortSignal): Promise<Mail> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const mail = this.#mails.find(({ recipients }) => recipients.includes(address));
        if (mail) settle(() => resolve(mail));
      };
      const stop = () => settle(() => reject(signal?.reason));
      const settle = (how: () => void) => {
        this.#listeners.delete(check);
        signal?.removeEventListener("abort", stop);
        how();
      };
      if (signal?.aborted) return stop();
      signal?.addEventListener("abort", stop, { once: true });
      this.#listeners.add(check);
      check();
    });
  }
}

function formatAddress({ name, address, group }: Address): string {
  if (group) return group.map(formatAddress).join(", ");
  return name === "" ? address : `${name} <${address}>`;
}

/** Catches all mail, by SMTP and by SES, in one inbox. */
export type MailCatcher = {
  /** `smtp://127.0.0.1:port` */
  readonly smtp: string;
  /** For AWS_ENDPOINT_URL_SESV2. */
  readonly ses: string;
  /** The inbox page; its mails as JSON under `/api/messages`. */
  readonly inboxUrl: string;
  readonly inbox: Inbox;
  /** Every mail caught so far, newest last. */
  readonly messages: () => readonly Mail[];
  readonly smtpServer: SmtpCatcher;
  readonly sesEndpoint: SesEndpoint;
  readonly close: () => Promise<void>;
};

export async function startMailCatcher(options: SmtpOptions = {}): Promise<MailCatcher> {
  const inbox = new Inbox();
  const [smtpServer, sesEndpoint, pages] = await Promise.all([
    startSmtpCatcher(inbox, options),
    startSesEndpoint(inbox),
    serveInbox(inbox),
  ]);
  return {
    smtp: smtpServer.url,
    ses: sesEndpoint.url,
    inboxUrl: pages.url,
    inbox,
    messages: () => inbox.mails,
    smtpServer,
    sesEndpoint,
    close: async () => {
      await Promise.all([smtpServer.close(), sesEndpoint.close(), pages.close()]);
    },
  };
}
