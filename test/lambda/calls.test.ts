import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import { encodeBase64url, formatLink } from "@secret-handoff/protocol";
import type { CreateRequest } from "@secret-handoff/protocol/api";
import { describeOnEachEngine } from "../support/engines.ts";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

const EMAIL = "ana@vendor.example";
const ABOUT = { secret: "arn:of-two", versionId: "v1", versionCreatedAt: 1 };

/** What a call asks of the tables, the drainer's work left out. */
describeOnEachEngine("calls to the tables", (engine) => {
  let service: TestService;
  let sender: Sender;
  beforeAll(async () => {
    service = await startTestService({
      engine,
      drainAfterWrites: false,
      senders: [
        { repositoryId: "42", may: ["send"] },
        { repositoryId: "43", may: ["send"] },
      ],
    });
    sender = new Sender(service);
  });
  afterAll(() => service.close());

  async function callsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
    const before = service.calls.length;
    await work();
    return service.calls.slice(before);
  }

  const subject = (secret: string, versionId: string): Partial<CreateRequest> => ({
    subject: { secret, versionId, versionCreatedAt: 1, recipient: EMAIL },
  });
  const createOf = async (more: Partial<CreateRequest> = {}) => {
    const body = createRequest(await sender.seal({ email: EMAIL }), more);
    return () => sender.create(body);
  };

  describe("of a sender", () => {
    test("a create without subject is one", async () => {
      expect(await callsOf(await createOf())).toEqual(["PutItem"]);
    });

    test("a create of a new subject is four: the first puts the recipient, or reads who it is", async () => {
      expect(await callsOf(await createOf(subject("arn:new", "v1")))).toEqual([
        "UpdateItem",
        "GetItem",
        "PutItem",
        "PutItem",
      ]);
    });

    test("a repeated create is two", async () => {
      const create = await createOf();
      await create();
      expect(await callsOf(create)).toEqual(["PutItem", "GetItem"]);
    });

    test("a check is three at the most, and writes nothing", async () => {
      await (await createOf(subject("arn:checked", "v1")))();
      const { linkVerifier, claimVerifier, receiptVerifier, envelope, header, ...proposal } = createRequest(
        await sender.seal({ email: EMAIL }),
        subject("arn:checked", "v2"),
      );
      expect(await callsOf(() => sender.call("POST", "/v1/sender/handoffs/check", proposal))).toEqual([
        "GetItem",
        "GetItem",
        "GetItem",
      ]);
    });

    test("a check asks the same, whether or not anybody has handed something to this address", async () => {
      const other = new Sender(service, { job: { repository: "octo/other", repositoryId: "43" } });
      await other.handOver(
        { email: "known@vendor.example" },
        { subject: { ...ABOUT, recipient: "known@vendor.example" } },
      );
      for (const recipient of ["known@vendor.example", "unknown@vendor.example"]) {
        const proposal = {
          class: "internal-tool",
          flags: 2,
          expiresAt: service.clock.now + 60,
          subject: { ...ABOUT, recipient },
        };
        const check = () =>
          sender
            .call("POST", "/v1/sender/handoffs/check", proposal)
            .then(({ body }) => expect(body).toEqual({ outcome: "create" }));
        expect([recipient, await callsOf(check)]).toEqual([recipient, ["GetItem", "GetItem"]]);
      }
    });

    test("a call for what is another's asks the same as one for what is not there", async () => {
      const other = new Sender(service, { job: { repository: "octo/other", repositoryId: "43" } });
      const { id } = await other.handOver({ email: EMAIL });
      const asked = {
        class: "database-access",
        secrets: ["arn:asked"],
        recipients: [EMAIL],
        expiresIn: 3_600,
        reason: "test",
      };
      const { id: request } = (await other.call("POST", "/v1/sender/requests", asked)).body;
      const missing = encodeBase64url(new Uint8Array(16));
      const pairs: readonly (readonly [string, string, string, object?])[] = [
        ["GET", `handoffs/${id}`, `handoffs/${missing}`],
        ["DELETE", `handoffs/${id}`, `handoffs/${missing}`],
        ["POST", `handoffs/${id}/mailed`, `handoffs/${missing}/mailed`, { messageId: "<a@b>" }],
        ["GET", `requests/${request}`, `requests/req_${missing}`],
      ];
      for (const [method, foreign, none, body] of pairs) {
        const ask = async (path: string) => {
          const { status, text } = await sender.call(method, `/v1/sender/${path}`, body);
          return { status, text };
        };
        const answers: unknown[] = [];
        const calls = async (path: string) => callsOf(async () => answers.push(await ask(path)));
        // More than stand one by one in the trail: the others are counted.
        for (let n = 0; n < 6; n += 1)
          expect([method, foreign, await calls(foreign)]).toEqual([method, foreign, await calls(none)]);
        expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
        expect(answers[0]).toMatchObject({ status: 404 });
      }
    });

    test("a revocation is two, and a list one", async () => {
      const { id } = await sender.handOver({ email: EMAIL });
      expect(await callsOf(() => sender.call("DELETE", `/v1/sender/handoffs/${id}`))).toEqual([
        "GetItem",
        "UpdateItem",
      ]);
      expect(await callsOf(() => sender.call("GET", "/v1/sender/handoffs"))).toEqual(["Query"]);
    });
  });

  describe("of a recipient", () => {
    test("a claim is one", async () => {
      const recipient = new Recipient((await sender.handOver()).link);
      expect(await callsOf(() => recipient.claim())).toEqual(["UpdateItem"]);
    });

    test("a claim with the address is two, whether it is right or wrong", async () => {
      const recipient = new Recipient((await sender.handOver({ email: EMAIL })).link);
      const two = ["UpdateItem", "UpdateItem"];
      expect(await callsOf(() => recipient.claim({ email: "bob@vendor.example" }))).toEqual(two);
      expect(await callsOf(() => recipient.claim({ email: EMAIL }))).toEqual(two);
    });

    test.each<[string, { readonly email?: string }]>([
      ["without checks", {}],
      ["with the address", { email: EMAIL }],
    ])("a claim %s that is refused, or reads again, is one", async (_, answers) => {
      const { link } = await sender.handOver(answers);
      const winner = new Recipient(link);
      await winner.claim(answers);
      expect(await callsOf(() => new Recipient(link).claim(answers))).toEqual(["GetItem"]);
      expect(await callsOf(() => winner.claim(answers))).toEqual(["GetItem"]);
    });

    test("an acknowledgement is one write, and one read when it is repeated", async () => {
      const recipient = new Recipient((await sender.handOver()).link);
      const { receipt } = await recipient.open(await recipient.claim());
      expect(await callsOf(() => recipient.acknowledge(receipt))).toEqual(["UpdateItem"]);
      expect(await callsOf(() => recipient.acknowledge(receipt))).toEqual(["UpdateItem"]);
      expect(await callsOf(() => recipient.acknowledge(receipt))).toEqual(["GetItem"]);
    });

    /** A refused write bills the whole envelope; a read a twentieth of that. */
    test.each<[string, (recipient: Recipient) => Promise<unknown>, number]>([
      ["wrong receipts", (recipient) => recipient.acknowledge(crypto.getRandomValues(new Uint8Array(32))), 1],
      ["claims by another browser", ({ link }) => new Recipient(formatLink(link)).claim(), 0],
      ["claims with wrong tokens", (recipient) => recipient.claimWith(new Uint8Array(32)), 0],
      ["claims with wrong flags", (recipient) => recipient.claimAs(3, new Uint8Array(32)), 0],
      ["requests for a code", (recipient) => recipient.code(EMAIL), 1],
    ])(
      "sixty %s within a lease are refused writes at first, and then only reads",
      async (_, call, writes) => {
        const recipient = new Recipient((await sender.handOver()).link);
        const { receipt } = await recipient.open(await recipient.claim());
        const calls = await callsOf(async () => {
          for (let n = 0; n < 60; n += 1) await call(recipient);
        });
        expect(calls.filter((name) => name === "UpdateItem")).toHaveLength(writes);
        expect(calls.length).toBeLessThanOrEqual(61);
        // Nobody else takes the lease from the browser that has it.
        expect((await recipient.claim()).status).toBe(200);
        expect((await recipient.acknowledge(receipt)).status).toBe(204);
      },
    );

    test("a report is one, also when it is repeated; two when the link has ended unread", async () => {
      const recipient = new Recipient((await sender.handOver()).link);
      expect(await callsOf(() => recipient.report())).toEqual(["UpdateItem"]);
      expect(await callsOf(() => recipient.report())).toEqual(["UpdateItem"]);
      const { id, link } = await sender.handOver();
      await sender.call("DELETE", `/v1/sender/handoffs/${id}`);
      const late = new Recipient(link);
      expect(await callsOf(() => late.report())).toEqual(["UpdateItem", "UpdateItem"]);
      expect(await callsOf(() => late.report())).toEqual(["GetItem"]);
    });

    /** Each flood ends in a lock, which removes the envelope; what comes then only reads. */
    test.each<[string, boolean, (recipient: Recipient, n: number) => Promise<unknown>, number, number]>([
      [
        "requests for a code with wrong addresses",
        true,
        (who, n) => who.code(`guess${n}@vendor.example`),
        21,
        49,
      ],
      ["requests for a code where none is mailed", false, (who) => who.code(EMAIL), 13, 48],
      ["claims with wrong flags", false, (who) => who.claimAs(1, new Uint8Array(32)), 11, 54],
    ])(
      "sixty %s at an open link are a few writes, and then only reads",
      async (_, mailedCode, call, writes, reads) => {
        const { link } = await sender.handOver({ email: EMAIL, ...(mailedCode ? { mailedCode } : {}) });
        const recipient = new Recipient(link);
        const calls = await callsOf(async () => {
          for (let n = 0; n < 60; n += 1) await call(recipient, n);
        });
        expect(calls.filter((name) => name === "UpdateItem").length).toBeLessThanOrEqual(writes);
        expect(calls.filter((name) => name === "GetItem").length).toBeLessThanOrEqual(reads);
        expect(calls.length).toBeLessThanOrEqual(writes + reads);
      },
    );

    test("with a wrong link token there is none", async () => {
      const stranger = new Recipient((await sender.handOver()).link);
      const linkSecret = crypto.getRandomValues(new Uint8Array(32));
      Object.defineProperty(stranger, "link", { value: { ...stranger.link, linkSecret } });
      const all = () =>
        Promise.all([
          stranger.status(),
          stranger.claim({ email: EMAIL }),
          stranger.code(EMAIL),
          stranger.acknowledge(new Uint8Array(32)),
          stranger.report(),
        ]);
      expect(await callsOf(all)).toEqual([]);
    });

    test("a request for a code is two, and one where none is mailed", async () => {
      const coded = new Recipient((await sender.handOver({ email: EMAIL, mailedCode: true })).link);
      expect(await callsOf(() => coded.code(EMAIL))).toEqual(["UpdateItem", "UpdateItem"]);
      const plain = new Recipient((await sender.handOver({ email: EMAIL })).link);
      expect(await callsOf(() => plain.code(EMAIL))).toEqual(["UpdateItem"]);
    });
  });
});
