import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { formatLink } from "@secret-handoff/protocol";
import { Recipient } from "../support/recipient.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

const EMAIL = "ana@vendor.example";
const RIGHT = { email: EMAIL };

let service: TestService;
let sender: Sender;
let recipient: Recipient;
let id: string;

beforeAll(async () => {
  service = await startTestService();
  sender = new Sender(service);
});
beforeEach(async () => {
  const sealed = await sender.handOver({ email: EMAIL, mailedCode: true });
  id = sealed.id;
  recipient = new Recipient(sealed.link);
});
afterAll(() => service.close());

async function mailedCode(): Promise<string> {
  const before = service.mail.inbox.mails.length;
  expect((await recipient.code(EMAIL)).status).toBe(202);
  const messages = service.mail.inbox.mails;
  expect(messages).toHaveLength(before + 1);
  return /^\d{8}$/m.exec(messages.at(-1)?.text ?? "")?.[0] ?? "";
}

const otherThan = (code: string) => String((Number(code) + 1) % 100_000_000).padStart(8, "0");

test("the link and the address are not enough: a code is needed, and asking for it debits nothing", async () => {
  expect((await recipient.status()).body.verification).toBe("email-code");
  expect(await recipient.claim(RIGHT)).toMatchObject({ status: 403, body: { code: "code_needed" } });
  expect((await recipient.status()).body.attemptsLeft).toBe(5);
});

test("the code mailed to the right address opens, once", async () => {
  const code = await mailedCode();
  const claim = await recipient.claim({ ...RIGHT, code });
  expect(claim.status).toBe(200);
  expect((await recipient.claim({ ...RIGHT, code })).body.envelope).toBe(claim.body.envelope);
  expect((await new Recipient(formatLink(recipient.link)).claim({ ...RIGHT, code })).status).toBe(410);
  const kept = ["emailVerifier", "codeHash", "codeExpiresAt", "codeTriesLeft"];
  expect(Object.keys((await service.stored(id)) ?? {}).filter((name) => kept.includes(name))).toEqual([]);
});

test("a wrong address gets the same answer, no mail, and spends no code", async () => {
  const before = service.mail.inbox.mails.length;
  const wrong = await recipient.code("bob@vendor.example");
  const right = await recipient.code(EMAIL);
  expect({ status: wrong.status, text: wrong.text }).toEqual({ status: right.status, text: right.text });
  expect(service.mail.inbox.mails).toHaveLength(before + 1);
  expect((await service.stored(id))?.codesLeft?.N).toBe("2");
});

test("five tries a code, counted apart from the attempts", async () => {
  const code = await mailedCode();
  for (let n = 0; n < 5; n += 1) {
    expect(await recipient.claim({ ...RIGHT, code: otherThan(code) })).toMatchObject({
      body: { code: "code_needed" },
    });
  }
  expect(await recipient.claim({ ...RIGHT, code })).toMatchObject({
    status: 403,
    body: { code: "code_needed" },
  });
  expect((await recipient.status()).body.attemptsLeft).toBe(5);
  expect((await recipient.claim({ ...RIGHT, code: await mailedCode() })).status).toBe(200);
});

test("the right code with a wrong address costs an attempt", async () => {
  const code = await mailedCode();
  expect(await recipient.claim({ email: "bob@vendor.example", code })).toMatchObject({
    status: 403,
    body: { code: "wrong_answer", attemptsLeft: 4 },
  });
  expect((await recipient.claim({ ...RIGHT, code })).status).toBe(200);
});

test.each([
  [599, 200],
  [600, 403],
])("%i seconds after it was mailed a code is answered %i", async (seconds, status) => {
  const start = service.clock.now;
  const code = await mailedCode();
  service.clock.now = start + seconds;
  const claim = await recipient.claim({ ...RIGHT, code });
  service.clock.now = start;
  expect(claim.status).toBe(status);
});

test("a new code replaces the one before; three codes, and no more", async () => {
  const first = await mailedCode();
  await mailedCode();
  expect((await recipient.claim({ ...RIGHT, code: first })).status).toBe(403);
  await mailedCode();
  const before = service.mail.inbox.mails.length;
  expect((await recipient.code(EMAIL)).status).toBe(202);
  expect(service.mail.inbox.mails).toHaveLength(before);
});

test("parallel tries are judged no more than five times", async () => {
  const code = await mailedCode();
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      recipient.claim({ ...RIGHT, code: String((Number(code) + 1 + n) % 100_000_000).padStart(8, "0") }),
    ),
  );
  expect(answers.every(({ status }) => status === 403)).toBe(true);
  await service.service.drained();
  expect(
    service.events.filter((event) => event.handoff === id && event.type === "answer_wrong"),
  ).toHaveLength(5);
});

test("the table and the trail hold neither address nor code", async () => {
  const code = await mailedCode();
  await service.service.drained();
  const kept = JSON.stringify([await service.scan(), await service.audited(), service.logged]);
  expect(kept).not.toContain(EMAIL);
  expect(kept).not.toContain(code);
  expect(service.events.filter((event) => event.handoff === id).map(({ type }) => type)).toEqual([
    "created",
    "code_mailed",
  ]);
});

test("a handoff that needs no code is not mailed one", async () => {
  const plain = new Recipient((await sender.handOver({ email: EMAIL })).link);
  const before = service.mail.inbox.mails.length;
  expect((await plain.code(EMAIL)).status).toBe(202);
  expect(service.mail.inbox.mails).toHaveLength(before);
  expect((await plain.claim({ ...RIGHT, code: "12345678" })).status).toBe(200);
});
