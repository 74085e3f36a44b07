import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "@jest/globals";
import {
  type ActionOptions,
  type LocalStack,
  localInputs,
  Recipient,
  runAction,
  startAction,
  startLocalStack,
} from "@secret-handoff/local";
import { armor, Decrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { generateKey } from "openpgp";
import { findNode24 } from "../support/node24.ts";
import { report } from "../support/tier.ts";

/** The built bundle in a process of its own, against the whole local stack. */

const stack: LocalStack = await startLocalStack({
  page: { html: "<!doctype html><title>page</title>", contentSecurityPolicy: "default-src 'none'" },
});
afterAll(() => stack.close());

let run = 0;
let ana = "";
let secret = "";
beforeEach(() => {
  run += 1;
  ana = `ana${run}@vendor.example`;
  secret = `prod/run${run}`;
  stack.secrets.put(`${secret}/api`, `{"user":"orders","password":"canary-${run}-value"}`);
});

const SMTP = localInputs(stack);
const SES = { endpoint: stack.url, region: "eu-west-1", "configuration-set": "handoff" };

function options(inputs: Readonly<Record<string, string>>, more: Partial<ActionOptions> = {}): ActionOptions {
  return {
    stack,
    inputs: {
      "secret-ids": `${secret}/api`,
      recipients: ana,
      class: "internal-tool",
      contact: "Acme Security, +1 555 0100",
      from: "Acme Security <handoff@acme.example>",
      ...inputs,
    },
    ...more,
  };
}

const mailTo = (address: string) =>
  stack.mail.messages().filter(({ recipients }) => recipients.includes(address));
const linkTo = (address: string) => /^http\S+$/m.exec(mailTo(address).at(-1)?.text ?? "")?.[0] ?? "";

async function openedBy(address: string, link = linkTo(address)) {
  const recipient = new Recipient(link);
  return (await recipient.open(await recipient.claim({ email: address }), { email: address })).items;
}

test("over SMTP: every form of secret-ids arrives in one handoff", async () => {
  const binary = Uint8Array.of(0, 1, 2, 253, 254, 255);
  stack.secrets.put(`${secret}/more/a`, "first-canary");
  stack.secrets.put(`${secret}/more/b`, binary);
  const { arn } = stack.secrets.find(`${secret}/api`);
  const { exitCode, outputs, annotations } = await runAction(
    options({ ...SMTP, "secret-ids": `API, ${arn}\n${secret}/more/*`, "parse-json-secrets": "true" }),
  );
  expect([exitCode, annotations]).toEqual([0, []]);
  expect(JSON.parse(outputs["handoff-ids"] ?? "")).toEqual([new Recipient(linkTo(ana)).link.id]);
  expect(await openedBy(ana)).toEqual([
    {
      label: "API",
      fields: [
        { name: "user", value: "orders", concealed: true },
        { name: "password", value: `canary-${run}-value`, concealed: true },
      ],
    },
    {
      label: `${secret}/more/a`,
      fields: [{ name: `${secret}/more/a`, value: "first-canary", concealed: true }],
    },
    {
      label: `${secret}/more/b`,
      fields: [],
      files: [{ name: "b", mediaType: "application/octet-stream", data: binary }],
    },
  ]);
});

test("over SES: the mail carries the handoff's id as a tag, and the service has SES's message id", async () => {
  const { exitCode, outputs } = await runAction(options(SES));
  expect(exitCode).toBe(0);
  const [mail] = mailTo(ana);
  const [id] = JSON.parse(outputs["handoff-ids"] ?? "[]");
  expect(mail).toMatchObject({
    via: "ses",
    tags: [`handoff=${id}`],
    from: "Acme Security <handoff@acme.example>",
  });
  expect(mail?.headers).toContainEqual(["Auto-Submitted", "auto-generated"]);
  expect(await openedBy(ana)).toHaveLength(1);
});

test("SES by dry-run: a sender that is not verified is found before anything is sent", async () => {
  stack.mail.sesEndpoint.verifyOnly(["other.example"]);
  const dry = await runAction(options({ ...SES, "dry-run": "true" }));
  stack.mail.sesEndpoint.verifyOnly(["acme.example"]);
  const fixed = await runAction(options({ ...SES, "dry-run": "true" }));
  expect([dry.exitCode, fixed.exitCode]).toEqual([1, 0]);
  expect(dry.annotations.map(({ message }) => message)).toEqual([
    "Amazon SES may not send from handoff@acme.example: neither the address nor its domain is verified in this region. Verify it, or correct from or region.",
  ]);
  expect(mailTo(ana)).toEqual([]);
});

test("AWS that throttles, a runner that gives no token at first and a mail server that greylists only cost time", async () => {
  stack.secrets.throttle(2);
  stack.issuer.tokenFaults.order(503);
  stack.mail.smtpServer.greylist(ana);
  const { exitCode } = await runAction(options(SMTP));
  expect(exitCode).toBe(0);
  expect(mailTo(ana)).toHaveLength(1);
});

test.each([
  [
    "no AWS credentials",
    {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_SESSION_TOKEN: undefined,
      AWS_EC2_METADATA_DISABLED: "true",
    },
    "There are no AWS credentials. Run aws-actions/configure-aws-credentials before this step.",
  ],
  [
    "no AWS region",
    { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined },
    "No AWS region is set. Set region or AWS_REGION.",
  ],
  [
    "no id-token permission",
    { ACTIONS_ID_TOKEN_REQUEST_URL: undefined, ACTIONS_ID_TOKEN_REQUEST_TOKEN: undefined },
    "This job may not request an OIDC token. Add id-token: write to its permissions; workflows of forked pull requests cannot have it.",
  ],
])("a job with %s is told so", async (_, env, sentence) => {
  const { exitCode, annotations } = await runAction(options(SMTP, { env }));
  expect([exitCode, annotations.map(({ message }) => message)]).toEqual([1, [sentence]]);
});

test("under Node 24, as GitHub runs it", async () => {
  const node = await findNode24();
  if ("why" in node) {
    report(`skipped: ${node.why}`);
    return;
  }
  const { exitCode, shown } = await runAction(options(SMTP, { nodePath: node.path }));
  expect(exitCode).toBe(0);
  expect(shown.trim().split("\n")).toEqual([
    `Read 1 secret. Handing over to 1 recipient through ${stack.url}.`,
    expect.stringMatching(/^1\/1 a•••@vendor\.example: mailed, handoff [\w-]{22}$/),
  ]);
  expect(await openedBy(ana)).toHaveLength(1);
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s: what was not mailed is revoked, and the step ends in time",
  async (signal) => {
    const recipients = Array.from({ length: 40 }, (_, index) => `r${index}.${ana}`);
    let cancelledAt = 0;
    const action = startAction(
      options(
        { ...SMTP, recipients: recipients.join("\n") },
        {
          onLine: (line) => {
            if (!/^5\/40/.test(line)) return;
            cancelledAt = Date.now();
            action.kill(signal);
          },
        },
      ),
    );
    const { exitCode, outputs, annotations } = await action.finished;
    expect(Date.now() - cancelledAt).toBeLessThan(7_500);
    expect(exitCode).toBe(1);
    expect(annotations.map(({ message }) => message)).toEqual([
      expect.stringMatching(/: The workflow was cancelled\.$/),
    ]);
    const states: readonly string[] = JSON.parse(outputs.states ?? "[]");
    const mailed = recipients.filter((address) => mailTo(address).length > 0);
    expect(mailed).toEqual(recipients.filter((_, index) => states[index] === "open"));
    expect(mailed.length).toBeGreaterThanOrEqual(5);
    expect(mailed.length).toBeLessThan(40);
    await stack.service.drained();
    const open = await openHandoffs();
    expect(open.filter(({ mailed: sent }) => !sent)).toEqual([]);
  },
);

/** Every open handoff, as a sender may list them. */
async function openHandoffs(): Promise<readonly { readonly id: string; readonly mailed: boolean }[]> {
  const found: { id: string; mailed: boolean }[] = [];
  let cursor = "";
  do {
    const token = await stack.issuer.mint({ aud: stack.url });
    const response = await fetch(`${stack.url}/v1/sender/handoffs?state=open${cursor}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const page = await response.json();
    found.push(...page.handoffs);
    cursor = page.cursor === undefined ? "" : `&cursor=${encodeURIComponent(page.cursor)}`;
  } while (cursor !== "");
  return found;
}

test("the bundle encrypts links to keys by the libraries that lie beside it", async () => {
  const { publicKey } = await generateKey({ userIDs: [{ email: ana }] });
  const folder = mkdtempSync(join(tmpdir(), "secret-handoff-keys-"));
  writeFileSync(join(folder, "ana.asc"), publicKey);
  const identity = await generateX25519Identity();
  const recipients = [
    `${ana} openpgp:${join(folder, "ana.asc")}`,
    `age-${ana} ${await identityToRecipient(identity)}`,
  ];
  const { exitCode, annotations } = await runAction(options({ ...SMTP, recipients: recipients.join("\n") }));
  rmSync(folder, { recursive: true });
  expect([exitCode, annotations]).toEqual([0, []]);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const block = /-----BEGIN AGE[\s\S]*END AGE ENCRYPTED FILE-----/.exec(
    mailTo(`age-${ana}`)[0]?.text ?? "",
  )?.[0];
  const link = (await decrypter.decrypt(armor.decode(block ?? ""), "text")).trim();
  const items = await openedBy(`age-${ana}`, link);
  expect(items).toHaveLength(1);
  const type = mailTo(ana)[0]?.headers.find(([name]) => /^content-type$/i.test(name))?.[1];
  expect(type).toContain("multipart/encrypted");
});
