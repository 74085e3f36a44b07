import { Inbox, type Mail } from "./inbox.ts";
import { serveInbox } from "./inbox-page.ts";
import { type SesEndpoint, startSesEndpoint } from "./ses-endpoint.ts";
import { type SmtpCatcher, type SmtpOptions, startSmtpCatcher } from "./smtp-server.ts";

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
