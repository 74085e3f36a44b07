import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { defineStack } from "@secret-handoff/cdktf";
import { type OidcIssuer, Recipient, startOidcIssuer } from "@secret-handoff/local";
import type { Sealed } from "@secret-handoff/protocol";
import type { AuditEvent } from "@secret-handoff/protocol/api";
import { type Deployed, deployRelease } from "../cdktf/deployed.ts";
import { missing, releaseBefore, synthesiseAt } from "../cdktf/earlier-release.ts";
import { synthesise } from "../cdktf/synthesis.ts";
import { built } from "../support/built.ts";
import { Sender } from "../support/sender.ts";
import { full, report } from "../support/tier.ts";

/**
 * Handoffs that the release before has made, after an update: its functions and its stack are built from its own sources, and run on
 * the same tables as today's. `npm cit` leaves it to the proof.
 */
const before = releaseBefore();
const skipped = full ? missing(before) : "left to the proof";
if (skipped !== undefined) report(`skipped: ${skipped}`);

const EMAIL = "ana@vendor.example";
const CONFIG = defineStack({
  region: "eu-west-1",
  service: {
    mail: { kind: "ses", identity: "example.com", from: "handoff@example.com" },
    senders: [{ repositoryId: "42", may: ["send", "revoke", "audit"] }],
    classes: [
      {
        name: "internal-tool",
        expiresWithin: 7_200,
        passphrase: "optional",
        approvals: [],
        verification: "email",
      },
    ],
  },
});

(skipped === undefined ? describe : describe.skip)(`handoffs made by ${before.slice(0, 12)}`, () => {
  let deployed: Deployed;
  let issuer: OidcIssuer;
  let sender: Sender;
  const made: Record<string, Sealed> = {};
  let claimed: Recipient;

  beforeAll(async () => {
    issuer = await startOidcIssuer();
    const today = synthesise(CONFIG, built("packages/lambda/build.ts"));
    deployed = await deployRelease(synthesiseAt(before, CONFIG), issuer, today);
    sender = new Sender({
      url: deployed.url,
      clock: { now: Math.floor(Date.now() / 1_000) },
      mint: () =>
        issuer.mint({ aud: deployed.url }, { job: { repository: "octo/orders", repositoryId: "42" } }),
    });
    for (const name of ["open", "claimed", "revoked", "reported"]) {
      made[name] = await sender.handOver({ email: EMAIL });
    }
    claimed = recipientOf("claimed");
    expect((await claimed.claim({ email: EMAIL })).status).toBe(200);
    await deployed.update(today);
  }, 300_000);

  afterAll(async () => {
    await deployed?.close();
    await issuer?.close();
  });

  const recipientOf = (name: string) => new Recipient(made[name]?.link ?? "");

  test("one that is open is opened, acknowledged and told of in the trail", async () => {
    const recipient = recipientOf("open");
    expect((await recipient.header()).title).toBe("Orders database");
    const claim = await recipient.claim({ email: EMAIL });
    expect(claim.status).toBe(200);
    const { items, receipt } = await recipient.open(claim, { email: EMAIL });
    expect(items[0]?.fields[0]?.value).toBe("hunter2-hunter2");
    expect((await recipient.acknowledge(receipt)).status).toBe(204);
    await drain(made.open);
    expect(await trail("open")).toEqual(expect.arrayContaining(["created", "claimed", "acknowledged"]));
  });

  test("one that was claimed before the update is read again within its lease, and acknowledged", async () => {
    const again = await claimed.claim({ email: EMAIL });
    expect(again.status).toBe(200);
    const { receipt } = await claimed.open(again, { email: EMAIL });
    expect((await claimed.acknowledge(receipt)).status).toBe(204);
    expect((await recipientOf("claimed").claim({ email: EMAIL })).status).toBe(410);
  });

  test("one is revoked by its sender, and one reported by its recipient", async () => {
    const { status } = await sender.call("DELETE", `/v1/sender/handoffs/${made.revoked?.id}`);
    expect(status).toBe(204);
    expect((await recipientOf("revoked").claim({ email: EMAIL })).body.code).toBe("revoked");
    expect((await recipientOf("reported").report()).status).toBe(204);
    await drain(made.revoked);
    await drain(made.reported);
    expect(await trail("revoked")).toContain("revoked");
    expect(await trail("reported")).toContain("reported");
  });

  /** What the stream would bring to the drainer. */
  async function drain(sealed: Sealed | undefined): Promise<void> {
    await deployed.functions.drainer.invoke({
      Records: [
        {
          eventID: "1",
          eventName: "MODIFY",
          dynamodb: { Keys: { id: { S: sealed?.id ?? "" } }, SequenceNumber: "1" },
        },
      ],
    });
  }

  async function trail(name: string): Promise<readonly string[]> {
    const { status, text } = await sender.call("GET", `/v1/sender/events?handoff=${made[name]?.id}`);
    expect({ status, text: status === 200 ? "" : text }).toEqual({ status: 200, text: "" });
    const { events } = JSON.parse(text) as { readonly events: readonly AuditEvent[] };
    return events.map(({ type }) => type);
  }
});
