import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import {
  Concealed,
  parseEhloName,
  type SmtpLoginParts,
  type SmtpServer,
  smtpLoginOf,
  smtpTransport,
} from "@secret-handoff/sdk";
import type { SMTPServerAuthenticationResponse, SMTPServerOptions } from "smtp-server";
import { unending } from "./deadlines.ts";
import { anEmail } from "./emails.ts";
import { errorOf, rejectionOf } from "./error-of.ts";
import { quickRuntime } from "./quick-runtime.ts";
import { type Scripted, startScriptedServer } from "./scripted-server.ts";
import { type SmtpCatcher, smtpError, startSmtpCatcher } from "./smtp-catcher.ts";

/** Logins with an access token (XOAUTH2), as Microsoft 365 and Google want them. */

const USER = "handoff@acme.example";
const endpoint = await startScriptedServer();
const closed = await startScriptedServer();
await closed.close();
const opened: SmtpCatcher[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((catcher) => catcher.close()));
});
afterAll(() => endpoint.close());

type Judge = (token: string) => SMTPServerAuthenticationResponse | Error;
const admitted = { user: USER };

/** A mail server that takes tokens alone. */
async function start(
  judge: Judge,
  token: object,
  options: SMTPServerOptions = {},
  server: Partial<SmtpServer> = {},
) {
  const seen: string[] = [];
  const catcher = await startSmtpCatcher({
    disabledCommands: ["STARTTLS"],
    authOptional: false,
    authMethods: ["XOAUTH2"],
    onAuth: ({ username, accessToken = "" }, _, done) => {
      seen.push(accessToken);
      const verdict = username === USER ? judge(accessToken) : smtpError(535, "5.7.8 another user");
      if (verdict instanceof Error) done(verdict);
      else done(null, verdict);
    },
    ...options,
  });
  opened.push(catcher);
  const runtime = quickRuntime({ fetch });
  const login = { user: USER, token } as NonNullable<SmtpServer["login"]>;
  const masked: string[] = [];
  const transport = smtpTransport(
    { host: "127.0.0.1", port: catcher.port, tls: "none", login, ...server },
    runtime,
    { idToken: async (audience) => `job-token-for-${audience}`, onToken: (one) => masked.push(one) },
  );
  return { catcher, transport, seen, masked, runtime, where: `127.0.0.1:${catcher.port}` };
}

const jwt = (claims: object) =>
  ["{}", JSON.stringify(claims), "canary"].map((part) => Buffer.from(part).toString("base64url")).join(".");
const given = (token: string) => ({ given: new Concealed(token) });
const client = {
  url: `${endpoint.url}/token`,
  clientId: "app",
  clientSecret: new Concealed("canary-secret"),
};
const tokenAnswer = (access_token: string, expires_in = 3_600) => ({
  status: 200,
  json: { access_token, expires_in },
});
const forms = () => endpoint.seen.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

test("a token that is given logs in once for many mails, and the server is greeted by the name that is set", async () => {
  const names: string[] = [];
  const { catcher, transport, seen, masked } = await start(
    (token) => (token === "canary-token" ? admitted : smtpError(535, "no")),
    given("canary-token"),
    {
      onMailFrom: (_, { clientHostname, hostNameAppearsAs }, done) => {
        names.push(String(hostNameAppearsAs ?? clientHostname));
        done();
      },
    },
    { name: "runner.acme.example" },
  );
  await transport.send(anEmail(), unending());
  await Promise.all(
    [1, 2, 3].map((n) => transport.send(anEmail({ to: `r${n}@vendor.example` }), unending())),
  );
  expect(catcher.messages).toHaveLength(4);
  expect(new Set(seen)).toEqual(new Set(["canary-token"]));
  expect(new Set(masked)).toEqual(new Set(["canary-token"]));
  expect(new Set(names)).toEqual(new Set(["runner.acme.example"]));
});

