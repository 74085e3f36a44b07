import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Concealed } from "../redact.ts";
import type { Deadline } from "../runtime/deadline.ts";
import { SenderError } from "../sender-error.ts";
import { jwtClaims } from "../service/service-http.ts";
import { inputName, type NameSetting } from "../settings.ts";
import { jsonOrUndefined } from "../sources/json.ts";
import { textOf } from "../sources/stores/store-http.ts";
import { xoauth2Response } from "./smtp-login.ts";
import type { AccessTokens } from "./smtp-token.ts";

/** Why a server did not take a token, as far as its reply and the token show. */
export type TokenRefusal = {
  /** The server's last reply. */
  readonly response: string;
  readonly token: Concealed<string>;
  /** The scope that the server asks for, where it says so. */
  readonly scope: string | undefined;
};

export type Xoauth2 = {
  /** For nodemailer, whose own token generator would go round the proxy and the deadline. */
  readonly handler: NonNullable<NonNullable<SMTPConnection.Options["customAuth"]>[string]>;
  /** What failed, where it is more than the server's reply. */
  readonly failure: () => SenderError | TokenRefusal | undefined;
};

/**
 * Logs in by XOAUTH2. A token that was used before and is not taken any more is fetched anew, once.
 * https://developers.google.com/workspace/gmail/imap/xoauth2-protocol,
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
 */
export function xoauth2(user: string, tokens: AccessTokens, deadline: Deadline): Xoauth2 {
  let failure: SenderError | TokenRefusal | undefined;
  const tokenOf = () =>
    tokens.get(deadline).catch((error: unknown) => {
      if (error instanceof SenderError) failure = error;
      throw new Error("no token");
    });
  return {
    failure: () => failure,
    handler: async ({ authMethods, sendCommand }) => {
      if (!authMethods.includes("XOAUTH2")) throw new Error("no XOAUTH2");
      for (;;) {
        const { token, isNew } = await tokenOf();
        const command = Buffer.from(xoauth2Response(user, token.reveal())).toString("base64");
        const first = await sendCommand(`AUTH XOAUTH2 ${command}`);
        const isDetail = first.status === 334;
        const last = isDetail ? await sendCommand("") : first;
        if (last.status >= 200 && last.status < 300) return;
        if (last.status < 500) throw new Error("not now");
        tokens.forget();
        if (!isNew) continue;
        failure = { response: last.response, token, scope: isDetail ? scopeIn(first.text) : undefined };
        throw new Error("refused");
      }
    },
  };
}

function scopeIn(detail: string): string | undefined {
  return textOf(jsonOrUndefined(Buffer.from(detail, "base64").toString("utf8")), "scope");
}

/** Audiences of Exchange Online. */
const EXCHANGE = /^(?:https:\/\/outlook\.office(?:365)?\.com\/?|00000002-0000-0ff1-ce00-000000000000)$/;

/**
 * What keeps the server from taking the token. Claims are read, not verified: they decide nothing.
 * @returns completes "HOST does not accept the access token: …"
 */
export function whyRefused(
  { response, token, scope }: TokenRefusal,
  nowSeconds: number,
  say: NameSetting = inputName,
): string {
  const { exp, aud, iss, roles, scp } = jwtClaims(token.reveal());
  if (typeof exp === "number" && exp <= nowSeconds) {
    const at = new Date(exp * 1_000).toISOString().slice(0, 16).replace("T", " ");
    return `it expired on ${at} UTC. Give a new one, or ${say("smtp-token-url")}, which gives one for each run.`;
  }
  if (/5\.7\.139|SmtpClientAuthentication is disabled/i.test(response)) {
    return "logins over SMTP are switched off for the mailbox or the organisation. Ask an Exchange administrator for Set-CASMailbox -SmtpClientAuthenticationDisabled $false.";
  }
  if (typeof iss === "string" && /sts\.windows\.net|login\.microsoftonline/.test(iss)) {
    if (typeof aud === "string" && !EXCHANGE.test(aud)) {
      return "it is not for Exchange Online. Ask for it with the scope https://outlook.office365.com/.default.";
    }
    const granted = [roles, typeof scp === "string" ? scp.split(" ") : scp].flat();
    if (!granted.includes("SMTP.SendAsApp") && !granted.includes("SMTP.Send")) {
      return "it lacks the permission SMTP.SendAsApp of an app, or SMTP.Send of a person. Add it to the client in Entra ID, with the consent of an administrator.";
    }
    return `it is in order, so the mailbox does not admit it. Check ${say("smtp-user")}, and register the app in Exchange Online: New-ServicePrincipal, then Add-MailboxPermission.`;
  }
  if (/\b5\.7\.3\b/.test(response)) {
    return `the mailbox does not admit it. Check ${say("smtp-user")}, the token's scope, and the app's permission in Exchange Online (New-ServicePrincipal, Add-MailboxPermission).`;
  }
  return scope === undefined
    ? `it has expired, or is not for this server. Check ${say("smtp-user")} as well.`
    : `it has expired, was revoked, or is not for the scope ${scope.replace(/[^\w:/.,@ -]/g, "").slice(0, 200)}. Check ${say("smtp-user")} as well.`;
}
