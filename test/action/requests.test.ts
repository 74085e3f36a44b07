import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { InputName } from "@secret-handoff/action";
import { type Loopback, serveLoopback, startGitHubApi } from "@secret-handoff/local";
import type { RotatableSecrets } from "@secret-handoff/sdk";
import { secretVersion } from "../sdk/secrets.ts";
import { callAs, operatorOf } from "../support/operator.ts";
import { startTestService, type TestService } from "../support/test-service.ts";
import { runStepOn, type StepOptions } from "./step-harness.ts";

/** The operations request, approve and deny, and a delivery by a request; people approve over IAM or in environments. */

const ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/orders-AbCdEf";
const kim = operatorOf("arn:aws:iam::111122223333:user/kim", ["approve"], ["security"]);
const lee = operatorOf("arn:aws:iam::111122223333:user/lee", ["approve"], ["manager"]);
const TOKEN = "ghs_job-token-of-the-run";

let github: Loopback;
let issues: Loopback;
const comments: { readonly path: string; readonly authorization: string | null; readonly body: string }[] =
  [];
let issueStatus = 201;
let service: TestService;

beforeAll(async () => {
  github = await startGitHubApi();
  issues = await serveLoopback(async (request, { pathname }) => {
    const { body } = (await request.json()) as { readonly body: string };
    comments.push({ path: pathname, authorization: request.headers.get("authorization"), body });
    return Response.json(issueStatus < 400 ? { id: 1 } : { message: body }, { status: issueStatus });
  });
  service = await startTestService({
    operators: [kim, lee],
    githubApi: github.url,
    senders: [
      { repositoryId: "42", may: ["send", "revoke"] },
      { repositoryId: "42", environment: "approve-security", roles: ["security"], may: ["approve"] },
      { repositoryId: "42", environment: "approve-manager", roles: ["manager"], may: ["approve"] },
    ],
    classes: ["guarded", "guarded-too"].map((name) => ({
      name,
      expiresWithin: 7_200,
      passphrase: "optional",
      approvals: ["security", "manager"],
      verification: "email",
      reviewerRequired: false,
    })),
  });
});
afterAll(async () => {
  await service.close();
  await Promise.all([github.close(), issues.close()]);
});

type Given = Partial<Record<InputName, string>>;

const describes = { stages: async () => ({ arn: ARN, rotates: false, changedAt: 0, labels: {} }) };

function step(inputs: Given, options: StepOptions = {}) {
  return runStepOn(service, {
    ...options,
    inputs: { class: "guarded", ...inputs },
    context: {
      openRotation: () => describes as unknown as RotatableSecrets,
      env: {
        ACTIONS_ID_TOKEN_REQUEST_URL: "https://runner.example/token?api-version=2.0",
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "bearer",
        GITHUB_API_URL: issues.url,
      },
      ...options.context,
    },
  });
}

const ask = (inputs: Given = {}, options: StepOptions = {}) =>
  step({ operation: "request", reason: "quarterly rotation", ...inputs }, options);
const answer = (operation: "approve" | "deny", id: string, role: string, more: Given = {}) =>
  step(
    { operation, "request-id": id, role, "secret-ids": "", recipients: "", class: "", ...more },
    { claims: { environment: `approve-${role}` } },
  );
const approveAs = (who: typeof kim, id: string, role: string) =>
  callAs(who, service, "POST", `/v1/sender/requests/${id}/approve`, { role });

/** Waits take no time: `then` happens at the first of them. */
function people(then: () => Promise<unknown>): StepOptions {
  let decided = false;
  return {
    runtime: {
      schedule: (ms, task) => {
        // Longer ones are the limits of the step.
        if (ms > 60_000) return () => {};
        const pass = async () => {
          service.clock.now += Math.ceil(ms / 1_000);
          if (!decided) await then();
          decided = true;
          task();
        };
        const timer = setImmediate(() => void pass());
        return () => clearImmediate(timer);
      },
    },
  };
}

