import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { InputName } from "@secret-handoff/action";
import { Recipient } from "@secret-handoff/local";
import { generatePassphrase } from "@secret-handoff/sdk";
import { startScriptedServer } from "../sdk/scripted-server.ts";
import { startTestService } from "../support/test-service.ts";
import { runStepOn } from "./step-harness.ts";

/** `passphrase: generate`: each recipient gets one of their own, and only Parameter Store and the recipient's link know it. */

const service = await startTestService();
const ssm = await startScriptedServer();
const kept = { ...process.env };
beforeAll(() => {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SSM: ssm.url,
    ...{ AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "eu-west-1" },
  });
});
afterAll(async () => {
  process.env = kept;
  await Promise.all([service.close(), ssm.close()]);
});
beforeEach(() => ssm.answer({ status: 200, json: {} }));

const step = (inputs: Partial<Record<InputName, string>>) =>
  runStepOn(service, { inputs: { class: "internal-tool", passphrase: "generate", ...inputs } });
const calls = () =>
  ssm.seen.map(({ headers, body }) => ({
    operation: String(headers["x-amz-target"]).replace("AmazonSSM.", ""),
    body: JSON.parse(body),
  }));

test("each recipient gets five words of their own, in a parameter that ends with the link", async () => {
  const people = ["ana1@vendor.example", "ben1@vendor.example"];
  const before = calls().length;
  const { code, errors, workflow } = await step({
    recipients: people.join("\n"),
    region: "eu-central-1",
  });
  expect(ssm.seen.at(-1)?.headers.authorization).toContain("/eu-central-1/ssm/");
  expect([code, errors]).toEqual([0, []]);
  const made = calls().slice(before);
  expect(made.map(({ operation }) => operation)).toEqual(["PutParameter", "PutParameter"]);
  const values = made.map(({ body }) => JSON.parse(body.Value));
  expect(values.map(({ recipient }) => recipient).toSorted()).toEqual(people);
  expect(new Set(values.map(({ passphrase }) => passphrase)).size).toBe(2);
  for (const { body } of made) {
    expect(body).toMatchObject({ Type: "SecureString", Tier: "Advanced", Overwrite: false });
    const [{ Type, Attributes }] = JSON.parse(body.Policies);
    expect(Type).toBe("Expiration");
    const id = body.Name.replace("/secret-handoff/passphrases/", "");
    const stored = await service.stored(id);
    expect(Date.parse(Attributes.Timestamp) / 1_000).toBe(Number(stored?.expiresAt?.N));
    const { recipient, passphrase } = JSON.parse(body.Value);
    expect(passphrase).toMatch(/^[a-z-]+( [a-z-]+){4}$/);
    const mail = service.mail.inbox.mails.findLast(({ recipients }) => recipients.includes(recipient));
    expect(mail?.text).not.toContain(passphrase);
    const who = new Recipient(/^http\S+$/m.exec(mail?.text ?? "")?.[0] ?? "");
    const answers = { email: recipient, passphrase };
    expect((await who.open(await who.claim(answers), answers)).items).toHaveLength(1);
    expect([...workflow.masks]).toContain(passphrase);
    const shown = JSON.stringify([workflow.lines, workflow.outputs, workflow.summaries]);
    expect(shown).not.toContain(passphrase);
    expect(shown).toContain(body.Name);
  }
});

test("what cannot be kept is not handed over: no handoff, no mail", async () => {
  const refusal = {
    __type: "AccessDeniedException",
    message: "User is not authorized to perform: ssm:PutParameter",
  };
  ssm.answer({ status: 400, json: refusal });
  const [mails, items] = [service.mail.inbox.mails.length, await service.scan()];
  const { code, errors } = await step({ recipients: "ana2@vendor.example" });
  expect(code).toBe(1);
  expect(errors.join()).toContain("ssm:PutParameter");
  expect(service.mail.inbox.mails).toHaveLength(mails);
  expect(await service.scan()).toEqual(items);
});

test("a passphrase of a handoff that came to nothing is deleted", async () => {
  const recipients = "ana3@vendor.example";
  await step({ recipients });
  const before = calls().length;
  const again = await step({ recipients });
  expect(again.workflow.outputs["earlier-count"]).toBe("1");
  expect(
    calls()
      .slice(before)
      .map(({ operation, body }) => [operation, body.Name.slice(0, 28)]),
  ).toEqual([
    ["PutParameter", "/secret-handoff/passphrases/"],
    ["DeleteParameter", "/secret-handoff/passphrases/"],
  ]);
});

test("every word of the list can come up, each as likely, and the order is chance", () => {
  const asked: number[] = [];
  const words = generatePassphrase((count) => {
    asked.push(count);
    return count - 1;
  });
  expect(asked).toEqual([7_776, 7_776, 7_776, 7_776, 7_776]);
  expect(words.reveal()).toBe("zoom zoom zoom zoom zoom");
  expect(String(generatePassphrase())).toBe("[secret]");
});
