import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { InputName } from "@secret-handoff/action";
import { startSecretsManager } from "@secret-handoff/local";
import { secretsManager } from "@secret-handoff/sdk";
import { startScriptedServer } from "../sdk/scripted-server.ts";
import { useAwsEnvironment } from "../support/aws-environment.ts";
import { startTestService } from "../support/test-service.ts";
import { runStepOn, type StepOptions } from "./step-harness.ts";

/** Every mistake that a user can make, and the one annotation it gives. */

const service = await startTestService({
  senders: [
    { repositoryId: "42", may: ["send", "revoke", "audit"] },
    { repositoryId: "43", may: ["revoke"] },
  ],
});
const aws = await startSecretsManager();
useAwsEnvironment(() => ({ AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url, AWS_REGION: "eu-west-1" }));
beforeAll(() => {
  aws.secrets.put("prod/orders", "canary-value");
  aws.secrets.put("prod/denied", "canary-value");
  aws.secrets.put("prod/deleted", "canary-value");
  aws.secrets.put("prod/large", "x".repeat(65_000));
  aws.secrets.deny("prod/denied");
  aws.secrets.markForDeletion("prod/deleted");
  for (let n = 0; n < 101; n += 1) aws.secrets.put(`many/${n}`, "canary-value");
  for (let n = 10; n < 50; n += 1) aws.secrets.put(`long/${n}/${"x".repeat(400)}`, "canary-value");
  for (const name of ["b", "c", "d", "e"])
    aws.secrets.put(`large/${name}`, "y".repeat(65_000 + name.charCodeAt(0)));
});
afterAll(() => Promise.all([service.close(), aws.close()]));

let ana = "";
let run = 0;
beforeEach(() => {
  run += 1;
  ana = `ana${run}@vendor.example`;
});

type Given = Partial<Record<InputName, string>>;

async function sentences(inputs: Given, options: StepOptions = {}): Promise<readonly string[]> {
  const { code, errors, workflow } = await runStepOn(service, {
    ...options,
    inputs: { recipients: ana, ...inputs },
    context: { openSecrets: secretsManager, ...options.context },
  });
  expect(code).toBe(1);
  expect(service.mail.inbox.mails.some(({ recipients }) => recipients.includes(ana))).toBe(false);
  expect(new Set(workflow.lines).size).toBe(workflow.lines.length);
  return errors;
}

