import { afterEach, expect, test } from "@jest/globals";
import { Concealed, type SmtpServer, smtpTransport } from "@secret-handoff/sdk";
import PostalMime from "postal-mime";
import type { SMTPServerOptions } from "smtp-server";
import { endable, unending } from "./deadlines.ts";
import { anEmail } from "./emails.ts";
import { rejectionOf } from "./error-of.ts";
import { quickRuntime } from "./quick-runtime.ts";
import { type SmtpCatcher, smtpError, startSmtpCatcher } from "./smtp-catcher.ts";

const opened: SmtpCatcher[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((catcher) => catcher.close()));
});

const PLAIN: SMTPServerOptions = { disabledCommands: ["STARTTLS"], authOptional: true };

/** Another name for this machine, which is not one of the loopback names. */
const OFF_LOOPBACK = { host: "::ffff:127.0.0.1" };

async function start(options: SMTPServerOptions, server: Partial<SmtpServer> = {}) {
  const catcher = await startSmtpCatcher(options);
  opened.push(catcher);
  const runtime = quickRuntime();
  const transport = smtpTransport({ host: "127.0.0.1", port: catcher.port, ...server }, runtime);
  const where = `${server.host ?? "127.0.0.1"}:${catcher.port}`;
  return { catcher, transport, runtime, where };
}

test("an email arrives as it was written, with its own Message-ID and Auto-Submitted", async () => {
  const { catcher, transport } = await start(PLAIN);
  expect(await transport.send(anEmail(), unending())).toBe("<SlY8E4NKPhhMiveoipXTpg@handoff.example>");
  const mail = await PostalMime.parse(catcher.messages[0] ?? "");
  expect(mail).toMatchObject({
    from: { name: "Acme Sécurité", address: "handoff@acme.example" },
    to: [{ address: "ana@vendor.example" }],
    replyTo: [{ address: "security@acme.example" }],
    subject: "A secret for you from acme/orders",
    messageId: "<SlY8E4NKPhhMiveoipXTpg@handoff.example>",
  });
  expect(mail.text?.trimEnd()).toBe("https://handoff.example/h/x#y");
  expect(mail.html).toContain('href="https://handoff.example/h/x#y"');
  expect(mail.headers.find(({ key }) => key === "auto-submitted")?.value).toBe("auto-generated");
});

test("a server that is busy is asked again, with the same message", async () => {
  let refusals = 2;
  const { catcher, transport, runtime } = await start({
    ...PLAIN,
    onRcptTo: (_, __, done) => done(refusals-- > 0 ? smtpError(451, "Greylisted") : undefined),
  });
  await transport.send(anEmail(), unending());
  expect(catcher.messages).toHaveLength(1);
  expect(runtime.waits).toEqual([250, 500]);
});

test("a refused recipient is not tried again, and the server's words come without address and link", async () => {
  const { transport, runtime, where } = await start({
    ...PLAIN,
    onRcptTo: ({ address }, _, done) =>
      done(smtpError(550, `5.1.1 <${address}>: no such user, see https://evil.example/h/x#y`)),
  });
  const { code, message } = await rejectionOf(transport.send(anEmail(), unending()));
  expect([code, message]).toEqual([
    "mail_refused",
    `${where} refused the mail (550 5.1.1 <a•••@vendor.example>: no such user, see [link]). Check the address, and whether the server may send from this sender.`,
  ]);
  expect(runtime.waits).toEqual([]);
});

test("a login that is not taken is told as such", async () => {
  const { transport, where } = await start(
    { ...PLAIN, authOptional: false, onAuth: (_, __, done) => done(smtpError(535, "5.7.8 Bad credentials")) },
    { login: { user: "u", password: new Concealed("smtp-canary") } },
  );
  const { code, message } = await rejectionOf(transport.send(anEmail(), unending()));
  expect([code, message]).toEqual([
    "mail_login",
    `${where} does not accept the login (535 5.7.8 Bad credentials). Check smtp-user and smtp-password.`,
  ]);
});

test("a login that is taken sends", async () => {
  const { catcher, transport } = await start(
    {
      ...PLAIN,
      authOptional: false,
      onAuth: ({ username, password }, _, done) =>
        username === "u" && password === "right" ? done(null, { user: "u" }) : done(smtpError(535, "no")),
    },
    { login: { user: "u", password: new Concealed("right") } },
  );
  await transport.send(anEmail(), unending());
  expect(catcher.messages).toHaveLength(1);
});

test("off loopback a server without TLS gets no mail", async () => {
  const { catcher, transport, where } = await start(PLAIN, OFF_LOOPBACK);
  const { code, message } = await rejectionOf(transport.send(anEmail(), unending()));
  expect([code, message]).toEqual([
    "mail_tls",
    `${where} offers no TLS, and mail with a link is not sent in the clear. Set smtp-port to 465, or use a server that offers STARTTLS.`,
  ]);
  expect(catcher.messages).toEqual([]);
});

test("off loopback a certificate that nobody signed gets no mail", async () => {
  const { catcher, transport, where } = await start({}, OFF_LOOPBACK);
  const { code, message } = await rejectionOf(transport.send(anEmail(), unending()));
  expect([code, message]).toEqual([
    "mail_tls",
    `TLS with ${where} could not be set up. Check smtp-port (465, or one with STARTTLS), the host name and the server's certificate.`,
  ]);
  expect(catcher.messages).toEqual([]);
});

test("a server that is not there is told after the last attempt", async () => {
  const { catcher, transport, runtime, where } = await start(PLAIN);
  await catcher.close();
  opened.splice(0);
  const { code, message } = await rejectionOf(transport.send(anEmail(), unending()));
  expect([code, message]).toEqual([
    "mail_unreachable",
    `${where} cannot be reached (ESOCKET). Check smtp-host and smtp-port, and that the runner may connect to it.`,
  ]);
  expect(runtime.waits).toHaveLength(4);
});

test("a check logs in and sends nothing", async () => {
  const { catcher, transport } = await start(PLAIN);
  expect(await transport.check({ address: "handoff@acme.example" }, unending())).toEqual([]);
  expect(catcher.messages).toEqual([]);
});

test("a hard deadline leaves a silent server behind", async () => {
  const { deadline, giveUp } = endable();
  const { transport } = await start({ ...PLAIN, onRcptTo: () => giveUp() });
  expect((await rejectionOf(transport.send(anEmail(), deadline))).code).toBe("cancelled");
});
