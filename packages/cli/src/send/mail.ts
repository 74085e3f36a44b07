import {
  Concealed,
  type MailTransport,
  parseEhloName,
  parsePort,
  SenderError,
  type SmtpLogin,
  sesTransport,
  smtpLoginOf,
  smtpTransport,
  tlsOf,
} from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Configuration } from "../configuration.ts";
import type { CliContext } from "../context.ts";
import { oidcToken } from "../sender-service.ts";
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
  if (host === undefined) {
    const configurationSet = invocation.text("configuration-set");
    return sesTransport(
      {
        ...(region === undefined ? {} : { region }),
        ...(configurationSet === undefined ? {} : { configurationSet }),
      },
      runtime,
    );
  }
  const port = parsePort(invocation.text("smtp-port") ?? "587");
  if (port === undefined) {
    throw new SenderError("input", "--smtp-port is not the number of a port. 587 and 465 are usual.");
  }
  const choice = invocation.text("smtp-tls") ?? "auto";
  const tls = choice === "implicit" || choice === "starttls" ? choice : tlsOf({ host, port });
  const name = invocation.text("smtp-name");
  const server = {
    ...{ host, port, tls },
    name: name === undefined ? undefined : parseEhloName(name),
    login: await loginOf(invocation, context),
  };
  return smtpTransport(server, runtime, {
    idToken: (audience, deadline) => oidcToken(audience, context, deadline),
  });
}

/** Of a login, what is secret is in a file, or a password is asked for. */
async function loginOf(invocation: Invocation, context: CliContext): Promise<SmtpLogin | undefined> {
  const user = invocation.text("smtp-user");
  const secret = async (option: string) => {
    const path = invocation.text(option);
    return path === undefined ? undefined : new Concealed(withoutLineEnd(await fileText(path, option)));
  };
  const parts = {
    user,
    password: await secret("smtp-password-file"),
    "access-token": await secret("smtp-access-token-file"),
    "token-url": invocation.text("smtp-token-url"),
    "client-id": invocation.text("smtp-client-id"),
    "client-secret": await secret("smtp-client-secret-file"),
    "refresh-token": await secret("smtp-refresh-token-file"),
    "token-scope": invocation.text("smtp-token-scope"),
  };
  const isAsked = user !== undefined && !parts.password && !parts["access-token"] && !parts["token-url"];
  const password = isAsked
    ? new Concealed(await asked(context, "Password of the mail server: ", "--smtp-password-file"))
    : parts.password;
  return smtpLoginOf({ ...parts, password });
}
