import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { Claims, Codes, Table, type Update } from "@secret-handoff/lambda";
import { localClient, Recipient, TABLE } from "@secret-handoff/local";
import {
  deriveLinkKeys,
  deriveOpenKeys,
  emailVerifierOf,
  formatLink,
  type HandoffId,
} from "@secret-handoff/protocol";
import { codeHashOf } from "../../packages/lambda/src/recipient/send-code.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

describeOnEachEngine("a mailed code", (engine) => {
  const EMAIL = "ana@vendor.example";
  const RIGHT = { email: EMAIL };

  let service: TestService;
  let sender: Sender;
  let recipient: Recipient;
  let id: string;

  beforeAll(async () => {
    service = await startTestService({ engine });
    sender = new Sender(service);
  });
  beforeEach(async () => {
    const sealed = await sender.handOver({ email: EMAIL, mailedCode: true });
    id = sealed.id;
    recipient = new Recipient(sealed.link);
  });
  afterAll(() => service.close());

  /** The next one, when the one before is no repetition any more. */
  async function mailedCode(): Promise<string> {
    service.clock.now += 30;
    const before = service.mail.inbox.mails.length;
    expect((await recipient.code(EMAIL)).status).toBe(202);
    const messages = service.mail.inbox.mails;
    expect(messages).toHaveLength(before + 1);
    return /^\d{8}$/m.exec(messages.at(-1)?.text ?? "")?.[0] ?? "";
  }

  const otherThan = (code: string) => String((Number(code) + 1) % 100_000_000).padStart(8, "0");

  const trailOf = async (id: string) => {
    await service.service.drained();
    return service.events
      .filter(({ handoff }) => handoff === id)
      .map(({ type, outcome }) => (outcome === "done" ? type : `${type} ${outcome}`));
  };

  test("the link and the address are not enough: a code is needed, and no attempt is spent", async () => {
    expect((await recipient.status()).body.verification).toBe("email-code");
    expect(await recipient.claim(RIGHT)).toMatchObject({ status: 403, body: { code: "code_needed" } });
    expect((await recipient.status()).body.attemptsLeft).toBe(5);
  });

  test("a wrong address with a code is a wrong answer, whether or not a code was mailed", async () => {
    const wrong = { email: "bob@vendor.example", code: "12345678" };
    expect(await recipient.claim(wrong)).toMatchObject({ status: 403, body: { attemptsLeft: 4 } });
    await mailedCode();
    expect(await recipient.claim(wrong)).toMatchObject({ status: 403, body: { attemptsLeft: 3 } });
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

  test("the code comes in the language that the page speaks, and in no words but ours", async () => {
    expect((await recipient.code(EMAIL, "ja")).status).toBe(202);
    expect(service.mail.inbox.mails.at(-1)?.subject).toContain("確認コード");
    service.clock.now += 30;
    for (const odd of ["xx", "de-AT", "Pay now", ""])
      expect(await recipient.code(EMAIL, odd)).toMatchObject({ status: 400 });
    await recipient.code(EMAIL);
    expect(service.mail.inbox.mails.at(-1)?.subject).toBe("Your confirmation code");
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
    const code = await mailedCode();
    const start = service.clock.now;
    service.clock.now = start + seconds;
    const claim = await recipient.claim({ ...RIGHT, code });
    service.clock.now = start;
    expect(claim.status).toBe(status);
  });

  test("a new code replaces the one before; three codes, and no more", async () => {
    const first = await mailedCode();
    await mailedCode();
    expect((await recipient.claim({ ...RIGHT, code: first })).status).toBe(403);
    const last = await mailedCode();
    const before = service.mail.inbox.mails.length;
    service.clock.now += 30;
    expect((await recipient.code(EMAIL)).status).toBe(202);
    expect(service.mail.inbox.mails).toHaveLength(before);
    expect((await recipient.claim({ ...RIGHT, code: last })).status).toBe(200);
  });

  test("a request that is repeated within half a minute uses one code, and mails it once", async () => {
    const before = service.mail.inbox.mails.length;
    const code = await mailedCode();
    await Promise.all([recipient.code(EMAIL), recipient.code(EMAIL)]);
    service.clock.now += 29;
    await recipient.code(EMAIL);
    expect(service.mail.inbox.mails).toHaveLength(before + 1);
    expect((await service.stored(id))?.codesLeft?.N).toBe("2");
    expect((await recipient.claim({ ...RIGHT, code })).status).toBe(200);
  });

  test("a write that the SDK repeats, because its answer was lost, uses one code and tells it", async () => {
    const client = localClient(service.engine.endpoint);
    const repeating = new Table(client, TABLE);
    const update = repeating.updateAndRead.bind(repeating);
    repeating.updateAndRead = async (change) => {
      await update(change);
      return update(change);
    };
    const { emailKey } = deriveLinkKeys(recipient.link);
    const shown = { emailVerifier: emailVerifierOf(emailKey, EMAIL), codeHash: new Uint8Array(32) };
    expect(await new Codes(repeating).arm(id as HandoffId, shown, service.clock.now)).toBe("armed");
    expect((await service.stored(id))?.codesLeft?.N).toBe("2");
    client.destroy();
  });

  /** A claim of which the SDK repeats the refund, whose answer was lost. */
  async function claimWithRepeatedRefund(answers: { readonly email: string; readonly code?: string }) {
    const client = localClient(service.engine.endpoint);
    const repeating = new Table(client, TABLE);
    const isRefund = ({ set }: Update) =>
      set.some(({ text, values }) => text.startsWith("#attemptsLeft =") && values[0]?.N === "1");
    for (const name of ["update", "updateAndRead"] as const) {
      const write = repeating[name].bind(repeating) as (change: Update) => Promise<never>;
      repeating[name] = async (change: Update) => {
        if (isRefund(change)) await write(change);
        return write(change);
      };
    }
    const { claimToken } = await deriveOpenKeys(recipient.link, answers);
    const { linkToken } = deriveLinkKeys(recipient.link);
    const codeHash = answers.code === undefined ? undefined : codeHashOf(linkToken, answers.code);
    const attempt = { claimToken, claimId: recipient.claimId, flags: recipient.link.flags, codeHash };
    await new Claims(repeating).claim(id as HandoffId, attempt, service.clock.now);
    client.destroy();
  }

  test.each([
    ["a wrong code", true],
    ["no code", false],
  ])("a refund that the SDK repeats gives back no more attempts than there were: %s", async (_, typed) => {
    const code = otherThan(await mailedCode());
    for (let n = 0; n < 4; n += 1) {
      await claimWithRepeatedRefund({ ...RIGHT, ...(typed ? { code } : {}) });
      expect((await recipient.status()).body).toMatchObject({ state: "open", attemptsLeft: 5 });
    }
    // Nothing has drained this table's writes: each wrong code has left its event there.
    const outbox = JSON.stringify((await service.stored(id))?.outbox);
    expect(outbox.split("wrong_code").length - 1).toBeGreaterThanOrEqual(typed ? 4 : 0);
  });

  test("claims without a code, and requests for one, all at once, count to ten and not beyond", async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        n % 2 === 0 ? recipient.claim(RIGHT) : recipient.code(`guess${n}@vendor.example`),
      ),
    );
    const item = await service.stored(id);
    if (item?.codeRequestsLeft) expect(Number(item.codeRequestsLeft.N)).toBeGreaterThanOrEqual(0);
    expect(Number(item?.attemptsLeft?.N)).toBeLessThanOrEqual(5);
  });

  test("three codes of five wrong tries each lock, visibly, for whoever knows the address", async () => {
    for (let round = 0; round < 3; round += 1) {
      const code = await mailedCode();
      for (let n = 0; n < 5; n += 1) {
        const { status, body } = await recipient.claim({ ...RIGHT, code: otherThan(code) });
        const isLast = round === 2 && n === 4;
        expect([status, body.code]).toEqual(isLast ? [410, "locked"] : [403, "code_needed"]);
      }
    }
    expect((await recipient.status()).body.state).toBe("locked");
    expect((await trailOf(id)).slice(-2)).toEqual(["answer_wrong wrong_code", "locked codes_spent"]);
    expect(await service.stored(id)).not.toHaveProperty("envelope");
  });

  test("three codes that were let go by lock when the next is asked for", async () => {
    for (let round = 0; round < 3; round += 1) await mailedCode();
    service.clock.now += 600;
    expect(await recipient.code(EMAIL)).toMatchObject({ status: 410, body: { code: "locked" } });
    expect((await trailOf(id)).at(-1)).toBe("locked codes_spent");
  });

  test("whoever has the link alone spends attempts with wrong codes, and ends no code silently", async () => {
    const code = await mailedCode();
    for (let n = 0; n < 4; n += 1) {
      await recipient.claim({ email: "bob@vendor.example", code: otherThan(code) });
    }
    expect((await recipient.status()).body).toMatchObject({ state: "open", attemptsLeft: 1 });
    expect((await recipient.claim({ ...RIGHT, code })).status).toBe(200);
  });

  test("60 wrong addresses are counted, and end in a lock that the answer names", async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 60; n += 1) statuses.push((await recipient.code(`guess${n}@vendor.example`)).status);
    expect(statuses).toEqual([...Array(9).fill(202), ...Array(51).fill(410)]);
    expect(await trailOf(id)).toEqual([
      "created",
      ...Array(10).fill("answer_wrong wrong_address"),
      "locked code_requests_spent",
    ]);
    expect((await recipient.status()).body.state).toBe("locked");
  });

  test("claims with the right address and no valid code are counted as requests, and end in a lock", async () => {
    const codes: (string | undefined)[] = [];
    for (let n = 0; n < 11; n += 1)
      codes.push((await recipient.claim({ ...RIGHT, code: "12345678" })).body.code);
    expect(codes).toEqual([...Array(9).fill("code_needed"), "locked", "locked"]);
    expect((await trailOf(id)).at(-1)).toBe("locked code_requests_spent");
  });

  test("parallel tries are judged no more than five times", async () => {
    const code = await mailedCode();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        recipient.claim({ ...RIGHT, code: String((Number(code) + 1 + n) % 100_000_000).padStart(8, "0") }),
      ),
    );
    expect(answers.filter(({ status }) => status !== 403 && status !== 410)).toEqual([]);
    const judged = (await trailOf(id)).filter((event) => event === "answer_wrong wrong_code");
    expect(judged.length).toBeLessThanOrEqual(5);
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

  test("a handoff that needs no code mails none, and its requests are counted until it locks", async () => {
    const plain = new Recipient((await sender.handOver({ email: EMAIL })).link);
    const before = service.mail.inbox.mails.length;
    expect((await plain.code(EMAIL)).status).toBe(202);
    expect(service.mail.inbox.mails).toHaveLength(before);
    for (let n = 0; n < 9; n += 1) expect((await plain.code(EMAIL)).status).toBe(202);
    expect(await plain.code(EMAIL)).toMatchObject({ status: 410, body: { code: "locked" } });
  });

  test("a code that nobody asked for does not keep an answer that needs none from opening", async () => {
    const plain = new Recipient((await sender.handOver({ email: EMAIL })).link);
    expect((await plain.claim({ ...RIGHT, code: "12345678" })).status).toBe(200);
    const open = new Recipient((await sender.handOver()).link);
    expect((await open.claim({ code: "12345678" })).status).toBe(200);
  });
});

