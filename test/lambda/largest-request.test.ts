import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { Requests, Table } from "@secret-handoff/lambda";
import { localClient, TABLE } from "@secret-handoff/local";
import type { HandoffId } from "@secret-handoff/protocol";
import { ApprovalRequest, DecisionRequest } from "@secret-handoff/protocol/api";
import * as v from "valibot";
import { describeOnEachEngine } from "../support/engines.ts";
import { startTestService } from "../support/test-service.ts";

/** Three bytes each, the most that one character of a text takes. */
const prose = (length: number) => "語".repeat(length);
const idOf = () => randomBytes(16).toString("base64url");
const PRINCIPAL = `arn:aws:sts::111122223333:assumed-role/${"r".repeat(64)}/${"s".repeat(64)}`;
const actor = { kind: "iam", principal: PRINCIPAL } as const;
/** Thousands of objects are slow to compare, and texts are not. */
const spelt = (use: Use) => JSON.stringify([use.secret, use.recipient, use.handoff, use.at]);
const NOW = 1_780_000_000;

type Use = {
  readonly secret: string;
  readonly recipient: string;
  readonly handoff: HandoffId;
  readonly at: number;
};

/** Fifty secrets that take 16,384 bytes, in characters that JSON doubles, for fifty recipients. */
const body = v.parse(ApprovalRequest, {
  class: "c".repeat(64),
  secrets: Array.from({ length: 50 }, (_, index) => `${index + 10}${'"'.repeat(325)}`),
  recipients: Array.from({ length: 50 }, (_, index) => `${index}@${"v".repeat(300)}.example`),
  ...{ expiresIn: 86_400, reason: prose(500), issue: prose(200) },
});
const { comment } = v.parse(DecisionRequest, { role: "security", comment: prose(500) });
const word = (role: string) => ({ role, by: PRINCIPAL, known: "iam" as const, time: NOW, comment });

describeOnEachEngine("the largest request", (name) => {
  test("takes a use of every pair, each again, and can be denied and expired all the same", async () => {
    const service = await startTestService({ engine: name, drainAfterWrites: false });
    const client = localClient(service.engine.endpoint);
    try {
      const requests = new Requests(new Table(client, TABLE));
      for (const ending of ["denied", "expired"] as const) {
        const id = `req_${idOf()}`;
        const read = async () => {
          const found = await requests.get(id);
          if (!found) throw new Error("the request is gone");
          return found;
        };
        const asked = {
          ...{
            ...body,
            recipients: body.recipients.map(idOf),
            requester: actor,
            person: [PRINCIPAL, PRINCIPAL],
          },
          ...{ owner: PRINCIPAL, eventOwner: "iam", run: undefined, attempt: undefined },
        };
        await requests.put(id, asked, NOW + 600, NOW);
        // Nobody empties the outbox meanwhile.
        for (const role of Array.from({ length: 10 }, (_, index) => `${index}`.padEnd(64, "r"))) {
          const approval = { ...word(role), person: [PRINCIPAL, role] };
          expect(await requests.approve(await read(), approval, actor, 600, NOW)).toBe(true);
        }
        const uses = () =>
          asked.secrets.flatMap((secret) =>
            asked.recipients.map((recipient) => ({
              secret,
              recipient,
              handoff: idOf() as HandoffId,
              at: NOW,
            })),
          );
        const again = uses();
        const free = { isLast: false, takesOver: true };
        expect(await requests.use(await read(), uses(), free, NOW)).toBe(true);
        expect(await requests.use(await read(), again, free, NOW)).toBe(true);
        const full = await read();
        expect(full.uses.map(spelt).sort()).toEqual(again.map(spelt).sort());
        if (ending === "denied") expect(await requests.deny(full, word("security"), actor, NOW)).toBe(true);
        else await requests.expire(full, NOW + 600);
        expect(await read()).toMatchObject({ state: ending });
      }
    } finally {
      client.destroy();
      await service.close();
    }
  });
});
