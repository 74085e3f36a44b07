import {
  Concealed,
  checkPassphrase,
  type MailTransport,
  SenderError,
  sesTransport,
  smtpTransport,
  tlsOf,
} from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Configuration } from "../configuration.ts";
import type { CliContext } from "../context.ts";
import { asked, fileText, withoutLineEnd } from "./reading.ts";

/** SMTP where --smtp-host is given, else SES. @throws SenderError `input` */
export async function mailOf(
  invocation: Invocation,
  configuration: Configuration,
  context: CliContext,
): Promise<MailTransport> {
  const { runtime } = context;
  const region = invocation.text("region") ?? configuration.region;
  const host = invocation.text("smtp-host");
  if (host === undefined) return sesTransport(region === undefined ? {} : { region }, runtime);
  const port = Number(invocation.text("smtp-port") ?? 587);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SenderError("input", "--smtp-port is not the number of a port. 587 and 465 are usual.");
  }
  const user = invocation.text("smtp-user");
  const path = invocation.text("smtp-password-file");
  if (user === undefined) return smtpTransport({ host, port, tls: tlsOf({ host, port }) }, runtime);
  const password =
    path === undefined
      ? await asked(context, "Password of the mail server: ", "--smtp-password-file")
      : await fileText(path, "smtp-password-file");
  const login = { user, password: new Concealed(withoutLineEnd(password)) };
  return smtpTransport({ host, port, tls: tlsOf({ host, port }), login }, runtime);
}

export async function passphraseOf(
  invocation: Invocation,
  context: CliContext,
): Promise<Concealed<string> | undefined> {
  const path = invocation.text("passphrase-file");
  if (path === undefined && !invocation.flag("passphrase")) return undefined;
  const text =
    path === undefined
      ? await asked(context, "Passphrase, which the recipients get another way: ", "--passphrase-file")
      : withoutLineEnd(await fileText(path, "passphrase-file"));
  checkPassphrase(text);
  return new Concealed(text);
}