describeOnEachEngine(
  "with and without the right address, what is asked of the tables is the same",
  (engine) => {
    let service: TestService;
    let sender: Sender;
    beforeAll(async () => {
      service = await startTestService({ engine, drainAfterWrites: false });
      sender = new Sender(service);
    });
    afterAll(() => service.close());

    const EMAIL = "ana@vendor.example";
    const handOver = async () =>
      new Recipient((await sender.handOver({ email: EMAIL, mailedCode: true })).link);

    async function callsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
      const before = service.calls.length;
      await work();
      return service.calls.slice(before);
    }

    test("for a request for a code, and for the claim after it", async () => {
      const [right, wrong] = [await handOver(), await handOver()];
      const asked = await Promise.all([
        await callsOf(() => right.code(EMAIL)),
        await callsOf(() => wrong.code("bob@vendor.example")),
      ]);
      expect(asked[0]).toEqual(["UpdateItem", "UpdateItem"]);
      expect(asked[1]).toEqual(asked[0]);
      // Neither holder of the link knows the code: what a claim costs must not tell who was mailed one.
      const guess = { email: "carol@vendor.example", code: "00000000" };
      const claimed = [await callsOf(() => right.claim(guess)), await callsOf(() => wrong.claim(guess))];
      expect(claimed[1]).toEqual(claimed[0]);
    });

    test("for a claim whose address, or code, is right or wrong", async () => {
      const { mails } = service.mail.inbox;
      const kinds: Record<string, (code: string) => { readonly email: string; readonly code?: string }> = {
        "both right": (code) => ({ email: EMAIL, code }),
        "another code": (code) => ({ email: EMAIL, code: code === "00000000" ? "00000001" : "00000000" }),
        "no code": () => ({ email: EMAIL }),
        "another address": (code) => ({ email: "bob@vendor.example", code }),
      };
      for (const [name, answers] of Object.entries(kinds)) {
        const recipient = await handOver();
        await recipient.code(EMAIL);
        const code = /^\d{8}$/m.exec(mails.at(-1)?.text ?? "")?.[0] ?? "";
        expect([name, await callsOf(() => recipient.claim(answers(code)))]).toEqual([
          name,
          ["UpdateItem", "UpdateItem"],
        ]);
      }
    });
  },
);
