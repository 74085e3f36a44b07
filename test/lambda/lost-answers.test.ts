import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  Audit,
  Claims,
  Codes,
  drain,
  Outbox,
  Receipts,
  StandaloneEvents,
  Table,
} from "@secret-handoff/lambda";
import { AUDIT_TABLE, localClient, Recipient, TABLE } from "@secret-handoff/local";
import { deriveLinkKeys, emailVerifierOf, type HandoffId, type Receipt } from "@secret-handoff/protocol";
import { codeHashOf } from "../../packages/lambda/src/recipient/send-code.ts";
import type { Caller } from "../../packages/lambda/src/sender/callers.ts";
import { Refusals } from "../../packages/lambda/src/sender/refusals.ts";
import { grantOf } from "../../packages/lambda/src/sender/rights.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { forgetfulClient } from "../support/lost-answers.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

const EMAIL = "ana@vendor.example";

/**
 * The SDK of AWS repeats a write whose answer was lost. Here every write that carries an event is repeated: what is told in the trail must
 * be what happened, and no more.
 */
describeOnEachEngine("an event whose write is repeated, since the answer was lost,", (engine) => {
  let service: TestService;
  let sender: Sender;
  beforeAll(async () => {
    service = await startTestService({ engine, drainAfterWrites: false });
    sender = new Sender(service);
  });
  afterAll(() => service.close());

  const telling = (operation: string, body: string) =>
    (operation === "UpdateItem" && body.includes("list_append(#outbox")) || operation === "PutItem";

  /** The recipient's side on a client that hears no answer to a write that tells something. */
  async function forgetful(input: Parameters<Sender["handOver"]>[0], isDrained: boolean) {
    const { id, link } = await sender.handOver(input);
    const recipient = new Recipient(link);
    const plain = localClient(service.engine.endpoint);
    const [table, trail] = [new Table(plain, TABLE), new Table(plain, AUDIT_TABLE)];
    const audit = new Audit(trail, { clock: () => service.clock.now });
    const drainer = {
      ...{ outbox: new Outbox(table), standalone: new StandaloneEvents(table), audit },
      publish: async () => {},
    };
    const settle = async () => void (await drain(drainer, { id }));
    const client = forgetfulClient(service.engine.endpoint, telling, isDrained ? settle : undefined);
    const lossy = new Table(client, TABLE);
    const key = id as HandoffId;
    const { linkToken, emailKey } = deriveLinkKeys(recipient.link);
    const claims = new Claims(lossy);
    const now = () => service.clock.now;
    return {
      async claim(
        email: string,
        { flags = recipient.link.flags, code }: { flags?: number; code?: string } = {},
      ) {
        const { claimToken } = await recipient.openKeys({ email });
        const codeHash = code === undefined ? undefined : codeHashOf(linkToken, code);
        const attempt = {
          claimToken,
          claimId: recipient.claimId,
          flags: flags as typeof recipient.link.flags,
          codeHash,
        };
        return claims.claim(key, attempt, now());
      },
      askCode: (email: string, code: string) => {
        service.clock.now += 30;
        const shown = {
          emailVerifier: emailVerifierOf(emailKey, email),
          codeHash: codeHashOf(linkToken, code),
        };
        return new Codes(lossy).arm(key, shown, now());
      },
      acknowledge: () => {
        const proof = { claimId: recipient.claimId, receipt: new Uint8Array(32) as Receipt };
        return new Receipts(lossy).acknowledge(key, proof, now());
      },
      async told() {
        await settle();
        const events = (await service.audited()).filter(({ handoff }) => handoff === id);
        const ordered = events.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
        return ordered.map(({ type, outcome, attemptsLeft }) =>
          [
            type,
            ...(outcome === "done" ? [] : [outcome]),
            ...(attemptsLeft === undefined ? [] : [attemptsLeft]),
          ].join(" "),
        );
      },
      async close() {
        client.destroy();
        plain.destroy();
      },
    };
  }

  const WRONG = [4, 3, 2, 1, 0].map((left) => `answer_wrong ${left}`);

  test.each([false, true])(
    "of wrong answers stands once, and none after the lock; drained meanwhile: %s",
    async (isDrained) => {
      const one = await forgetful({ email: EMAIL }, isDrained);
      for (const left of [4, 3, 2, 1]) {
        expect(await one.claim("bob@vendor.example")).toEqual({ kind: "wrong_answer", attemptsLeft: left });
      }
      // The page repeats its last call as well, while the first is under way: one answer still.
      const last = await Promise.all([one.claim("bob@vendor.example"), one.claim("bob@vendor.example")]);
      expect(last).toContainEqual({ kind: "wrong_answer", attemptsLeft: 0 });
      expect(await one.told()).toEqual(["created", ...WRONG, "locked"]);
      await one.close();
    },
  );

  test.each([false, true])(
    "of calls that need no check is one call, and one attempt; drained meanwhile: %s",
    async (isDrained) => {
      const one = await forgetful({ email: EMAIL }, isDrained);
      for (const left of [4, 3]) {
        expect(await one.claim(EMAIL, { flags: 0 })).toEqual({ kind: "wrong_answer", attemptsLeft: left });
      }
      for (const _ of [2, 1, 0]) expect(await one.acknowledge()).toBe("wrong_receipt");
      expect(await one.told()).toEqual(["created", ...WRONG, "locked"]);
      await one.close();
    },
  );

  test.each([false, true])(
    "of wrong codes and addresses stands once, and gives one attempt back; drained meanwhile: %s",
    async (isDrained) => {
      const one = await forgetful({ email: EMAIL, mailedCode: true }, isDrained);
      const expected = ["created"];
      expect(await one.askCode("bob@vendor.example", "1")).toBe("unchanged");
      expected.push("answer_wrong wrong_address");
      for (const code of ["11111111", "22222222", "33333333"]) {
        expect(await one.askCode(EMAIL, code)).toBe("armed");
        expected.push("code_mailed");
        // A wrong answer between wrong codes: an attempt too many that is given back would show in the next.
        if (code !== "33333333") {
          const left = code === "11111111" ? 4 : 3;
          expect(await one.claim("bob@vendor.example", { code: "00000000" })).toEqual({
            kind: "wrong_answer",
            attemptsLeft: left,
          });
          expected.push(`answer_wrong ${left}`);
        }
        const tries = code === "33333333" ? 5 : 4;
        for (let n = 0; n < tries; n += 1) {
          const outcome = await one.claim(EMAIL, { code: "00000000" });
          const isLast = code === "33333333" && n === tries - 1;
          expect(outcome).toMatchObject(isLast ? { kind: "gone", state: "locked" } : { kind: "code_needed" });
          expected.push("answer_wrong wrong_code");
        }
      }
      expect(await one.told()).toEqual([...expected, "locked codes_spent"]);
      await one.close();
    },
  );

  test("of wrong addresses stands once for each, also the one that locks", async () => {
    const one = await forgetful({ email: EMAIL, mailedCode: true }, false);
    for (let n = 0; n < 9; n += 1) expect(await one.askCode(`bob${n}@vendor.example`, "1")).toBe("unchanged");
    expect(await one.askCode("bob@vendor.example", "1")).toMatchObject({ kind: "gone", state: "locked" });
    const wrong = Array.from({ length: 10 }, () => "answer_wrong wrong_address");
    expect(await one.told()).toEqual(["created", ...wrong, "locked code_requests_spent"]);
    await one.close();
  });

  test("of refusals stands once, in one place", async () => {
    const client = forgetfulClient(service.engine.endpoint, telling);
    const standalone = new StandaloneEvents(new Table(client, TABLE));
    const refusals = new Refusals({ standalone, clock: () => service.clock.now, log: () => {} });
    const principal = "arn:aws:iam::111122223333:user/lost";
    const caller: Caller = {
      actor: { kind: "iam", principal },
      owner: "iam",
      run: undefined,
      environment: undefined,
      requestOwner: principal,
      person: [principal],
      grants: [grantOf({ may: ["send"] })],
    };
    await refusals.note("not_found", caller);
    await refusals.note("not_found", caller);
    const kept = (await service.scan()).filter(({ event }) => event?.S?.includes("user/lost"));
    expect(kept.map(({ id }) => id?.S?.split("/").at(-1)).toSorted()).toEqual(["0", "1"]);
    client.destroy();
  });
});