describe("operation request", () => {
  test("asks, and tells who must approve in outputs, summary and issue", async () => {
    const { code, workflow, errors } = await ask({ "issue-number": "12", "github-token": TOKEN });
    expect([code, errors]).toEqual([0, []]);
    expect(workflow.outputs).toMatchObject({
      "request-id": expect.stringMatching(/^req_/),
      "request-state": "pending",
      "missing-approvals": '["security","manager"]',
    });
    const [summary = ""] = workflow.summaries;
    expect(summary).toContain("needs approval by security and manager");
    expect(summary).toContain(`secret-handoff approve ${workflow.outputs["request-id"]} --role security`);
    expect(summary).not.toContain("ana@");
    expect(comments.at(-1)).toEqual({
      path: "/repos/acme/orders/issues/12/comments",
      authorization: `Bearer ${TOKEN}`,
      body: summary,
    });
    expect(workflow.masks).toContain(TOKEN);
    expect(workflow.lines.join("\n")).not.toContain(TOKEN);
  });

  test("whose comment cannot be written warns, and has asked all the same", async () => {
    issueStatus = 403;
    const { code, workflow } = await ask({ "issue-number": "12", "github-token": TOKEN });
    issueStatus = 201;
    expect(code).toBe(0);
    expect(workflow.lines).toContainEqual(
      "warning: The comment on issue 12 could not be written: GitHub answered 403. Give the job issues: write, set github-token, and check issue-number.",
    );
  });

  test.each<[string, Given, string]>([
    ["without a reason", { reason: "" }, "A request says why. Set the reason input."],
    [
      "for a prefix",
      { "secret-ids": "prod/*" },
      "A request names each secret. Write names or ARNs, not prefix*.",
    ],
    ["of nothing", { "secret-ids": "" }, expect.stringContaining("Nothing to ask for") as unknown as string],
    ["for too long", { "expires-in": "3h" }, expect.stringContaining("at most 2 hours") as unknown as string],
    [
      "for a class that does not exist",
      { class: "nothing" },
      expect.stringContaining('no class "nothing"') as unknown as string,
    ],
    [
      "with an issue and no token",
      { "issue-number": "1" },
      expect.stringContaining("issue-number needs github-token") as unknown as string,
    ],
  ])("%s is refused", async (_, inputs, sentence) => {
    const { code, errors } = await ask(inputs);
    expect([code, errors]).toEqual([1, [sentence]]);
  });

  test("waits for people with await-approval, and fails where they deny", async () => {
    const denied = await ask(
      { "await-approval": "4h" },
      people(async () => {
        const open = (await service.scan()).filter(
          ({ id, state }) => id?.S?.startsWith("req_") && state?.S === "open",
        );
        const decision = { role: "security", comment: "not now" };
        for (const { id } of open) {
          await callAs(kim, service, "POST", `/v1/sender/requests/${id?.S}/deny`, decision);
        }
      }),
    );
    expect([denied.code, denied.errors]).toEqual([
      1,
      [
        expect.stringMatching(
          /^Request req_\S+ was denied by arn:aws:iam::111122223333:user\/kim for security: “not now”\. Settle that, then make a new request\.$/,
        ),
      ],
    ]);
    expect(denied.workflow.summaries.at(-2)).toContain("**denied** by arn:aws:iam::111122223333:user/kim");
  });
});

describe("operation approve", () => {
  test("gives the approval of the job's environment, and asks GitHub for the reviewer", async () => {
    const { workflow } = await ask();
    const id = workflow.outputs["request-id"] ?? "";
    const reviews = [{ user: "rae-acme", environments: ["approve-security"] }];
    const run = "17402286119";
    await fetch(`${github.url}/local/runs/${run}/approvals`, {
      method: "PUT",
      body: JSON.stringify(reviews),
    });
    const first = await answer("approve", id, "security", { "github-token": TOKEN, comment: "as agreed" });
    expect([first.code, first.errors]).toEqual([0, []]);
    expect(first.workflow.outputs).toMatchObject({
      "request-state": "pending",
      "missing-approvals": '["manager"]',
    });
    expect(first.workflow.summaries[0]).toContain("| security | rae-acme | GitHub named the reviewer |");
    // An environment whose reviewers nobody names counts beside people with AWS credentials alone.
    const other = (await ask()).workflow.outputs["request-id"] ?? "";
    await approveAs(kim, other, "security");
    const second = await answer("approve", other, "manager");
    expect(second.workflow.outputs).toMatchObject({ "request-state": "approved", "missing-approvals": "[]" });
    expect(second.workflow.summaries[0]).toContain("who reviewed is not known");
  });

  test("fails with the service's reason where the job may not", async () => {
    const { workflow } = await ask();
    const id = workflow.outputs["request-id"] ?? "";
    const { code, errors } = await step(
      { operation: "approve", "request-id": id, role: "manager" },
      { claims: { environment: "approve-security" } },
    );
    expect([code, errors]).toEqual([
      1,
      [expect.stringContaining("lets this caller approve class guarded for security")],
    ]);
  });

  test("needs a request and a role", async () => {
    const { errors } = await step({ operation: "deny" });
    expect(errors).toEqual([
      "The operation deny needs request-id. Set it.",
      "The operation deny needs role. Set it.",
    ]);
  });

  test("deny ends the request", async () => {
    const { workflow } = await ask();
    const id = workflow.outputs["request-id"] ?? "";
    const { code, workflow: denied } = await answer("deny", id, "security", { comment: "wrong vendor" });
    expect([code, denied.outputs["request-state"]]).toEqual([0, "denied"]);
  });
});

