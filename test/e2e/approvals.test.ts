import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  DEFAULT_JOB,
  type LocalStack,
  localInputs,
  Recipient,
  runAction,
  startLocalStack,
} from "@secret-handoff/local";
import type { EventsResponse } from "@secret-handoff/protocol/api";
import { callAs } from "../support/operator.ts";

/** production-admin needs two approvals, a passphrase and a mailed code: delivered with the bundle, in each way to approve. */

const ARN = "prod/root/password";
const PASSPHRASE = "correct horse battery staple";
const TOKEN = "ghs_job-token-that-may-read-actions";

let stack: LocalStack;
beforeAll(async () => {
  stack = await startLocalStack({ page: { html: "<!doctype html>", contentSecurityPolicy: "" } });
  stack.secrets.put(ARN, "first-value");
});
afterAll(() => stack.close());

const step = (inputs: Readonly<Record<string, string>>, environment?: string) =>
  runAction({
    stack,
    inputs: { ...localInputs(stack), ...inputs },
    secrets: [TOKEN, PASSPHRASE],
    ...(environment === undefined ? {} : { job: { ...DEFAULT_JOB, environment } }),
  });

async function ask(recipient: string): Promise<string> {
  const asked = await step({
    ...{ operation: "request", class: "production-admin", "secret-ids": ARN, recipients: recipient },
    ...{ reason: "new administrator", "expires-in": "1h" },
  });
  expect({ exitCode: asked.exitCode, state: asked.outputs["request-state"] }).toEqual({
    exitCode: 0,
    state: "pending",
  });
  return asked.outputs["request-id"] ?? "";
}

const deliver = (request: string, recipient: string) =>
  step({
    ...{ class: "production-admin", "secret-ids": ARN, recipients: recipient, "expires-in": "1h" },
    ...{ "request-id": request, passphrase: PASSPHRASE, reason: "new administrator" },
  });

function operatorNamed(name: string) {
  const operator = stack.operators.find((one) => one.name === name);
  if (!operator) throw new Error(`the stack has no operator ${name}`);
  return operator;
}

const codeIn = (text: string | undefined) => /^\d{8}$/m.exec(text ?? "")?.[0] ?? "";

async function byPerson(request: string, name: string, role: string) {
  const { status } = await callAs(
    operatorNamed(name),
    stack,
    "POST",
    `/v1/sender/requests/${request}/approve`,
    { role },
  );
  expect(status).toBe(200);
}

async function byEnvironment(request: string, role: string, reviewer: string) {
  await fetch(`${stack.github}/local/runs/${DEFAULT_JOB.run}/approvals`, {
    method: "PUT",
    body: JSON.stringify([{ user: reviewer, environments: [`approve-${role}`] }]),
  });
  const { exitCode } = await step(
    { operation: "approve", "request-id": request, role, "github-token": TOKEN },
    `approve-${role}`,
  );
  expect(exitCode).toBe(0);
}

describe("a class with two approvals is delivered", () => {
  test.each<[string, string, (request: string) => Promise<void>]>([
    [
      "by two people over IAM",
      "ana1@vendor.example",
      async (request) => {
        await byPerson(request, "security-lead", "security");
        await byPerson(request, "manager", "manager");
      },
    ],
    [
      "by two environments with verified reviewers",
      "ana2@vendor.example",
      async (request) => {
        await byEnvironment(request, "security", "rae");
        await byEnvironment(request, "manager", "lou");
      },
    ],
    [
      "by one of each",
      "ana3@vendor.example",
      async (request) => {
        await byPerson(request, "security-lead", "security");
        await byEnvironment(request, "manager", "lou");
      },
    ],
  ])("%s, and opens with address, passphrase and code", async (_, recipient, approve) => {
    const request = await ask(recipient);
    const early = await deliver(request, recipient);
    expect(early.exitCode).toBe(1);
    await approve(request);
    const delivered = await deliver(request, recipient);
    expect({ exitCode: delivered.exitCode, mailed: delivered.outputs["mailed-count"] }).toEqual({
      exitCode: 0,
      mailed: "1",
    });
    expect(delivered.summary).toMatch(/security[\s\S]*manager/);
    expect([delivered.shown, delivered.summary].join()).not.toContain(TOKEN);

    const mail = stack.mail.inbox.mails.findLast(({ to }) => to === recipient);
    const who = new Recipient(/^http\S+$/m.exec(mail?.text ?? "")?.[0] ?? "");
    const answers = { email: recipient, passphrase: PASSPHRASE };
    expect((await who.code(recipient)).status).toBe(202);
    const code = codeIn(stack.mail.inbox.mails.findLast(({ to }) => to === recipient)?.text);
    const claim = await who.claim({ ...answers, code });
    expect(claim.status).toBe(200);
    const [item] = (await who.open(claim, answers)).items;
    expect(item?.fields[0]?.value).toBe("first-value");

    const auditor = operatorNamed("auditor");
    const { text } = await callAs(auditor, stack, "GET", `/v1/sender/events?request=${request}`);
    const { events: trail }: EventsResponse = JSON.parse(text);
    const created = trail.find(({ type }) => type === "created");
    expect(created?.approvals?.map(({ role }) => role).toSorted()).toEqual(["manager", "security"]);
  });
});