describe("a token endpoint gives the token", () => {
  test.each([
    [
      "to an app, by its secret",
      client,
      { grant_type: "client_credentials", client_secret: "canary-secret" },
    ],
    [
      "for a person, by a refresh token",
      { ...client, refreshToken: new Concealed("canary-refresh"), scope: "https://mail.google.com/" },
      { grant_type: "refresh_token", refresh_token: "canary-refresh", scope: "https://mail.google.com/" },
    ],
    [
      "to an app without a secret, by the job's OIDC token",
      { url: client.url, clientId: "app" },
      { grant_type: "client_credentials", client_assertion: "job-token-for-api://AzureADTokenExchange" },
    ],
  ])("%s", async (_, choice, form) => {
    endpoint.answer(tokenAnswer("canary-fetched"));
    const { catcher, transport, masked } = await start(() => admitted, choice);
    await transport.send(anEmail(), unending());
    await transport.send(anEmail(), unending());
    expect(catcher.messages).toHaveLength(2);
    expect(forms().at(-1)).toMatchObject({ client_id: "app", ...form });
    expect(masked).toEqual(["canary-fetched"]);
  });

  test("once for as long as it works, and anew where the server takes it no longer", async () => {
    let valid = "canary-1";
    endpoint.answer(tokenAnswer("canary-1"), tokenAnswer("canary-2"));
    const { transport, seen } = await start(
      (token) => (token === valid ? admitted : { data: { status: "401", schemes: "bearer", scope: "x" } }),
      client,
    );
    await transport.send(anEmail(), unending());
    valid = "canary-2";
    await transport.send(anEmail(), unending());
    expect(seen).toEqual(["canary-1", "canary-1", "canary-2"]);
  });
});

