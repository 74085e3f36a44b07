import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { type LocalStack, localInputs, runAction, startLocalStack } from "@secret-handoff/local";
import {
  deadlineAfter,
  handOver,
  iamSigner,
  parseRecipients,
  secretsManager,
  serviceClient,
  sesTransport,
} from "@secret-handoff/sdk";

let stack: LocalStack;

before(async () => {
  stack = await startLocalStack();
  const sender = stack.operators.find(({ name }) => name === "sender");
  Object.assign(process.env, {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: sender?.accessKeyId,
    AWS_SECRET_ACCESS_KEY: sender?.secretAccessKey,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: stack.secretsManager,
    AWS_ENDPOINT_URL_SESV2: stack.ses,
  });
  stack.secrets.put("prod/orders/api", JSON.stringify({ user: "orders", password: "only-a-test" }));
});

after(() => stack.close());

/** Opens the link in the mail as its recipient would, with the command line. The stack runs in this process: do not wait with spawnSync. */
async function openedBy(address: string): Promise<string> {
  const mail = await stack.mail.inbox.mailTo(address, AbortSignal.timeout(10_000));
  const [link = ""] = /https?:\/\/\S+\/h\/\S+#\S+/.exec(mail.text) ?? [];
  const command = ["secret-handoff", "open", "--format", "env", "--email", address];
  const { stdin, stdout } = spawn("npx", command, { stdio: ["pipe", "pipe", "inherit"] });
  stdin.end(link);
  return text(stdout);
}

test("our sender hands the secret to Ana, and she has it", async () => {
  const deadline = deadlineAfter(60);
  const secret = await secretsManager({}, deadline).read("prod/orders/api");
  const [outcome] = await handOver(
    {
      secrets: [{ ...secret, label: "ORDERS_API" }],
      recipients: parseRecipients("ana@vendor.example").recipients,
      class: "third-party-service",
      source: "orders service",
      contact: "platform@acme.example",
    },
    { service: serviceClient(stack.url, iamSigner()), mail: sesTransport(), deadline },
  );
  assert.equal(outcome?.kind, "mailed");
  assert.match(await openedBy("ana@vendor.example"), /only-a-test/);
});

test("our workflow's step hands it to Ben", async () => {
  const { exitCode, outputs, shown } = await runAction({
    stack,
    job: { environment: "production" },
    inputs: {
      ...localInputs(stack),
      "secret-ids": "ORDERS_API, prod/orders/api",
      recipients: "ben@vendor.example",
      class: "third-party-service",
      from: "platform@acme.example",
    },
  });
  assert.equal(exitCode, 0, shown);
  assert.equal(outputs["failed-count"], "0");
  assert.match(await openedBy("ben@vendor.example"), /only-a-test/);
});
