import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Claims, Table } from "@secret-handoff/lambda";
import { localClient, Recipient, TABLE } from "@secret-handoff/local";
import { deriveOpenKeys, type HandoffId, LEASE_SECONDS } from "@secret-handoff/protocol";
import { describeOnEachEngine } from "../support/engines.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

describeOnEachEngine("a claim", (engine) => {
  let service: TestService;
  let sender: Sender;

  beforeAll(async () => {
    service = await startTestService({ engine });
    sender = new Sender(service);
  });
  afterAll(() => service.close());

  const EMAIL = "ana@vendor.example";

  describe("a link without checks", () => {
    test("opens once, for one browser, and reads again for that browser within its lease", async () => {
      const { link } = await sender.handOver();
      const [first, second] = [new Recipient(link), new Recipient(link)];
      const claim = await first.claim();
      expect(claim.status).toBe(200);
      expect((await first.open(claim)).items[0]?.fields[0]?.value).toBe("hunter2-hunter2");
      expect((await first.claim()).body.envelope).toBe(claim.body.envelope);
      expect(await second.claim()).toMatchObject({ status: 410, body: { code: "claimed" } });
    });

    test("a wrong claim token is refused, and counted after the refusal; the fifth locks", async () => {
      const { link, id } = await sender.handOver();
      const recipient = new Recipient(link);
      for (const attemptsLeft of [4, 3, 2, 1, 0]) {
        expect(await recipient.claimWith(new Uint8Array(32))).toMatchObject({
          status: 403,
          body: { code: "wrong_answer", attemptsLeft },
        });
      }
      expect(await recipient.claim()).toMatchObject({ status: 410, body: { code: "locked" } });
      expect(await service.stored(id)).not.toHaveProperty("envelope");
    });

    test("opens for the right token after wrong ones", async () => {
      const recipient = new Recipient((await sender.handOver()).link);
      await recipient.claimWith(new Uint8Array(32));
      expect((await recipient.claim()).status).toBe(200);
    });
  });

  test("a browser that has claimed and mistypes then is told so and may type again; another one learns nothing", async () => {
    const { link, id } = await sender.handOver({ email: EMAIL });
    const [first, second] = [new Recipient(link), new Recipient(link)];
    expect((await first.claim({ email: EMAIL })).status).toBe(200);
    const before = await service.stored(id);
    for (let round = 0; round < 6; round += 1) {
      expect(await first.claim({ email: "anna@vendor.example" })).toMatchObject({
        status: 410,
        body: { code: "claimed", leaseUntil: expect.any(Number) },
      });
    }
    for (const email of [EMAIL, "anna@vendor.example"]) {
      expect((await second.claim({ email })).body).not.toHaveProperty("leaseUntil");
    }
    expect(await service.stored(id)).toEqual(before);
    expect((await first.claim({ email: EMAIL })).status).toBe(200);
  });

  describe("flags that are not the handoff's judge nothing, and are counted until it locks", () => {
    test.each<[string, { readonly email?: string }, 0 | 1 | 2 | 3]>([
      ["none, where the address is asked for", { email: EMAIL }, 0],
      ["a passphrase's, where the address is asked for", { email: EMAIL }, 1],
      ["the address's, where nothing is asked for", {}, 2],
    ])("%s", async (_, answers, flags) => {
      const { link, id } = await sender.handOver(answers);
      const recipient = new Recipient(link);
      const { claimToken } = await deriveOpenKeys(recipient.link, answers);
      for (const attemptsLeft of [4, 3, 2, 1, 0]) {
        expect(await recipient.claimAs(flags, claimToken)).toMatchObject({
          status: 403,
          body: { code: "wrong_answer", attemptsLeft },
        });
      }
      expect(await recipient.claimAs(flags, claimToken)).toMatchObject({
        status: 410,
        body: { code: "locked" },
      });
      await service.service.drained();
      const types = service.events.filter(({ handoff }) => handoff === id).map(({ type }) => type);
      expect(types).toEqual(["created", ...Array(5).fill("answer_wrong"), "locked"]);
    });
  });

  describe("a link with an answer to give", () => {
    test("opens with the right address, and every wrong one costs an attempt", async () => {
      const recipient = new Recipient((await sender.handOver({ email: EMAIL })).link);
      expect(await recipient.claim({ email: "bob@vendor.example" })).toMatchObject({
        status: 403,
        body: { code: "wrong_answer", attemptsLeft: 4 },
      });
      expect((await recipient.claim({ email: " Ana@Vendor.Example " })).status).toBe(200);
    });

    test("40 wrong answers at once: 5 are judged, each answered with what is left after it; then it is locked and the envelope is gone", async () => {
      const { link, id } = await sender.handOver({ email: EMAIL });
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          new Recipient(link).claim({ email: `guess${n}@vendor.example` }),
        ),
      );
      const judged = answers.filter(({ status }) => status === 403);
      expect(judged.map(({ body }) => body.attemptsLeft).sort()).toEqual([0, 1, 2, 3, 4]);
      expect(answers.filter(({ status }) => status === 410)).toHaveLength(35);
      expect(await new Recipient(link).claim({ email: EMAIL })).toMatchObject({
        status: 410,
        body: { code: "locked" },
      });
      expect((await service.stored(id))?.envelope).toBeUndefined();
      await service.service.drained();
      const types = service.events.filter(({ handoff }) => handoff === id).map(({ type }) => type);
      expect(types.toSorted()).toEqual([...Array(5).fill("answer_wrong"), "created", "locked"]);
    });

    test("a last attempt whose answer was lost is judged when it comes again, and still opens", async () => {
      const { link, id } = await sender.handOver({ email: EMAIL });
      const recipient = new Recipient(link);
      for (let n = 0; n < 4; n += 1) await recipient.claim({ email: "bob@vendor.example" });
      await dieAfterDebit(id, recipient, EMAIL);
      expect(await new Recipient(link).claim({ email: EMAIL })).toMatchObject({
        status: 410,
        body: { code: "locked" },
      });
      expect(await recipient.claim({ email: "carol@vendor.example" })).toMatchObject({
        status: 410,
        body: { code: "locked" },
      });
      expect((await recipient.claim({ email: EMAIL })).status).toBe(200);
    });

    test("a wrong last attempt that comes again locks, and is never judged as another", async () => {
      const { link, id } = await sender.handOver({ email: EMAIL });
      const recipient = new Recipient(link);
      for (let n = 0; n < 4; n += 1) await recipient.claim({ email: "bob@vendor.example" });
      await dieAfterDebit(id, recipient, "carol@vendor.example");
      expect((await recipient.claim({ email: EMAIL })).status).toBe(410);
      expect(await recipient.claim({ email: "carol@vendor.example" })).toMatchObject({
        status: 403,
        body: { code: "wrong_answer", attemptsLeft: 0 },
      });
      expect((await service.stored(id))?.state?.S).toBe("locked");
    });

    test("wrong answers after a claim change nothing, not even the attempts", async () => {
      const { link, id } = await sender.handOver({ email: EMAIL });
      const winner = new Recipient(link);
      expect((await winner.claim({ email: EMAIL })).status).toBe(200);
      await service.service.drained();
      const before = await service.stored(id);
      for (let n = 0; n < 10; n += 1) {
        expect((await new Recipient(link).claim({ email: "bob@vendor.example" })).status).toBe(410);
      }
      expect(await service.stored(id)).toEqual(before);
      expect((await winner.claim({ email: EMAIL })).status).toBe(200);
    });
  });

  /** What a request leaves that dies between the debit of the last attempt and its verdict. */
  async function dieAfterDebit(id: string, recipient: Recipient, email: string): Promise<void> {
    const client = localClient(service.engine.endpoint);
    const dying = new Table(client, TABLE);
    const update = dying.updateAndRead.bind(dying);
    dying.updateAndRead = async (change) => {
      const written = await update(change);
      if (written.done) throw new Error("killed");
      return written;
    };
    const { claimToken } = await deriveOpenKeys(recipient.link, { email });
    const attempt = { claimToken, claimId: recipient.claimId, flags: recipient.link.flags };
    await expect(new Claims(dying).claim(id as HandoffId, attempt, service.clock.now)).rejects.toThrow(
      "killed",
    );
    client.destroy();
  }

  describe("time is judged by the conditions, not by TTL or the sweeper", () => {
    test.each([
      ["a second before its expiry a handoff opens", -1, 200, undefined],
      ["at its expiry it is over", 0, 410, "expired"],
      ["a second after its expiry it is over", 1, 410, "expired"],
    ])("%s", async (_, seconds, status, code) => {
      const { link, expiresAt, id } = await sender.handOver();
      const start = service.clock.now;
      service.clock.now = expiresAt + seconds;
      const recipient = new Recipient(link);
      const shown = await recipient.status();
      const claim = await recipient.claim();
      expect(await service.stored(id)).toBeDefined();
      service.clock.now = start;
      expect(shown.body.state).toBe(code ?? "open");
      expect(claim.status).toBe(status);
      expect(claim.body.code).toBe(code);
      if (code) expect(claim.body.changedAt).toBe(expiresAt);
    });

    test.each([
      ["a second before its end a lease holds", LEASE_SECONDS - 1, 200, "claimed"],
      ["at its end it is over", LEASE_SECONDS, 410, "unconfirmed"],
      ["a second after its end it is over", LEASE_SECONDS + 1, 410, "unconfirmed"],
    ])("%s", async (_, seconds, status, state) => {
      const recipient = new Recipient((await sender.handOver()).link);
      const start = service.clock.now;
      expect((await recipient.claim()).body.leaseUntil).toBe(start + LEASE_SECONDS);
      service.clock.now = start + seconds;
      const [again, shown] = [await recipient.claim(), await recipient.status()];
      service.clock.now = start;
      expect(again.status).toBe(status);
      expect(shown.body.state).toBe(state);
    });

    test("a lease ends with the handoff where that comes first", async () => {
      const recipient = new Recipient((await sender.handOver({ expiresAt: service.clock.now + 30 })).link);
      const start = service.clock.now;
      expect((await recipient.claim()).body.leaseUntil).toBe(start + 30);
      service.clock.now = start + 30;
      const again = await recipient.claim();
      service.clock.now = start;
      expect(again).toMatchObject({ status: 410, body: { code: "unconfirmed" } });
    });
  });

  describe("the acknowledgement", () => {
    test("of what nobody has claimed is counted like a wrong answer, and the fifth locks", async () => {
      const { link, id } = await sender.handOver();
      const recipient = new Recipient(link);
      for (let n = 0; n < 4; n += 1) await recipient.acknowledge(new Uint8Array(32));
      expect((await recipient.status()).body).toMatchObject({ state: "open", attemptsLeft: 1 });
      expect((await recipient.acknowledge(new Uint8Array(32))).status).toBe(403);
      expect((await recipient.status()).body).toMatchObject({ state: "locked", attemptsLeft: 0 });
      expect((await service.stored(id))?.envelope).toBeUndefined();
    });

    test("takes the receipt of this claim, may be repeated, and ends every reading", async () => {
      const { link, id } = await sender.handOver();
      const recipient = new Recipient(link);
      const claim = await recipient.claim();
      const { receipt } = await recipient.open(claim);
      expect(await recipient.acknowledge(new Uint8Array(32))).toMatchObject({
        status: 403,
        body: { code: "wrong_receipt" },
      });
      expect((await new Recipient(link).acknowledge(receipt)).status).toBe(403);
      expect((await recipient.acknowledge(receipt)).status).toBe(204);
      expect((await recipient.acknowledge(receipt)).status).toBe(204);
      expect((await recipient.acknowledge(new Uint8Array(32))).status).toBe(403);
      expect(await recipient.claim()).toMatchObject({ status: 410, body: { code: "delivered" } });
      expect((await service.stored(id))?.envelope).toBeUndefined();
    });

    test("is taken late: unconfirmed becomes delivered", async () => {
      const { link, id } = await sender.handOver();
      const recipient = new Recipient(link);
      const { receipt } = await recipient.open(await recipient.claim());
      const start = service.clock.now;
      service.clock.now = start + LEASE_SECONDS;
      await service.service.sweep();
      expect((await service.stored(id))?.state?.S).toBe("unconfirmed");
      expect((await recipient.acknowledge(receipt)).status).toBe(204);
      expect((await recipient.status()).body.state).toBe("delivered");
      service.clock.now = start;
    });
  });

  describe("a report", () => {
    test("burns an unread handoff", async () => {
      const { link, id } = await sender.handOver();
      const recipient = new Recipient(link);
      expect((await recipient.report()).status).toBe(204);
      expect(await recipient.claim()).toMatchObject({ status: 410, body: { code: "reported" } });
      expect((await service.stored(id))?.envelope).toBeUndefined();
    });

    test("takes the envelope from whoever has claimed it, and is heard after delivery too", async () => {
      const { link } = await sender.handOver();
      const thief = new Recipient(link);
      const { receipt } = await thief.open(await thief.claim());
      expect((await new Recipient(link).report()).status).toBe(204);
      expect((await thief.claim()).status).toBe(410);
      expect((await thief.acknowledge(receipt)).status).toBe(403);

      const other = new Recipient((await sender.handOver()).link);
      await other.acknowledge((await other.open(await other.claim())).receipt);
      expect((await other.report()).status).toBe(204);
      expect((await other.status()).body.state).toBe("reported");
    });

    test.each(["revoked", "reported"])("a handoff that is %s no longer shows its header", async (state) => {
      const { link, id } = await sender.handOver();
      const recipient = new Recipient(link);
      expect((await recipient.status()).body.header).not.toBe("");
      if (state === "revoked") await sender.call("DELETE", `/v1/sender/handoffs/${id}`);
      else await recipient.report();
      expect((await recipient.status()).body).toMatchObject({ state, header: "" });
      expect(await service.stored(id)).not.toHaveProperty("header");
    });

    test("of a handoff that has ended unread changes no state and leaves one event, however often it comes", async () => {
      const { link, id } = await sender.handOver();
      await sender.call("DELETE", `/v1/sender/handoffs/${id}`);
      const recipient = new Recipient(link);
      for (let n = 0; n < 3; n += 1) expect((await recipient.report()).status).toBe(204);
      await service.service.drained();
      expect((await recipient.status()).body.state).toBe("revoked");
      expect(service.events.filter(({ handoff }) => handoff === id).map(({ type }) => type)).toEqual([
        "created",
        "revoked",
        "reported",
      ]);
    });
  });

  test("a wrong link token is answered with the bytes of an unknown id, and nothing is written", async () => {
    const { link } = await sender.handOver();
    await service.service.drained();
    const before = await service.scan();
    const stranger = new Recipient(link);
    const mixed = { ...stranger.link, linkSecret: crypto.getRandomValues(new Uint8Array(32)) };
    Object.defineProperty(stranger, "link", { value: mixed });
    const unknown = new Recipient(link);
    Object.defineProperty(unknown, "link", { value: { ...mixed, id: "AAAAAAAAAAAAAAAAAAAAAA" } });
    const answers = await Promise.all(
      [stranger, unknown].flatMap((recipient) => [
        recipient.status(),
        recipient.claimWith(new Uint8Array(32)),
        recipient.acknowledge(new Uint8Array(32)),
        recipient.report(),
        recipient.code(EMAIL),
      ]),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(404);
    expect(await service.scan()).toEqual(before);
  });
});