describe("one mistake is one annotation:", () => {
  test.each<[string, Given, string]>([
    [
      "an unknown secret",
      { "secret-ids": "prod/nope" },
      'There is no secret "prod/nope". Check secret-ids, the region and the account of the AWS credentials.',
    ],
    [
      "a secret that the role may not read",
      { "secret-ids": "prod/denied" },
      'The AWS role handoff may not call secretsmanager:GetSecretValue on secret "prod/denied". Grant the role secretsmanager:GetSecretValue on it.',
    ],
    [
      "a secret marked for deletion",
      { "secret-ids": "prod/deleted" },
      'Secret "prod/deleted" is marked for deletion. Restore it, or drop it from secret-ids.',
    ],
    [
      "no such prefix",
      { "secret-ids": "nope/*" },
      'No secret\'s name begins with "nope/". Check the prefix in secret-ids, the region and the account.',
    ],
    [
      "too many matches",
      { "secret-ids": "many/*" },
      'More than 100 secrets begin with "many/". Use a longer prefix in secret-ids.',
    ],
    [
      "an expiry over the class's limit",
      { "expires-in": "25h" },
      "Class third-party-service allows at most 24 hours until expiry. expires-in is 25h: shorten it, or choose another class.",
    ],
    [
      "a weak passphrase",
      { passphrase: "12345678901234" },
      "The passphrase is too weak: it has digits only. Use four or more random words.",
    ],
    [
      "a class that requires approvals and a passphrase",
      { class: "database-access", passphrase: "correct horse battery staple" },
      "Class database-access requires approval by manager. Ask for it with operation: request, and set request-id to the id that it gives.",
    ],
    [
      "an unknown class",
      { class: "nope" },
      'The service has no class "nope" that you may use. Choose one of: production-admin, database-access, api-key, third-party-service, internal-tool, click-only.',
    ],
    [
      "a recipient that is no address",
      { recipients: "ana" },
      "Line 1 of recipients is not an e-mail address. Write the address alone, like ana@vendor.example, without a name.",
    ],
    [
      "the same recipient twice",
      { recipients: "x@vendor.example\nX@vendor.example" },
      "Lines 1 and 2 of recipients are the same. Name each recipient once.",
    ],
    [
      "a bundle that is too large",
      { "secret-ids": "prod/large\nlarge/*" },
      "The secrets take 325,867 bytes together and one handoff carries 262,140. Hand over fewer at once.",
    ],
    [
      "more secrets than one handoff carries",
      { "secret-ids": Array.from({ length: 51 }, (_, n) => `many/${n}`).join("\n") },
      "One handoff carries at most 50 secrets, and these are 51. Hand over fewer at once.",
    ],
    [
      "secrets whose ARNs take more than one handoff carries",
      { "secret-ids": "long/*" },
      "The ARNs of the secrets take 18,720 bytes together, and one handoff carries 16,384. Hand over fewer at once.",
    ],
    [
      "a description that is too long",
      { message: "x".repeat(4_000) },
      "Together, title, message, reason and context are 385 bytes too long. Shorten them.",
    ],
    [
      "an endpoint that is none",
      { endpoint: "handoff.example.com" },
      "endpoint is not the service's address. Write https:// and a host name, without a path: https://handoff.example.com",
    ],
  ])("%s", async (_, inputs, sentence) => {
    expect(await sentences(inputs)).toEqual([sentence]);
  });

  test("no id-token permission", async () => {
    expect(await sentences({}, { context: { env: {} } })).toEqual([
      "This job may not request an OIDC token. Add id-token: write to its permissions; workflows of forked pull requests cannot have it.",
    ]);
  });

  test("not in the senders list, with what no entry names", async () => {
    const claims = { repository: "evil/fork", repository_id: "66" };
    expect(await sentences({}, { claims })).toEqual([
      `This workflow may not send through ${service.url}: The senders list of this service does not admit this caller. No entry names repository evil/fork (id 66) or its owner. Ask whoever runs the service to add it to the senders list.`,
    ]);
  });

  test("without the right to send, before anything is rotated or created", async () => {
    expect(await sentences({}, { claims: { repository_id: "43" } })).toEqual([
      `This workflow may not send through ${service.url}: the senders list gives it only revoke. Ask whoever runs the service to add send to its entry.`,
    ]);
  });

  test("a token for another audience", async () => {
    expect(await sentences({}, { claims: { aud: "https://other.example" } })).toEqual([
      expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:\d+ does not accept this workflow's token: .+ Check that endpoint is the service's exact address\.$/,
      ),
    ]);
  });

  test("an endpoint that nobody listens on", async () => {
    expect(await sentences({ endpoint: "http://127.0.0.1:1" })).toEqual([
      "http://127.0.0.1:1 cannot be reached. Check endpoint, and that this machine may connect to it.",
    ]);
  });

  test("an endpoint that is another service", async () => {
    const other = await startScriptedServer();
    other.answer({ status: 200, text: "<html>", headers: { "content-type": "text/html" } });
    expect(await sentences({ endpoint: other.url })).toEqual([
      `${other.url} answered 200 with a web page: a proxy, a firewall or another site answers in the service's place. Check endpoint, and that this machine reaches it without a login.`,
    ]);
    await other.close();
  });

  test("a mail that is refused, with its recipient", async () => {
    service.mail.smtpServer.refuse(ana);
    expect(await sentences({})).toEqual([
      `a•••@vendor.example: 127.0.0.1:${service.mail.smtpServer.port} refused the mail (550 5.1.1 User unknown). Check the address, and whether the server may send from this sender.`,
    ]);
  });

  test("SMTP without TLS", async () => {
    const { port } = service.mail.smtpServer;
    expect(await sentences({ "smtp-host": "::ffff:127.0.0.1", "smtp-port": String(port) })).toEqual([
      `a•••@vendor.example: ::ffff:127.0.0.1:${port} offers no TLS (500 Error: command not recognized), and mail with a link is not sent in the clear. Set smtp-tls: implicit where that port speaks TLS from the start, or use a server that offers STARTTLS.`,
    ]);
  });
});

test("a dry run finds the mistakes of all sources at once", async () => {
  const found = await sentences({
    "secret-ids": "prod/nope\nprod/denied",
    recipients: "ana",
    passphrase: "short",
    "expires-in": "25h",
    "smtp-host": "::ffff:127.0.0.1",
    "dry-run": "true",
  });
  expect(found.map((sentence) => sentence.split(/[ :,]/).slice(0, 4).join(" "))).toEqual([
    "Line 1 of recipients",
    "The passphrase is too",
    "There is no secret",
    "The AWS role handoff",
    "Class third-party-service allows at",
    "  ffff 127.0.0.1",
  ]);
});
