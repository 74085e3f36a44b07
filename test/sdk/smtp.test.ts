import { afterEach, describe, expect, test } from "@jest/globals";
import { Concealed, type MailTransport, type SmtpServer, smtpTransport, tlsOf } from "@secret-handoff/sdk";
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

type Settings = Partial<Omit<SmtpServer, "login">> & Pick<SmtpServer, "login">;

async function start(options: SMTPServerOptions, server: Settings = {}) {
  const catcher = await startSmtpCatcher(options);
  opened.push(catcher);
  const runtime = quickRuntime();
  const { host = "127.0.0.1", ...more } = server;
  const { port } = catcher;
  const transport = smtpTransport({ host, port, tls: tlsOf({ host, port }), ...more }, runtime);
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

test("a login that is refused is reported as such", async () => {
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

describe("a server that repeats the login shows none of it:", () => {
  const [user, password] = ["mails", "hunter2-hunter"];
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const plain = base64(`\0${user}\0${password}`);
  test.each([
    ["the command", `Unrecognized command: AUTH PLAIN ${plain}`, "Unrecognized command: AUTH PLAIN [login]"],
    ["the command in capitals", `AUTH PLAIN ${plain.toUpperCase()}?`, "AUTH PLAIN [login]?"],
    ["the beginning of it", `no AUTH PLAIN ${plain.slice(0, 23)}... here`, "no AUTH PLAIN [login]... here"],
    ["an answer behind a colon", `bad credentials:${plain}`, "bad credentials:[login]"],
    ["the parts of LOGIN", `no ${base64(user)} and ${base64(password)} here`, "no [login] and [login] here"],
    ["an answer to a challenge", `no ${base64(`${user} b913a602c7eda7a4`)} here`, "no [login] here"],
    ["more around it", `no ${base64(`xx${password}`)} here`, "no [login] here"],
    ["the password", `no hunter2-hunter here, nor HUNTER2-HUNT`, "no [login] here, nor [login]"],
    ["in hex", `no ${Buffer.from(password).toString("hex")} here`, "no [login] here"],
    ["in a URL", `no ${encodeURIComponent(plain)} here`, "no [login] here"],
  ])("%s", async (_, reply, told) => {
    const { transport, where } = await start(
      {
        ...PLAIN,
        authOptional: false,
        onAuth: (_auth, _session, done) => done(smtpError(500, `5.5.1 ${reply}`)),
      },
      { login: { user, password: new Concealed(password) } },
    );
    const { code, message } = await rejectionOf(transport.send(anEmail(), unending()));
    expect([code, message]).toEqual([
      "mail_login",
      `${where} does not accept the login (500 5.5.1 ${told}). Check smtp-user and smtp-password.`,
    ]);
  });
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
    `${where} offers no TLS (500 Error: command not recognized), and mail with a link is not sent in the clear. Set smtp-tls: implicit where that port speaks TLS from the start, or use a server that offers STARTTLS.`,
  ]);
  expect(catcher.messages).toEqual([]);
});

test("off loopback a certificate that nobody signed gets no mail", async () => {
  const { catcher, transport, where } = await start({}, OFF_LOOPBACK);
  const { code, message } = await rejectionOf(transport.send(anEmail(), unending()));
  expect([code, message]).toEqual([
    "mail_tls",
    `TLS with ${where} could not be set up: its certificate has expired (CERT_HAS_EXPIRED). Check this machine's clock and the certificate.`,
  ]);
  expect(catcher.messages).toEqual([]);
});

test("a server that is not there is reported after the last attempt", async () => {
  const { catcher, transport, runtime, where } = await start(PLAIN);
  await catcher.close();
  opened.splice(0);
  const { code, message } = await rejectionOf(transport.send(anEmail(), unending()));
  expect([code, message]).toEqual([
    "mail_unreachable",
    `${where} cannot be reached: nothing takes connections there (ECONNREFUSED). Check smtp-host and smtp-port, and that this machine may connect to it.`,
  ]);
  expect(runtime.waits).toHaveLength(3);
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

describe("what concerns every mail slows or ends all of them:", () => {
  const login = { user: "robot@acme.example", password: new Concealed("smtp-canary") };
  const several = (transport: MailTransport, count = 12) =>
    Promise.allSettled(
      Array.from({ length: count }, (_, index) =>
        transport.send(anEmail({ to: `r${index}@vendor.example` }), unending()),
      ),
    );

  test("a wrong password is tried once, and by no later mail", async () => {
    let logins = 0;
    const { transport } = await start(
      {
        ...PLAIN,
        authOptional: false,
        onAuth: (_, __, done) => {
          logins += 1;
          done(smtpError(535, "5.7.8 Bad credentials"));
        },
      },
      { login },
    );
    const sent = await several(transport);
    expect(sent.map((one) => one.status === "rejected" && one.reason.code)).toEqual(
      Array(12).fill("mail_login"),
    );
    expect(logins).toBe(1);
  });

  test("mails share connections and logins", async () => {
    let logins = 0;
    const { transport, catcher } = await start(
      {
        ...PLAIN,
        authOptional: false,
        onAuth: (_, __, done) => {
          logins += 1;
          done(null, { user: "u" });
        },
      },
      { login },
    );
    const sent = await several(transport, 40);
    expect(sent.every(({ status }) => status === "fulfilled")).toBe(true);
    expect(catcher.messages).toHaveLength(40);
    expect(logins).toBeLessThanOrEqual(5);
  });

  test("454 too many logins is waited for", async () => {
    let refusals = 3;
    const { transport, catcher, runtime } = await start(
      {
        ...PLAIN,
        authOptional: false,
        onAuth: (_, __, done) =>
          refusals-- > 0
            ? done(smtpError(454, "4.7.0 Too many login attempts, please try again later"))
            : done(null, { user: "u" }),
      },
      { login },
    );
    await transport.send(anEmail(), unending());
    expect(catcher.messages).toHaveLength(1);
    expect(runtime.waits.length).toBeGreaterThanOrEqual(3);
  });

  test.each([
    [454, "4.7.0 Throttling failure: Daily message quota exceeded."],
    [550, "5.4.5 Daily user sending limit exceeded."],
    [452, "4.5.3 You have reached the limit of 200 messages per day"],
  ])("a quota of the day (%d %s) ends the rest without another mail", async (responseCode, words) => {
    let mails = 0;
    const { transport, where } = await start({
      ...PLAIN,
      onMailFrom: (_, __, done) => {
        mails += 1;
        done(mails > 3 ? smtpError(responseCode, words) : undefined);
      },
    });
    const sent = await several(transport);
    const refused = sent.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(refused.length).toBeGreaterThanOrEqual(7);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(["mail_quota"]));
    expect(refused[0].message).toBe(
      `${where} has sent what this sender may send in a day (${responseCode} ${words.replace(/\.$/, "")}). Run again later, or ask for a higher limit.`,
    );
    expect(mails).toBeLessThanOrEqual(9);
  });
});

test("on another port than 465 TLS can begin at once", async () => {
  const { transport, where } = await start({ secure: true }, { host: "localhost", tls: "implicit" });
  const { code, message } = await rejectionOf(transport.send(anEmail(), unending()));
  expect([code, message]).toEqual([
    "mail_tls",
    `TLS with ${where} could not be set up: its certificate has expired (CERT_HAS_EXPIRED). Check this machine's clock and the certificate.`,
  ]);
});

test("TLS from the start where the port speaks none names the input to change", async () => {
  const { transport, where } = await start(PLAIN, { tls: "implicit" });
  const { code, message } = await rejectionOf(transport.send(anEmail(), unending()));
  expect([code, message]).toEqual([
    "mail_tls",
    `TLS with ${where} could not be set up: its answer is not TLS (ERR_SSL_WRONG_VERSION_NUMBER). Set smtp-tls: starttls, or another smtp-port.`,
  ]);
});

describe("a reply never shows whom the mail was for:", () => {
  const to = "ana.kowalska@vendor.example";
  test.each([
    ["550 5.1.1 No such user ana.kowalska here", "550 5.1.1 No such user [recipient] here"],
    ["550 5.1.1 <ana.kowalska@vendor.example>... unknown", "550 5.1.1 <a•••@vendor.example>... unknown"],
    ["550 ANA.KOWALSKA@VENDOR.EXAMPLE is unknown", "550 a•••@vendor.example is unknown"],
    ["550 user=ana.kowalska%vendor.example", "550 user=[recipient]%vendor.example"],
    ["550 mailbox of Kowalska, Ana is full", "550 mailbox of [recipient], [recipient] is full"],
    ["550 /home/ana_kowalska/Maildir: no space", "550 /home/[recipient]_[recipient]/Maildir: no space"],
    ["550 rejected akowalska1, Kowalskas", "550 rejected [recipient], [recipient]"],
    ["550 rewritten to akowalska+ana@vendor.example", "550 rewritten to a•••@vendor.example"],
    [
      "550 SRS0=x=y=vendor.example=ana.kowalska@relay.example",
      "550 SRS0=x=y=vendor.example=a•••@relay.example",
    ],
    ["550 robot@acme.example may not send", "550 [login] may not send"],
    ["550 see https://mail.example/u/ana", "550 see [link]"],
  ])("%s", async (reply, told) => {
    const { transport, where } = await start(
      {
        ...PLAIN,
        onRcptTo: (_, __, done) => done(smtpError(550, reply.slice(4))),
        onAuth: (_, __, done) => done(null, { user: "u" }),
      },
      { login: { user: "robot@acme.example", password: new Concealed("smtp-canary") } },
    );
    const { message } = await rejectionOf(transport.send(anEmail({ to }), unending()));
    expect(message).toBe(
      `${where} refused the mail (${told}). Check the address, and whether the server may send from this sender.`,
    );
  });
});

test("a server that quotes the link it refuses, in pieces or encoded, shows nothing of its key", async () => {
  const key = "AQJm9878KI6y8V7PbMHhVVru2pV548v02TOxdeWrNcQMVA";
  const pieces = key.match(/.{1,12}/g) ?? [];
  const spellings = [key, pieces.join(" "), `${key.slice(0, 23)}\r\n554 ${key.slice(23)}`, btoa(`xx${key}`)];
  const to = (spelling: string) =>
    start({ ...PLAIN, onRcptTo: (_, __, done) => done(smtpError(554, `blocked ${spelling}`)) });
  const text = `https://handoff.example/h/SlY8E4NKPhhMiveoipXTpg#${key}\n`;
  for (const spelling of spellings) {
    const { transport } = await to(spelling);
    const { message } = await rejectionOf(transport.send(anEmail({ text }), unending()));
    expect(message).toContain("blocked [removed]");
    for (const piece of pieces.slice(0, -1)) expect(message).not.toContain(piece.slice(0, 8));
  }
});
