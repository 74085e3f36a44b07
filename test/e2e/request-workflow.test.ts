import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { DEFAULT_JOB, type LocalStack, localInputs, Recipient, startLocalStack } from "@secret-handoff/local";
import type { SenderEntry } from "@secret-handoff/protocol/api";
import { startScriptedServer } from "../sdk/scripted-server.ts";
import { type GitHubIssues, startGitHubIssues } from "../support/github-issues.ts";
import { Sender } from "../support/sender.ts";
import { runWorkflow } from "../support/workflow-runner.ts";

/**
 * The request workflow as its reader copies it: the form's body in; request, approval, rotation, delivery, comments and the closed issue
 * out; then the monthly review. The service admits what the example's README says, and nothing else.
 */

const FOLDER = new URL("../../examples/request-workflow/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, FOLDER), "utf8");
const TOKEN = "ghs_job-token-of-the-request-workflow";
const ANA = "ana@vendor.example";
const DAY = 86_400;
const FORGOTTEN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/forgotten-AbCdEf";

let now = Math.floor(Date.now() / 1_000);
/** Parameter Store. */
const ssm = await startScriptedServer();
let stack: LocalStack;
let github: GitHubIssues;

beforeAll(async () => {
  const [, entries = ""] = /```json\n([\s\S]*?)```/.exec(read("README.md")) ?? [];
  const senders: readonly SenderEntry[] = JSON.parse(entries);
  github = await startGitHubIssues(DEFAULT_JOB.repository, TOKEN);
  stack = await startLocalStack({
    page: { html: "<!doctype html>", contentSecurityPolicy: "" },
    clock: () => now,
    senders,
  });
  stack.secrets.put("prod/orders/database", '{"user":"orders","password":"the-first-password"}', {
    rotation: { kind: "slow", polls: 1, next: () => '{"user":"orders","password":"the-rotated-password"}' },
  });
  await handOverLongAgo();
});
afterAll(async () => {
  await stack?.close();
  await github?.close();
  await ssm.close();
});

/** What somebody was given a hundred days ago, and still has. */
async function handOverLongAgo(): Promise<void> {
  now -= 100 * DAY;
  const sender = new Sender({
    ...{ url: stack.url, clock: { now } },
    mint: () =>
      stack.issuer.mint(
        { aud: stack.url },
        { job: { ...DEFAULT_JOB, environment: "production", event: "issues" } },
      ),
  });
  const subject = { secret: FORGOTTEN, versionId: "v1", versionCreatedAt: now - DAY, recipient: ANA };
  const { link } = await sender.handOver({ email: ANA, class: "third-party-service" }, { subject });
  const recipient = new Recipient(link);
  const { receipt } = await recipient.open(await recipient.claim({ email: ANA }), { email: ANA });
  await recipient.acknowledge(receipt);
  await stack.service.drained();
  now += 100 * DAY;
}

/** The body that GitHub makes of the form. */
const bodyOf = (more: Readonly<Record<string, string>> = {}) =>
  Object.entries({
    "Client or vendor": "Vendor Example",
    Secret: "prod/orders/database",
    Recipients: ANA,
    "Open until": "1h30m",
    Reason: "quarterly rotation",
    ...more,
  })
    .map(([label, answer]) => `### ${label}\n\n${answer}`)
    .join("\n\n");

const run = (file: string, event: { readonly name: string; readonly payload: object }, reviewer?: string) =>
  runWorkflow({
    ...{ stack, event, text: read(file) },
    env: { AWS_ENDPOINT_URL_SSM: ssm.url },
    github: { url: github.url, token: TOKEN },
    inputs: localInputs(stack),
    files: Object.fromEntries(
      ["read-request.mjs", "clients.json"].map((name) => [
        `.github/request-workflow/${name}`,
        new URL(name, FOLDER),
      ]),
    ),
    async before(job) {
      if (job !== "approve-manager" || reviewer === undefined) return;
      const reviews = [{ user: reviewer, environments: [job] }];
      const url = `${stack.github}/local/runs/${DEFAULT_JOB.run}/approvals`;
      await fetch(url, { method: "PUT", body: JSON.stringify(reviews) });
    },
  });

const labelled = (number: number, sender = 77) => ({
  name: "issues",
  payload: {
    sender: { id: sender },
    issue: { number, body: github.issues.get(number)?.body, user: { id: 77 } },
    label: { name: "share-a-secret" },
  },
});

/** What was last kept for the recipient who is told it over the telephone. */
const passphraseInStore = (): string => JSON.parse(JSON.parse(ssm.seen.at(-1)?.body ?? "").Value).passphrase;

test("an issue becomes a rotated secret in the recipient's hands, and the evidence on the issue", async () => {
  ssm.answer({ status: 200, json: {} });
  const number = github.open("Share a secret: orders", bodyOf());
  const { jobs, texts } = await run("request.yml", labelled(number), "lou-acme");
  expect({ jobs, texts: jobs.deliver === "success" ? [] : texts }).toEqual({
    jobs: { ask: "success", "approve-manager": "success", deliver: "success" },
    texts: [],
  });
  const issue = github.issues.get(number);
  expect(issue?.state).toBe("closed");
  expect(issue?.comments).toEqual([
    expect.stringContaining("Nothing stands out."),
    expect.stringContaining("needs approval by manager"),
    expect.stringMatching(/Approved by request[\s\S]*lou-acme[\s\S]*GitHub named the reviewer/),
  ]);

  const mail = stack.mail.inbox.mails.findLast(({ to }) => to === ANA);
  const link = /^http\S+$/m.exec(mail?.text ?? "")?.[0] ?? "";
  const recipient = new Recipient(link);
  const passphrase = passphraseInStore();
  const answers = { email: ANA, passphrase };
  const bundle = await recipient.open(await recipient.claim(answers), answers);
  expect(JSON.stringify(bundle)).toContain("the-rotated-password");
  await recipient.acknowledge(bundle.receipt);

  const told = [...texts, ...(issue?.comments ?? [])].join("\n");
  for (const hidden of [
    "the-rotated-password",
    "the-first-password",
    passphrase,
    TOKEN,
    link.split("#")[1] ?? "",
  ])
    expect(told).not.toContain(hidden);
  // The form's own words are repeated once, for approvers to see what was read.
  expect(issue?.comments[0]).toContain(`1: \`${ANA}\``);
  expect(issue?.comments.slice(1).join("\n")).not.toContain(ANA);
});

test("an issue that asks for what its client does not get is told why, stays open, and asks nobody", async () => {
  const number = github.open("Share a secret", bodyOf({ Secret: "clients/acme-retail/db" }));
  const mails = stack.mail.inbox.mails.length;
  const { jobs } = await run("request.yml", labelled(number), "lou-acme");
  expect(jobs).toEqual({ ask: "failure", "approve-manager": "skipped", deliver: "skipped" });
  const issue = github.issues.get(number);
  expect([issue?.state, issue?.comments]).toEqual([
    "open",
    [expect.stringContaining("This client or vendor does not get this secret.")],
  ]);
  expect(stack.mail.inbox.mails).toHaveLength(mails);
});

test("nothing is rotated or sent where the reviewer is the one who asked, or another label was set, or by somebody else", async () => {
  const number = github.open("Share a secret", bodyOf({ Reason: "one more time" }));
  const mails = stack.mail.inbox.mails.length;
  const { jobs } = await run("request.yml", labelled(number), DEFAULT_JOB.actor);
  expect(jobs).toEqual({ ask: "success", "approve-manager": "failure", deliver: "skipped" });
  const event = labelled(number);
  const other = { ...event, payload: { ...event.payload, label: { name: "question" } } };
  for (const ignored of [other, labelled(number, 78)]) {
    expect((await run("request.yml", ignored)).jobs).toEqual({
      ...{ ask: "skipped", "approve-manager": "skipped", deliver: "skipped" },
    });
  }
  expect([stack.mail.inbox.mails.length, github.issues.get(number)?.state]).toEqual([mails, "open"]);
});

test("the monthly review opens an issue with the report, and one with what was not rotated", async () => {
  await stack.service.drained();
  const before = github.issues.size;
  const { jobs } = await run("monthly-review.yml", { name: "schedule", payload: {} });
  expect([jobs, github.issues.size]).toEqual([{ review: "success" }, before + 2]);
  const report = github.issues.get(before + 1);
  expect(report?.title).toBe("What was shared in the last month");
  expect(report?.body).toContain("# Review of shared secrets");
  expect(report?.body).toContain(
    "1 handoff in the period. 2 credentials are held by somebody, 1 of which was not rotated",
  );
  expect(report?.body).not.toContain("vendor.example");
  expect(github.issues.get(before + 2)).toMatchObject({
    title: "Rotate or purge shared secrets",
    body: `Shared, and not rotated for 90 days. Rotate each, or remove it and close this issue.\n\n- [ ] \`${FORGOTTEN}\`\n`,
  });
});
