import { isLoopback } from "@secret-handoff/protocol";
import type { Concealed } from "../redact.ts";
import { SenderError } from "../sender-error.ts";
import type { NameSetting } from "../settings.ts";

/** How to log in at a mail server: with a password, or with an access token (XOAUTH2), as Microsoft 365 and Google want it. */
export type SmtpLogin =
  | { readonly user: string; readonly password: Concealed<string> }
  | { readonly user: string; readonly token: AccessTokenChoice };

/** Where the access token comes from: it is given, or a token endpoint gives it (RFC 6749). */
export type AccessTokenChoice =
  | { readonly given: Concealed<string> }
  | {
      /** The token endpoint. */
      readonly url: string;
      readonly clientId: string;
      /** Without it and without a refresh token, the job's OIDC token stands for the client (RFC 7523), as Entra ID takes it. */
      readonly clientSecret?: Concealed<string> | undefined;
      /** Of the person whose mailbox it is; without it the client acts for itself. */
      readonly refreshToken?: Concealed<string> | undefined;
      readonly scope?: string | undefined;
    };

/** What is said of a login, each part as it was given. */
export type SmtpLoginParts = {
  readonly user?: string | undefined;
  readonly password?: Concealed<string> | undefined;
  readonly "access-token"?: Concealed<string> | undefined;
  readonly "token-url"?: string | undefined;
  readonly "client-id"?: string | undefined;
  readonly "client-secret"?: Concealed<string> | undefined;
  readonly "refresh-token"?: Concealed<string> | undefined;
  readonly "token-scope"?: string | undefined;
};

/**
 * The login that the parts make; undefined where there is none.
 * @throws SenderError `input` where they do not fit together
 */
export function smtpLoginOf(parts: SmtpLoginParts): SmtpLogin | undefined {
  const { user, password, "access-token": given, "token-url": url, "client-id": clientId } = parts;
  const isSet = (part: keyof SmtpLoginParts) => parts[part] !== undefined;
  const proofs = (["password", "access-token", "token-url"] as const).filter(isSet);
  if (proofs.length > 1)
    throw new SenderError(
      "input",
      (say) =>
        `${proofs.map((proof) => nameOf(proof, say)).join(" and ")} exclude each other. Set one of them.`,
    );
  const needless = (["client-id", "client-secret", "refresh-token", "token-scope"] as const).find(isSet);
  if (url === undefined && needless)
    throw new SenderError(
      "input",
      (say) => `${nameOf(needless, say)} needs ${say("smtp-token-url")}. Set it to the token endpoint.`,
    );
  const [proof] = proofs;
  if (user === undefined && proof === undefined) return undefined;
  if (user === undefined || proof === undefined) {
    throw new SenderError(
      "input",
      (say) =>
        `${say("smtp-user")} and one of ${say("smtp-password")}, ${say("smtp-access-token")} and ${say("smtp-token-url")} belong together. Set both or neither.`,
    );
  }
  if (password) return { user, password };
  if (given) return { user, token: { given } };
  if (url === undefined || clientId === undefined)
    throw new SenderError(
      "input",
      (say) => `${say("smtp-token-url")} needs ${say("smtp-client-id")}. Set it.`,
    );
  checkTokenUrl(url);
  const token = {
    ...{ url, clientId, clientSecret: parts["client-secret"] },
    ...{ refreshToken: parts["refresh-token"], scope: parts["token-scope"] },
  };
  return { user, token };
}

function nameOf(part: keyof SmtpLoginParts, say: NameSetting): string {
  return say(`smtp-${part}`);
}

function checkTokenUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === "https:" || (parsed?.protocol === "http:" && isLoopback(parsed.hostname))) return;
  throw new SenderError(
    "input",
    (say) =>
      `${say("smtp-token-url")} must be an https address, like https://login.microsoftonline.com/TENANT/oauth2/v2.0/token or https://oauth2.googleapis.com/token.`,
  );
}

/** @param text a name of this machine, or its address in brackets (RFC 5321, section 4.1.3). @throws SenderError `input` */
export function parseEhloName(text: string): string {
  if (/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[(?:IPv6:)?[0-9A-Fa-f.:]{3,45}\])$/.test(text))
    return text;
  throw new SenderError(
    "input",
    (say) =>
      `${say("smtp-name")} is not a name to greet a mail server with. Write the full name of this machine, like runner.example.com, or its address in brackets.`,
  );
}

/** What XOAUTH2 sends, before base64. https://developers.google.com/workspace/gmail/imap/xoauth2-protocol */
export function xoauth2Response(user: string, token: string): string {
  return `user=${user}\u0001auth=Bearer ${token}\u0001\u0001`;
}

/**
 * What a login sends that holds its secret, before base64: the secret by itself, as LOGIN does, and the response of PLAIN (RFC 4616) or of
 * XOAUTH2. A server that repeats one of them shows the secret: these are what logs and errors must not hold.
 */
export function loginTexts(user: string, proof: { readonly password: string } | { readonly token: string }) {
  return "token" in proof
    ? [proof.token, xoauth2Response(user, proof.token)]
    : [proof.password, `\0${user}\0${proof.password}`, `${user}\0${user}\0${proof.password}`];
}
