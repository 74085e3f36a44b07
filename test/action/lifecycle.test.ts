import { afterAll, expect, test } from "@jest/globals";
import { localInputs, Recipient, runAction, startAction, startLocalStack } from "@secret-handoff/local";
import { type CredentialClass, DEFAULT_CLASSES } from "@secret-handoff/protocol/api";

/** Steps of one job as processes of their own: each reads what the one before wrote to GITHUB_OUTPUT. */

let ahead = 0;
const RECEIPTED: CredentialClass = {
  name: "receipted",
  expiresWithin: 3_600,
  passphrase: "optional",
  approvals: [],
  verification: "email",
  receiptRequired: true,
};
const stack = await startLocalStack({
  classes: [...DEFAULT_CLASSES, RECEIPTED],
  page: { html: "<!doctype html><title>page</title>", contentSecurityPolicy: "default-src 'none'" },
  clock: () => Math.floor(Date.now() / 1_000) + ahead,
});
afterAll(() => stack.close());

const NAME = "prod/lifecycle";
const [ANA, BO, CY, DI, ED] = ["ana", "bo", "cy", "di", "ed"].map((name) => `${name}@vendor.example`);
const ALL = [ANA, BO, CY, DI, ED].map(String);

const step = (inputs: Readonly<Record<string, string>>) => ({
  stack,
  inputs: { endpoint: stack.url, ...inputs },
});
const delivery = (inputs: Readonly<Record<string, string>>) =>
  step({
    ...localInputs(stack),
    ...{ "secret-ids": NAME, class: "internal-tool", contact: "Platform team, +1 555 0100" },
    ...inputs,
  });

function linkTo(address = ""): Recipient {
  const mails = stack.mail.messages().filter(({ recipients }) => recipients.includes(address));
  return new Recipient(/^http\S+$/m.exec(mails.at(-1)?.text ?? "")?.[0] ?? "");
}

async function taken(address = ""): Promise<string | undefined> {
  const recipient = linkTo(address);
  const bundle = await recipient.open(await recipient.claim({ email: address }), { email: address });
  await recipient.acknowledge(bundle.receipt);
  return bundle.items[0]?.fields[0]?.value;
}

test("rotate and deliver, revoke one, wait for all, branch on the receipts", async () => {
  stack.secrets.put(NAME, '{"password":"old-canary"}', { rotation: { kind: "slow", polls: 2 } });
  const delivered = await runAction(
    delivery({
      recipients: ALL.join("\n"),
      rotate: "managed",
      "parse-json-secrets": "true",
      "expires-in": "1h",
    }),
  );
  expect([delivered.exitCode, delivered.annotations]).toEqual([0, []]);
  const handoffIds = delivered.outputs["handoff-ids"] ?? "";

  expect(await taken(ANA)).toBe(JSON.parse(String(stack.secrets.value(NAME))).password);
  await linkTo(BO).report();
  const revoked = await runAction(step({ operation: "revoke", "handoff-ids": linkTo(CY).link.id }));
  expect([revoked.exitCode, revoked.outputs["revoked-count"]]).toEqual([0, "1"]);
  const again = await runAction(
    delivery({ recipients: String(DI), resend: "true", "parse-json-secrets": "true" }),
  );
  expect(again.exitCode).toBe(0);

  const waiting = startAction({
    ...step({ operation: "await-receipt", "handoff-ids": handoffIds, await: "1m" }),
    onLine: (line) => {
      // The last one ends while the step waits for it.
      if (line.startsWith("Waiting for 5 receipts")) ahead += 3_601;
    },
  });
  const awaited = await waiting.finished;
  expect([awaited.exitCode, awaited.annotations]).toEqual([0, []]);
  expect(JSON.parse(awaited.outputs.receipts ?? "")).toEqual([
    ...["delivered", "reported", "revoked", "superseded", "expired"],
  ]);
  expect(awaited.outputs).toMatchObject({ "delivered-count": "1", "all-delivered": "false" });
  expect(awaited.summary).toContain("### 1 of 5 handoffs delivered");
});

test("in an emergency every open handoff of a secret is revoked by its name, and the secret rotated", async () => {
  stack.secrets.put("prod/leaked", '{"password":"leaked-canary"}', { rotation: { kind: "fast" } });
  await runAction(delivery({ "secret-ids": "prod/leaked", recipients: `${ANA}\n${BO}` }));
  const revoked = await runAction(step({ operation: "revoke", "secret-ids": "prod/leaked" }));
  expect([revoked.exitCode, revoked.outputs["revoked-count"]]).toEqual([0, "2"]);
  expect((await linkTo(ANA).status()).body.state).toBe("revoked");
  const anew = await runAction(
    delivery({ "secret-ids": "prod/leaked", recipients: String(ANA), rotate: "managed" }),
  );
  expect([anew.exitCode, anew.outputs.states]).toEqual([0, '["open"]']);
  expect(await taken(ANA)).toBe(String(stack.secrets.value("prod/leaked")));
});

test("a class that requires the receipt makes the step wait, and fail where one does not come", async () => {
  ahead = 0;
  stack.secrets.put("prod/receipted", "receipted-canary");
  const inputs = { "secret-ids": "prod/receipted", class: RECEIPTED.name, recipients: `${ANA}\n${BO}` };
  const hasty = await runAction(delivery(inputs));
  expect([hasty.exitCode, hasty.annotations.map(({ message }) => message)]).toEqual([
    1,
    [
      "Class receipted requires the receipt of each recipient, so the sender must wait for it. Set await, like await: 4h.",
    ],
  ]);
  const patient = startAction({
    ...delivery({ ...inputs, await: "1m" }),
    onLine: async (line) => {
      if (!line.startsWith("Waiting for 2 receipts")) return;
      await Promise.all([taken(ANA), linkTo(BO).report()]);
    },
  });
  const { exitCode, annotations, outputs } = await patient.finished;
  expect([exitCode, annotations.map(({ message }) => message)]).toEqual([
    1,
    ["Class receipted requires a receipt from each recipient, and 1 of 2 are missing: reported."],
  ]);
  expect(outputs["delivered-count"]).toBe("1");
});
