import { Concealed, SenderError, type SesOptions, type SmtpServer } from "@secret-handoff/sdk";
import type { InputReader } from "./input-table.ts";
import { optional } from "./input-values.ts";

/** How the mail goes out. */
export type MailChoice =
  | { readonly by: "smtp"; readonly server: SmtpServer }
  | { readonly by: "ses"; readonly options: SesOptions };

/** SMTP where smtp-host is set, else SES. @throws SenderError `input` */
export function parseMail(read: InputReader): MailChoice {
  const host = read("smtp-host");
  const user = read("smtp-user");
  const password = read("smtp-password");
  if (host === "") {
    if (user !== "" || password !== "") {
      throw new SenderError(
        "input",
        "smtp-user and smtp-password need smtp-host. Set it, or drop them to send by SES.",
      );
    }
    const configurationSet = optional(read("configuration-set"));
    const region = optional(read("region"));
    return {
      by: "ses",
      options: {
        ...(region === undefined ? {} : { region }),
        ...(configurationSet === undefined ? {} : { configurationSet }),
      },
    };
  }
  const text = read("smtp-port");
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new SenderError("input", "smtp-port is not a port number.");
  if (!/^[A-Za-z0-9.:-]{1,253}$/.test(host)) {
    throw new SenderError("input", "smtp-host is not a host name. Write it like smtp.example.com.");
  }
  if ((user === "") !== (password === "")) {
    throw new SenderError("input", "smtp-user and smtp-password belong together. Set both or neither.");
  }
  const login = user === "" ? {} : { login: { user, password: new Concealed(password) } };
  return { by: "smtp", server: { host, port, ...login } };
}