describe("each failure has its own sentence:", () => {
  const google = { data: { status: "400", schemes: "Bearer", scope: "https://mail.google.com/" } };
  const o365 = smtpError(535, "5.7.3 Authentication unsuccessful [FR0P281CA0001.DEUP281.PROD.OUTLOOK.COM]");
  const off = smtpError(
    535,
    "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled",
  );
  const entra = {
    iss: "https://sts.windows.net/t/",
    exp: 1_795_260_000,
    aud: "https://outlook.office365.com",
  };
  const refused = (status: number, error: string, error_description?: string) => [
    { status, json: { error, ...(error_description ? { error_description } : {}) } },
  ];

  test.each<[string, Judge, object, readonly Scripted[], string]>([
    [
      "an expired token",
      () => o365,
      given(jwt({ exp: 1_795_200_000 })),
      [],
      "it expired on 2026-11-20 18:40 UTC.",
    ],
    [
      "a token for another service",
      () => o365,
      given(jwt({ ...entra, aud: "https://graph.microsoft.com" })),
      [],
      "it is not for Exchange Online. Ask for it with the scope https://outlook.office365.com/.default.",
    ],
    [
      "a token without the permission",
      () => o365,
      given(jwt({ ...entra, roles: ["Mail.Read"] })),
      [],
      "it lacks the permission SMTP.SendAsApp",
    ],
    [
      "a mailbox that does not admit the app",
      () => o365,
      given(jwt({ ...entra, roles: ["SMTP.SendAsApp"] })),
      [],
      "it is in order, so the mailbox does not admit it. Check smtp-user, and register the app",
    ],
    [
      "535 5.7.3 of a token that cannot be read",
      () => o365,
      given("opaque"),
      [],
      "the mailbox does not admit it. Check smtp-user",
    ],
    [
      "SMTP that is switched off",
      () => off,
      given("opaque"),
      [],
      "switched off for the mailbox or the organisation",
    ],
    [
      "Google's refusal",
      () => google,
      given("ya29.opaque"),
      [],
      "is not for the scope https://mail.google.com/. Check smtp-user as well.",
    ],
    [
      "a client secret that is wrong",
      () => admitted,
      client,
      refused(401, "invalid_client", "AADSTS7000215: Invalid client secret provided."),
      "gave no access token (401 invalid_client: AADSTS7000215: Invalid client secret provided). Check smtp-client-id and smtp-client-secret",
    ],
    [
      "a refresh token that was revoked",
      () => admitted,
      { ...client, refreshToken: new Concealed("canary-refresh") },
      refused(400, "invalid_grant", "Token has been expired or revoked."),
      "sign in again, and set smtp-refresh-token anew",
    ],
    [
      "a federated credential that does not fit",
      () => admitted,
      { url: client.url, clientId: "app" },
      refused(400, "invalid_grant"),
      "Check the federated credential",
    ],
    [
      "a scope that is wrong",
      () => admitted,
      client,
      refused(400, "invalid_scope"),
      "Check smtp-token-scope.",
    ],
    [
      "a page in the place of a token",
      () => admitted,
      client,
      [{ status: 200, text: "<html>" }],
      "gave no access token (200)",
    ],
    [
      "an endpoint that is not there",
      () => admitted,
      { ...client, url: `${closed.url}/token` },
      [],
      "cannot be reached: nothing takes connections there (ECONNREFUSED). Check smtp-token-url",
    ],
  ])("%s", async (_, judge, choice, answers, sentence) => {
    endpoint.answer(...answers);
    const { transport, seen, catcher } = await start(judge, choice);
    const before = endpoint.seen.length;
    const sent = await Promise.allSettled([1, 2, 3].map(() => transport.send(anEmail(), unending())));
    const errors = sent.map((one) => (one.status === "rejected" ? one.reason : undefined));
    expect(errors.map((error) => error?.code)).toEqual(Array(3).fill("mail_login"));
    expect(errors[0]?.message).toContain(sentence);
    expect(errors[0]?.message).not.toMatch(/canary|opaque|eyJ/);
    // Tried once: more of them lock an account.
    expect(seen.length).toBeLessThanOrEqual(1);
    if (answers.length > 0) expect(endpoint.seen.length - before).toBe(1);
    expect(catcher.messages).toEqual([]);
  });

  test("a server that knows passwords alone, and one that knows tokens alone", async () => {
    const { transport } = await start(() => admitted, given("canary"), { authMethods: ["PLAIN"] });
    const { message } = await rejectionOf(transport.send(anEmail(), unending()));
    expect(message).toContain("offers no login with an access token (XOAUTH2)");
    const basic = await start(
      () => admitted,
      {},
      {
        authMethods: ["PLAIN"],
        onAuth: (_, __, done) =>
          done(smtpError(535, "5.7.139 Authentication unsuccessful, basic authentication is disabled.")),
      },
      { login: { user: USER, password: new Concealed("canary-password") } },
    );
    expect((await rejectionOf(basic.transport.send(anEmail(), unending()))).message).toContain(
      "takes no passwords (535 5.7.139 Authentication unsuccessful, basic authentication is disabled). Log in with an access token: set smtp-token-url",
    );
  });

  test.each([
    ["a server", (token: string) => token, 535],
    ["a server in a piece", (token: string) => token.slice(0, 20), 535],
    [
      "a server in its whole response",
      (token: string) => Buffer.from(`user=${USER}\u0001auth=Bearer ${token}\u0001\u0001`).toString("base64"),
      501,
    ],
  ])("%s that repeats the token shows none of it", async (_, repeat, status) => {
    const { transport } = await start(
      (token) => smtpError(status, `Bad token:${repeat(token)}, expired`),
      given("opaque.a0Af_kkkk-opaque"),
    );
    const { message } = await rejectionOf(transport.send(anEmail(), unending()));
    expect(message).toContain("Bad token:[login], expired");
  });

  test("a token endpoint that repeats what it was sent shows none of it, and no more than a line", async () => {
    endpoint.answer({
      status: 400,
      json: {
        error: `no canary-secret, nor ${Buffer.from("canary-secret").toString("base64")}, ${"x ".repeat(5_000)}`,
        error_description: "assertion=eyJhbGciOiJub25lIn0.e30.",
      },
    });
    const { message } = await rejectionOf(
      (await start(() => admitted, client)).transport.send(anEmail(), unending()),
    );
    expect(message).toContain("(400 no [secret], nor [secret], x x");
    expect(message).not.toMatch(/canary|eyJ/);
    expect(message.length).toBeLessThan(800);
  });

  test("a server that takes no more logins now is waited for", async () => {
    let busy = 2;
    const { transport, catcher, seen } = await start(
      () => (busy-- > 0 ? smtpError(432, "4.3.2 Concurrent connections limit exceeded") : admitted),
      given("canary"),
    );
    await transport.send(anEmail(), unending());
    expect([catcher.messages.length, seen.length]).toEqual([1, 3]);
  });
});

describe("parts of a login that do not fit together", () => {
  const secret = new Concealed("canary");
  test.each<[parts: SmtpLoginParts, sentence: string]>([
    [
      { user: USER },
      "smtp-user and one of smtp-password, smtp-access-token and smtp-token-url belong together.",
    ],
    [{ password: secret }, "smtp-user and one of smtp-password"],
    [
      { user: USER, password: secret, "access-token": secret },
      "smtp-password and smtp-access-token exclude each other.",
    ],
    [{ user: USER, password: secret, "refresh-token": secret }, "smtp-refresh-token needs smtp-token-url."],
    [{ user: USER, "token-url": "https://login.example/token" }, "smtp-token-url needs smtp-client-id."],
    [
      { user: USER, "token-url": "http://login.example/token", "client-id": "app" },
      "smtp-token-url must be an https address",
    ],
  ])("%j", (parts, sentence) => {
    expect(errorOf(() => smtpLoginOf(parts)).message).toContain(sentence);
  });

  test.each(["a b", "-x", "x\r\nMAIL", "[not an address]", ""])(
    "no name to greet with: %j",
    (text: string) => {
      expect(errorOf(() => parseEhloName(text)).message).toContain("is not a name to greet a mail server");
    },
  );
});