describe("deliver in a class with approvals", () => {
  test("without a request says how to ask for one", async () => {
    const { code, errors } = await step({});
    expect([code, errors]).toEqual([
      1,
      [
        "Class guarded requires approval by security and manager. Ask for it with operation: request, and set request-id to the id that it gives.",
      ],
    ]);
  });

  test("waits for people, hands over, and tells the issue who approved; a second time nothing goes out", async () => {
    const { workflow } = await ask();
    const id = workflow.outputs["request-id"] ?? "";
    const inputs = {
      "request-id": id,
      "await-approval": "4h",
      reason: "quarterly rotation",
      "issue-number": "12",
      "github-token": TOKEN,
    };
    const sent = service.mail.inbox.mails.length;
    const delivered = await step(
      inputs,
      people(async () => {
        await approveAs(kim, id, "security");
        await approveAs(lee, id, "manager");
      }),
    );
    expect([delivered.code, delivered.errors]).toEqual([0, []]);
    expect(service.mail.inbox.mails).toHaveLength(sent + 1);
    const evidence = comments.at(-1)?.body ?? "";
    expect(evidence).toContain(`Approved by request \`${id}\``);
    expect(evidence).toContain("| manager | arn:aws:iam::111122223333:user/lee | AWS signature |");
    const { text = "" } = service.mail.inbox.mails.at(-1) ?? {};
    const link = /^http\S+#(\S+)$/m.exec(text)?.[1] ?? "no link";
    for (const hidden of [link, "canary-value", "ana@vendor.example"]) expect(evidence).not.toContain(hidden);
    const again = await step(inputs);
    expect([again.code, again.workflow.outputs["earlier-count"]]).toEqual([0, "1"]);
    expect(service.mail.inbox.mails).toHaveLength(sent + 1);
  });

  test("takes class and reason from the request, and says at once what contradicts it", async () => {
    const { workflow } = await ask({ "expires-in": "1h" });
    const id = workflow.outputs["request-id"] ?? "";
    await approveAs(kim, id, "security");
    await approveAs(lee, id, "manager");
    const given = { "request-id": id, "expires-in": "2h", recipients: "bo@vendor.example" };
    const { errors } = await step({ ...given, "secret-ids": "prod/other" });
    expect(errors).toEqual([
      expect.stringContaining("asks for at most 1h until expiry, and expires-in is 2h."),
      expect.stringContaining("Recipient 1 is not among those of request"),
      expect.stringContaining('does not name secret "prod/other". It names'),
    ]);
    const read: string[] = [];
    const openSecrets = () => ({
      read: async (name: string) => {
        read.push(name);
        return secretVersion("prod/orders", "canary-value");
      },
      namesWithPrefix: async () => [],
    });
    const dry = await step(
      { "request-id": id, "dry-run": "true", class: "", reason: "", "secret-ids": "" },
      { context: { openSecrets } },
    );
    expect(read).toEqual([ARN]);
    expect([dry.code, dry.errors]).toEqual([0, []]);
    const unasked = await step({ class: "" });
    expect(unasked.errors).toEqual(["The input class is not set. Set it under with: in the workflow."]);
  });

  test("while an approval is missing reads and rotates nothing", async () => {
    const { workflow } = await ask();
    const id = workflow.outputs["request-id"] ?? "";
    const reads: string[] = [];
    const { code, errors } = await step(
      { "request-id": id },
      {
        context: {
          openSecrets: () => ({
            read: async (name) => {
              reads.push(name);
              throw new Error("not to be read");
            },
            namesWithPrefix: async () => [],
          }),
        },
      },
    );
    expect([code, errors, reads]).toEqual([
      1,
      [expect.stringContaining("still needs approval by security and manager")],
      [],
    ]);
  });
});
