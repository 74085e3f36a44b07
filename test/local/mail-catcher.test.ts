import { GetEmailIdentityCommand, SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type MailCatcher, sesThrottled, startMailCatcher } from "@secret-handoff/local";
import { createTransport } from "nodemailer";

let mail: MailCatcher;
let ses: SESv2Client;

beforeAll(async () => {
  mail = await startMailCatcher();
  ses = new SESv2Client({
    endpoint: mail.ses,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
});
afterAll(() => mail.close());
beforeEach(() => mail.inbox.clear());

const email = {
  from: "Acme Security <handoff@acme.example>",
  to: "ana@vendor.example",
  replyTo: "security@acme.example",
  subject: "Grüße — a handoff",
  text: "plain\nwords",
  html: "<html><head></head><body><p>rich</p></body></html>",
  messageId: "<one@acme.example>",
  headers: { "Auto-Submitted": "auto-generated" },
};

const send = (changes: Partial<typeof email> = {}) =>
  createTransport(mail.smtp).sendMail({ ...email, ...changes });

describe("SMTP", () => {
  test("a mail arrives with its parts, headers and recipients", async () => {
    await send();
    expect(mail.inbox.mails).toMatchObject([
      {
        via: "smtp",
        from: "Acme Security <handoff@acme.example>",
        to: "ana@vendor.example",
        replyTo: "security@acme.example",
        subject: "Grüße — a handoff",
        messageId: "one@acme.example",
        recipients: ["ana@vendor.example"],
      },
    ]);
    const [{ text, html, headers } = { text: "", html: "", headers: [] }] = mail.inbox.mails;
    expect([text.trim(), html.includes("<p>rich</p>")]).toEqual(["plain\nwords", true]);
    expect(headers).toContainEqual(["Auto-Submitted", "auto-generated"]);
  });

  test("a refused address is refused for good, the others are served", async () => {
    mail.smtpServer.refuse("gone@vendor.example");
    await expect(send({ to: "gone@vendor.example" })).rejects.toMatchObject({ responseCode: 550 });
    await send();
    expect(mail.inbox.mails).toHaveLength(1);
  });

  test("a greylisted address is refused once, with a code that says try again", async () => {
    mail.smtpServer.greylist("slow@vendor.example");
    await expect(send({ to: "slow@vendor.example" })).rejects.toMatchObject({ responseCode: 451 });
    await send({ to: "slow@vendor.example" });
    expect(mail.inbox.mails).toHaveLength(1);
  });

  test("a connection dropped after accepting fails at the sender although the mail is there", async () => {
    mail.smtpServer.dropAfterAccepting();
    await expect(send()).rejects.toThrow();
    expect(mail.inbox.mails).toHaveLength(1);
  });

  test("with a login set, nobody else may hand in mail", async () => {
    const closed = await startMailCatcher({ login: { user: "relay", password: "right" } });
    const { hostname: host, port } = new URL(closed.smtp);
    const sendAs = (pass: string) =>
      createTransport({ host, port: Number(port), ignoreTLS: true, auth: { user: "relay", pass } }).sendMail(
        email,
      );
    await expect(sendAs("wrong")).rejects.toMatchObject({ responseCode: 535 });
    await expect(createTransport(closed.smtp).sendMail(email)).rejects.toMatchObject({ responseCode: 530 });
    await sendAs("right");
    expect(closed.inbox.mails).toHaveLength(1);
    await closed.close();
  });
});

describe("SES v2", () => {
  const simple = new SendEmailCommand({
    FromEmailAddress: email.from,
    Destination: { ToAddresses: [email.to] },
    ReplyToAddresses: [email.replyTo],
    Content: {
      Simple: {
        Subject: { Data: email.subject },
        Body: { Text: { Data: email.text }, Html: { Data: email.html } },
        Headers: [{ Name: "Auto-Submitted", Value: "auto-generated" }],
      },
    },
    EmailTags: [{ Name: "handoff", Value: "abc" }],
  });

  test("a simple message arrives in the same inbox under the id that the answer names", async () => {
    const { MessageId } = await ses.send(simple);
    expect(mail.inbox.mails).toMatchObject([
      {
        via: "ses",
        from: email.from,
        to: email.to,
        replyTo: email.replyTo,
        subject: email.subject,
        recipients: [email.to],
        tags: ["handoff=abc"],
        messageId: `${MessageId}@eu-west-1.amazonses.com`,
      },
    ]);
    expect(mail.inbox.mails[0]?.headers).toContainEqual(["Auto-Submitted", "auto-generated"]);
  });

  test("a raw message arrives as it was written", async () => {
    const Data = new TextEncoder().encode(
      "From: a@acme.example\r\nTo: b@vendor.example\r\nSubject: raw\r\n\r\nhello\r\n",
    );
    await ses.send(
      new SendEmailCommand({
        Destination: { ToAddresses: ["b@vendor.example"] },
        Content: { Raw: { Data } },
      }),
    );
    expect(mail.inbox.mails).toMatchObject([{ subject: "raw", text: expect.stringContaining("hello") }]);
  });

  test("refusals and throttling come as the exceptions that the SDK knows", async () => {
    mail.sesEndpoint.faults.order(sesThrottled);
    await expect(ses.send(simple)).rejects.toMatchObject({ name: "TooManyRequestsException" });
    mail.sesEndpoint.verifyOnly(["acme.example"]);
    await ses.send(simple);
    const identity = (EmailIdentity: string) => ses.send(new GetEmailIdentityCommand({ EmailIdentity }));
    expect(await identity("acme.example")).toMatchObject({ VerifiedForSendingStatus: true });
    await expect(identity("other.example")).rejects.toMatchObject({ name: "NotFoundException" });
    mail.sesEndpoint.refuse(email.to);
    await expect(ses.send(simple)).rejects.toMatchObject({ name: "MessageRejected" });
    mail.sesEndpoint.deny("ses:SendEmail");
    await expect(ses.send(simple)).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(mail.inbox.mails).toHaveLength(1);
  });
});

describe("the inbox", () => {
  test("lists mails as JSON and as a page, and empties on DELETE", async () => {
    await send({ subject: "<script>alert(1)</script>" });
    const api = `${mail.inboxUrl}/api/messages`;
    expect(await (await fetch(api)).json()).toMatchObject([
      { to: email.to, subject: "<script>alert(1)</script>" },
    ]);
    const page = await (await fetch(mail.inboxUrl)).text();
    expect(page).toContain("&lt;script&gt;");
    expect(page).not.toContain("<script>");
    expect((await fetch(api, { method: "DELETE" })).status).toBe(204);
    expect(await (await fetch(api)).json()).toEqual([]);
  });

  test("shows the HTML part in a sandbox that runs and loads nothing", async () => {
    await send();
    const url = `${mail.inboxUrl}/messages/${mail.inbox.mails[0]?.id}`;
    expect(await (await fetch(url)).text()).toContain(
      `sandbox="allow-popups allow-popups-to-escape-sandbox"`,
    );
    const framed = await fetch(`${url}/html`);
    expect(framed.headers.get("content-security-policy")).toMatch(/^default-src 'none';.*sandbox/);
    expect(await framed.text()).toContain(`<head><base target="_blank"></head>`);
  });

  test("is closed to other origins", async () => {
    const foreign = { headers: { origin: "https://evil.example" } };
    expect((await fetch(`${mail.inboxUrl}/api/messages`, foreign)).status).toBe(403);
  });

  test("tells of a mail when it arrives", async () => {
    const arriving = mail.inbox.mailTo("bo@vendor.example");
    await send();
    await send({ to: "bo@vendor.example" });
    expect((await arriving).to).toBe("bo@vendor.example");
  });
});
