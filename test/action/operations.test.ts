import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type InputName, readExistingInputs, type StepContext } from "@secret-handoff/action";
import { Recipient } from "@secret-handoff/local";
import {
  ErrorCollector,
  platformRuntime,
  SenderError,
  secretsManagerRotation,
  smtpTransport,
} from "@secret-handoff/sdk";
import { startTestService } from "../support/test-service.ts";
import { inputReader } from "./input-reader.ts";
import { runStepOn, type StepOptions, TOKEN_URL } from "./step-harness.ts";

/** What happens to handoffs after they were mailed; the clock of the service and of the step is one, and only waiting moves it. */

const service = await startTestService();
afterAll(() => service.close());

let run = 0;
let to: (name: string) => string = () => "";
beforeEach(() => {
  run += 1;
  const number = run;
  to = (name) => `${name}${number}@vendor.example`;
});

type Given = Partial<Record<InputName, string>>;

const NAMES = ["ana", "bo", "cy", "di", "ed"];
/** Waits that fire: looks. Longer ones are the limits of the step. */
const LONGEST_LOOK_MS = 60_000;
const CANCELLED = new SenderError("cancelled", "The workflow was cancelled.");

/** Waiting takes no time; `then` says what happens once so many seconds have been waited for. */
function waiting(then: Readonly<Record<number, () => Promise<unknown>>> = {}): StepOptions {
  const due = new Map(Object.entries(then).map(([seconds, act]) => [Number(seconds), act]));
  const from = service.clock.now;
  return {
    runtime: {
      schedule: (ms, task) => {
        if (ms > LONGEST_LOOK_MS) return () => {};
        let off = false;
        const pass = async () => {
          service.clock.now += Math.ceil(ms / 1_000);
          for (const [seconds, act] of due) {
            if (service.clock.now - from < seconds) continue;
            due.delete(seconds);
            await act();
          }
          if (!off) task();
        };
        const timer = setImmediate(() => void pass());
        return () => {
          off = true;
          clearImmediate(timer);
        };
      },
    },
  };
}

const step = (inputs: Given, options: StepOptions = {}) =>
  runStepOn(service, {
    inputs: { "secret-ids": "prod/orders", class: "internal-tool", ...inputs },
    ...options,
  });
const manage = (inputs: Given, options: StepOptions = {}) =>
  runStepOn(service, { inputs: { "secret-ids": "", recipients: "", class: "", ...inputs }, ...options });

function linkTo(address: string): Recipient {
  const mails = service.mail.inbox.mails.filter(({ recipients }) => recipients.includes(address));
  return new Recipient(/^http\S+$/m.exec(mails.at(-1)?.text ?? "")?.[0] ?? "");
}

async function claimedBy(address: string) {
  const recipient = linkTo(address);
  const { receipt } = await recipient.open(await recipient.claim({ email: address }), { email: address });
  return { recipient, receipt };
}

async function taken(address: string): Promise<void> {
  const { recipient, receipt } = await claimedBy(address);
  expect((await recipient.acknowledge(receipt)).status).toBe(204);
}

async function locked(address: string): Promise<void> {
  for (let n = 0; n < 5; n += 1) await linkTo(address).claim({ email: "someone@vendor.example" });
}

describe("deliver with await", () => {
  test("waits until each handoff has ended, and reports how, in the order of the recipients", async () => {
    const recipients = [...NAMES, "fi", "gi", "hal"].map(to);
    const [ana = "", bo = "", cy = "", di = "", ed = "", fi = "", gi = "", hal = ""] = recipients;
    service.mail.smtpServer.refuse(hal);
    const { code, workflow, errors } = await step(
      { recipients: recipients.join("\n"), "expires-in": "2h", await: "4h" },
      waiting({
        60: () => taken(ana),
        300: () => linkTo(bo).report(),
        900: () => manage({ operation: "revoke", "handoff-ids": linkTo(cy).link.id }),
        1200: () => step({ recipients: di, resend: "true" }),
        1500: () => locked(fi),
        1800: () => claimedBy(gi),
      }),
    );
    expect(JSON.parse(workflow.outputs.receipts ?? "")).toEqual([
      ...["delivered", "reported", "revoked", "superseded", "expired", "locked", "unconfirmed", "bounced"],
    ]);
    expect(workflow.outputs).toMatchObject({ "delivered-count": "1", "all-delivered": "false" });
    // Only the refused mail fails the step: what recipients do is for the next step to judge.
    expect([code, errors.length]).toEqual([1, 1]);
    expect(workflow.lines).toContainEqual(`info: 1/7 handoff ${linkTo(ana).link.id}: delivered`);
    expect(workflow.lines).toContainEqual("info: Still waiting for 2 receipts after 30m.");
    expect(workflow.lines.filter((line) => /^info: \d\/7 handoff/.test(line))).toHaveLength(7);
    expect(workflow.summaries.at(-1)).toContain("### 1 of 7 handoffs delivered");
    for (const address of [ana, ed]) expect(workflow.lines.join("\n")).not.toContain(address);
    // Tokens live five minutes, and the wait took two hours.
    const tokens = [...workflow.masks].filter((mask) => /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(mask));
    expect(tokens.length).toBeGreaterThan(20);
  });

  test("says so when everything has been delivered", async () => {
    const ana = to("ana");
    const { code, workflow } = await step(
      { recipients: ana, await: "1h" },
      waiting({ 30: () => taken(ana) }),
    );
    expect([code, workflow.outputs["all-delivered"], workflow.outputs.receipts]).toEqual([
      0,
      "true",
      '["delivered"]',
    ]);
  });

  test("ends when its time is up, and the step does not fail for that", async () => {
    const { code, workflow } = await step({ recipients: to("ana"), await: "10m" }, waiting());
    expect([code, workflow.outputs.receipts]).toEqual([0, '["pending"]']);
    expect(workflow.lines).toContainEqual(
      expect.stringMatching(/^warning: 1 of 1 handoff had not ended after 10m: [\w-]{22}\.$/),
    );
  });

  test("cancelled stops waiting, fails, and reports what it knows; the handoffs stay", async () => {
    const [ana = "", bo = ""] = ["ana", "bo"].map(to);
    let cancel = () => {};
    const { code, errors, workflow } = await step(
      { recipients: `${ana}\n${bo}`, await: "1h" },
      {
        ...waiting({ 60: () => taken(ana), 120: async () => cancel() }),
        context: {
          onCancel: (stop) => {
            cancel = () => stop(CANCELLED);
            return () => {};
          },
        },
      },
    );
    expect([code, errors]).toEqual([1, ["The workflow was cancelled."]]);
    expect(workflow.outputs.receipts).toBe('["delivered","pending"]');
    expect((await linkTo(bo).status()).body.state).toBe("open");
  });

  test("does not begin to wait once it is cancelled, and fails", async () => {
    const ana = to("ana");
    let cancel = () => {};
    const { code, errors, workflow } = await step(
      { recipients: ana, await: "4h" },
      {
        context: {
          onCancel: (stop) => {
            cancel = () => stop(CANCELLED);
            return () => {};
          },
          openMail: (choice, runtime) => {
            if (choice.by === "ses") throw new Error("this test mails over SMTP");
            const real = smtpTransport(choice.server, runtime);
            const send: typeof real.send = async (email, deadline) => {
              const accepted = await real.send(email, deadline);
              cancel();
              return accepted;
            };
            return { ...real, send };
          },
        },
      },
    );
    expect([code, errors]).toEqual([1, ["The workflow was cancelled."]]);
    expect(workflow.outputs).toMatchObject({ "mailed-count": "1", states: '["open"]' });
    expect(workflow.lines.filter((line) => line.includes("Waiting for"))).toEqual([]);
  });

  test("outlasts an outage of the service", async () => {
    const ana = to("ana");
    const options = waiting({ 1800: () => taken(ana) });
    const from = service.clock.now;
    const { code, workflow } = await step(
      { recipients: ana, await: "1h" },
      {
        runtime: {
          ...options.runtime,
          fetch: async (input, init) => {
            const url = String(input);
            if (url.startsWith("https://runner.example"))
              return Response.json({ value: await service.mint() });
            const elapsed = service.clock.now - from;
            if (elapsed > 300 && elapsed < 900) return new Response(null, { status: 503 });
            return platformRuntime.fetch(input, init);
          },
        },
      },
    );
    expect([code, workflow.outputs.receipts]).toEqual([0, '["delivered"]']);
  });

  test.each([
    ["ends in", 300, []],
    [
      "lies wholly in",
      0,
      [expect.stringMatching(/^warning: Handoff \S{22}: .+ answered 503 again and again\./)],
    ],
  ])("that %s an outage of the service leaves an open handoff pending", async (_, downAfter, told) => {
    const ana = to("ana");
    const from = service.clock.now;
    const { code, workflow } = await step(
      { recipients: ana, await: "10m" },
      {
        runtime: {
          ...waiting().runtime,
          fetch: async (input, init) => {
            if (String(input).startsWith("https://runner.example"))
              return Response.json({ value: await service.mint() });
            const looks = init?.method === "GET" && String(input).includes("/v1/sender/handoffs/");
            return looks && service.clock.now - from >= downAfter
              ? new Response(null, { status: 503 })
              : platformRuntime.fetch(input, init);
          },
        },
      },
    );
    expect([code, workflow.outputs.receipts]).toEqual([0, '["pending"]']);
    expect(workflow.lines.filter((line) => line.startsWith("warning: Handoff"))).toEqual(told);
  });
});

describe("await-receipt", () => {
  test("takes the ids of an earlier step, failed recipients among them", async () => {
    const [ana = "", bo = "", cy = ""] = ["ana", "bo", "cy"].map(to);
    service.mail.smtpServer.refuse(bo);
    const first = await step({ recipients: `${ana}\n${bo}\n${cy}` });
    const { code, workflow } = await manage(
      { operation: "await-receipt", "handoff-ids": first.workflow.outputs["handoff-ids"] ?? "", await: "1h" },
      waiting({ 30: () => taken(cy), 60: () => taken(ana) }),
    );
    expect([code, workflow.outputs.receipts]).toEqual([0, '["delivered","failed","delivered"]']);
    expect(workflow.outputs).toMatchObject({ "delivered-count": "2", "all-delivered": "false" });
    expect(workflow.outputs["handoff-ids"]).toBe(first.workflow.outputs["handoff-ids"]);
  });

  test("says which handoffs are pending when its time is up, and does not fail for that", async () => {
    const [ana = "", bo = ""] = ["ana", "bo"].map(to);
    const { workflow: first } = await step({ recipients: `${ana}\n${bo}` });
    const { code, workflow } = await manage(
      {
        operation: "await-receipt",
        "handoff-ids": first.outputs["handoff-ids"] ?? "",
        await: "10m",
      },
      waiting({ 30: () => taken(bo) }),
    );
    expect([code, workflow.outputs.receipts]).toEqual([0, '["pending","delivered"]']);
    expect(workflow.lines).toContainEqual(
      `warning: 1 of 2 handoffs had not ended after 10m: ${linkTo(ana).link.id}.`,
    );
  });

  test("reports a handoff that the service does not know, and waits for the others", async () => {
    const ana = to("ana");
    await step({ recipients: ana });
    const ids = `AAAAAAAAAAAAAAAAAAAAAA\n${linkTo(ana).link.id}`;
    const { code, errors, workflow } = await manage(
      { operation: "await-receipt", "handoff-ids": ids, await: "1h" },
      waiting({ 30: () => taken(ana) }),
    );
    expect([code, workflow.outputs.receipts]).toEqual([1, '["failed","delivered"]']);
    expect(errors).toEqual([
      expect.stringMatching(/^Handoff A{22}: .+There is no handoff with this id, or it is not yours\.$/),
    ]);
  });
});

describe("status", () => {
  test("reports how handoffs stand, and changes nothing", async () => {
    const [ana = "", bo = ""] = ["ana", "bo"].map(to);
    const { workflow: first } = await step({ recipients: `${ana}\n${bo}` });
    await taken(bo);
    const { code, workflow } = await manage({
      operation: "status",
      "handoff-ids": first.outputs["handoff-ids"] ?? "",
    });
    expect([code, workflow.outputs.states, workflow.outputs.receipts]).toEqual([
      0,
      '["open","delivered"]',
      '["pending","delivered"]',
    ]);
    expect(workflow.lines).toContainEqual(`info: Handoff ${linkTo(ana).link.id}: open`);
    expect((await linkTo(ana).status()).body.state).toBe("open");
  });
});

describe("revoke", () => {
  test("of everybody's, by what they hold, ends what is open and names what was opened", async () => {
    await step({ recipients: `${to("ana")}\n${to("bo")}` });
    await claimedBy(to("bo"));
    const where = `recipient: ${to("bo").toUpperCase()}\nrepository: 42`;
    const bo = await manage({ operation: "revoke", "revoke-where": where });
    expect(bo.workflow.outputs).toMatchObject({ "revoked-count": "0", "released-count": "1" });
    const ana = await manage({ operation: "revoke", "revoke-where": `recipient: ${to("ana")}` });
    expect([ana.code, ana.workflow.outputs["revoked-count"]]).toEqual([0, "1"]);
    expect((await linkTo(to("ana")).status()).body.state).toBe("revoked");
  });

  const ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/orders-AbCdEf";

  test("by secret ends its open handoffs and no others", async () => {
    await manage({ operation: "revoke", "secret-ids": ARN });
    const [ana = "", bo = "", cy = ""] = ["ana", "bo", "cy"].map(to);
    await step({ recipients: `${ana}\n${bo}` });
    await step({ recipients: cy, "secret-ids": "prod/other" }, { secrets: { "prod/other": "canary-other" } });
    await taken(bo);
    const { code, workflow } = await manage({ operation: "revoke", "secret-ids": ARN });
    expect([code, workflow.outputs["revoked-count"]]).toEqual([0, "1"]);
    const states = await Promise.all([ana, bo, cy].map(async (to) => (await linkTo(to).status()).body.state));
    expect(states).toEqual(["revoked", "delivered", "open"]);
  });

  test("by secret or run counts what was opened, and warns of it", async () => {
    const secrets = { "prod/leaked": "canary-leaked" };
    const arn = ARN.replace("orders", "leaked");
    const [ana = "", bo = "", cy = "", di = ""] = ["ana", "bo", "cy", "di"].map(to);
    const claims = { run_id: "1234522" };
    await step(
      { recipients: [ana, bo, cy, di].join("\n"), "secret-ids": "prod/leaked" },
      { secrets, claims },
    );
    await taken(ana);
    await claimedBy(bo);
    await locked(di);
    const [openedAna, openedBo, open] = [ana, bo, cy].map((one) => linkTo(one).link.id);
    const warned = [openedAna, openedBo].map((id) =>
      expect.stringContaining(`warning: Handoff ${id} was opened already`),
    );
    const first = await manage({ operation: "revoke", "secret-ids": arn });
    expect(first.code).toBe(0);
    expect(first.workflow.outputs).toMatchObject({ "revoked-count": "1", "released-count": "2" });
    expect(first.workflow.lines).toEqual(expect.arrayContaining(warned));
    expect(new Set(JSON.parse(first.workflow.outputs["handoff-ids"] ?? ""))).toEqual(
      new Set([openedAna, openedBo, open]),
    );
    const second = await manage({ operation: "revoke", run: "1234522" });
    expect(second.workflow.outputs).toMatchObject({ "revoked-count": "0", "released-count": "2" });
    expect(second.workflow.lines).toEqual(expect.arrayContaining(warned));
    expect(second.workflow.lines).toContainEqual("info: No handoff is open: there is nothing to revoke.");
  });

  test("of a run ends what that run handed over", async () => {
    const [ana = "", bo = ""] = ["ana", "bo"].map(to);
    await step({ recipients: ana }, { claims: { run_id: "1234500" } });
    await step({ recipients: bo }, { claims: { run_id: "1234511" } });
    const { workflow } = await manage({ operation: "revoke", run: "1234500" });
    expect(JSON.parse(workflow.outputs["handoff-ids"] ?? "")).toEqual([linkTo(ana).link.id]);
    expect((await linkTo(ana).status()).body.state).toBe("revoked");
    expect((await linkTo(bo).status()).body.state).toBe("open");
  });

  test("reports each handoff at its recipient's place, also where one had none", async () => {
    const [ana = "", bo = "", cy = ""] = ["ana", "bo", "cy"].map(to);
    service.mail.smtpServer.refuse(ana);
    const { workflow: first } = await step({ recipients: `${ana}\n${bo}\n${cy}` });
    await taken(cy);
    const { code, workflow } = await manage({
      operation: "revoke",
      "handoff-ids": first.outputs["handoff-ids"] ?? "",
    });
    expect([code, workflow.outputs.states]).toEqual([0, '["failed","revoked","released"]']);
    expect(workflow.outputs["handoff-ids"]).toBe(first.outputs["handoff-ids"]);
  });

  test("of what was opened already says so and goes on", async () => {
    const [ana = "", bo = ""] = ["ana", "bo"].map(to);
    const { workflow: first } = await step({ recipients: `${ana}\n${bo}` });
    await taken(ana);
    const { code, workflow } = await manage({
      operation: "revoke",
      "handoff-ids": first.outputs["handoff-ids"] ?? "",
    });
    expect([code, workflow.outputs.states]).toEqual([0, '["released","revoked"]']);
    expect(workflow.outputs).toMatchObject({ "revoked-count": "1", "released-count": "1" });
    expect(workflow.lines).toContainEqual(
      `warning: Handoff ${linkTo(ana).link.id} was opened already, so it cannot be revoked. Rotate the secret if that was wrong.`,
    );
  });
});

test("report reviews the trail, and counts no event of a kind that only a newer service knows", async () => {
  const ana = to("ana");
  await step({ recipients: ana });
  await taken(ana);
  const folder = mkdtempSync(join(tmpdir(), "report-"));
  const invented = {
    id: "invented",
    type: "invented",
    time: new Date(service.clock.now * 1_000).toISOString(),
  };
  const fetch: typeof platformRuntime.fetch = async (input, init) => {
    if (String(input).startsWith(TOKEN_URL)) return Response.json({ value: await service.mint() });
    const answer = await platformRuntime.fetch(input, init);
    if (!String(input).includes("/v1/sender/events?")) return answer;
    const page = (await answer.json()) as { readonly events: readonly unknown[] };
    return Response.json({ ...page, events: [...page.events, invented] });
  };
  const env = { ACTIONS_ID_TOKEN_REQUEST_URL: TOKEN_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "bearer" };
  const report = (kind: string, runtime: StepOptions["runtime"]) =>
    manage(
      { operation: "report", report: kind },
      { context: { env: { ...env, RUNNER_TEMP: folder } }, ...(runtime ? { runtime } : {}) },
    );
  const review = await report("review", undefined);
  expect([review.code, review.errors]).toEqual([0, []]);
  const file = readFileSync(review.workflow.outputs["report-file"] ?? "", "utf8");
  expect(file).toContain("# Review of shared secrets");
  expect(file).toContain("prod/orders");
  expect(review.workflow.summaries).toEqual([file.replace(/!\[[^\n]*\n\n/, "")]);
  const count = ({ workflow }: Awaited<ReturnType<typeof report>>) =>
    Number(/from (\d+) events of the trail/.exec(workflow.summaries[0] ?? "")?.[1]);
  const known = await report("evidence", undefined);
  // Readings within five minutes leave one event.
  expect(count(await report("evidence", { fetch }))).toBe(count(known));
  rmSync(folder, { recursive: true });
});

describe("nothing found is not a success:", () => {
  const ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/nothing-backup";
  const where =
    "Check handoff-ids, secret-ids, run, the region and the account; several secrets that went in one handoff are found by run or by id.";
  /** Knows one secret, by its name and by its ARN without the last six characters. */
  const secretsOf = (arn: string): Partial<StepContext> => ({
    openRotation: (region, deadline, runtime) => ({
      ...secretsManagerRotation(region, deadline, runtime),
      stages: async (id) => {
        if (!arn.includes(id)) throw new SenderError("secret_unknown", `There is no secret "${id}".`);
        return { arn, rotates: false, changedAt: 0, labels: {} };
      },
    }),
  });

  describe.each(["revoke", "status", "await-receipt"])("%s", (operation) => {
    test.each<[string, Given, string]>([
      [
        "of ids of recipients who got none",
        { "handoff-ids": "[null,null]" },
        `handoff-ids names no handoff. ${where}`,
      ],
      ["of no ids", { "handoff-ids": "[]" }, `handoff-ids names no handoff. ${where}`],
      ["of a run", { run: "987654" }, `Run 987654 of this repository made no handoff. ${where}`],
      [
        "of a secret",
        { "secret-ids": "prod/nothing" },
        `This repository made no handoff of secret "prod/nothing". ${where}`,
      ],
      [
        "of an ARN whose name ends like one",
        { "secret-ids": ARN },
        `This repository made no handoff of secret "${ARN}". ${where}`,
      ],
      [
        "of a secret and a run",
        { "secret-ids": "prod/nothing", run: "987654" },
        `Run 987654 of this repository made no handoff of secret "prod/nothing". ${where}`,
      ],
      ["of an unknown secret", { "secret-ids": "prod/unknown" }, 'There is no secret "prod/unknown".'],
    ])("%s", async (_, inputs, sentence) => {
      const { code, errors, workflow } = await manage(
        { operation, await: "1m", ...inputs },
        { ...waiting(), context: secretsOf(`${ARN}-AbCdEf`.replace("-backup", "")) },
      );
      expect([code, errors]).toEqual([1, [sentence]]);
      expect(workflow.outputs["all-delivered"] ?? "false").toBe("false");
    });
  });

  test("an ARN without its last six characters finds what the whole one does", async () => {
    const whole = `${ARN}-AbCdEf`;
    const ana = to("ana");
    await step(
      { recipients: ana, "secret-ids": "prod/nothing-backup" },
      { secrets: { "prod/nothing-backup": "canary" } },
    );
    const { code, workflow } = await manage(
      { operation: "revoke", "secret-ids": ARN },
      { context: secretsOf(whole) },
    );
    expect([code, workflow.outputs["revoked-count"]]).toEqual([0, "1"]);
    expect((await linkTo(ana).status()).body.state).toBe("revoked");
  });

  test("what is found is still revoked, and the step fails for the rest", async () => {
    const ana = to("ana");
    await step({ recipients: ana, "secret-ids": "prod/found" }, { secrets: { "prod/found": "canary" } });
    const found = ARN.replace("nothing-backup", "found-AbCdEf");
    const { code, errors, workflow } = await manage(
      { operation: "revoke", "secret-ids": `${found}\nprod/unknown` },
      { context: secretsOf(found) },
    );
    expect([code, errors]).toEqual([1, ['There is no secret "prod/unknown".']]);
    expect(workflow.outputs["revoked-count"]).toBe("1");
    expect((await linkTo(ana).status()).body.state).toBe("revoked");
  });

  test("a secret whose handoffs have all ended has nothing to revoke, and says so", async () => {
    const found = ARN.replace("nothing-backup", "found-AbCdEf");
    const { code, workflow } = await manage(
      { operation: "revoke", "secret-ids": found },
      { context: secretsOf(found) },
    );
    expect([code, workflow.outputs["revoked-count"]]).toEqual([0, "0"]);
    expect(workflow.lines).toContainEqual(
      `info: No handoff of secret "${found}" is open: there is nothing to revoke.`,
    );
  });
});

describe("a mistake in the inputs of an operation is reported:", () => {
  test.each<[Given, string]>([
    [
      { operation: "send" },
      "operation must be deliver, request, approve, deny, await-receipt, revoke, status or report.",
    ],
    [{ operation: "revoke" }, "Say which handoffs: set handoff-ids, secret-ids or run."],
    [{ operation: "status", "handoff-ids": "x" }, "Entry 1 of handoff-ids is not a handoff's id."],
    [
      { operation: "status", "handoff-ids": "AAAAAAAAAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAAAAAAAA" },
      "Entry 2 of handoff-ids repeats entry 1. Name each once.",
    ],
    [{ operation: "status", "handoff-ids": "[1]" }, "Entry 1 of handoff-ids is not a handoff's id."],
    [
      { operation: "status", "handoff-ids": "[" },
      "handoff-ids is not the output handoff-ids of an earlier step.",
    ],
    [{ operation: "status", run: "x" }, "run is not the id of a workflow run. Write its number, or this."],
    [
      { operation: "status", run: "this" },
      "The runner does not say which run this is. Write the run's number.",
    ],
    [
      { operation: "revoke", run: "1", "handoff-ids": "AAAAAAAAAAAAAAAAAAAAAA" },
      "handoff-ids goes without secret-ids and run. Drop one or the other.",
    ],
    [
      { operation: "status", "revoke-where": "all" },
      "revoke-where goes with operation: revoke alone, without handoff-ids, secret-ids and run.",
    ],
    [
      { operation: "revoke", "revoke-where": "everything" },
      "revoke-where must be all, or lines like recipient: ana@vendor.example, each of secret, recipient, repository, class, sender at most once.",
    ],
    [
      { operation: "revoke", "revoke-where": "secret: prod/orders/api" },
      "revoke-where: secret takes an ARN, not a name: events and handoffs name a secret by its ARN. aws secretsmanager describe-secret --secret-id NAME --query ARN --output text gives it.",
    ],
    [
      { operation: "revoke", "revoke-where": "repository: 42\nrecipient: ana" },
      "The recipient is neither an e-mail address nor a recipient id. A recipient id has 22 characters; audit events shows them.",
    ],
    [
      { operation: "revoke", "secret-ids": "prod/*" },
      "Here secret-ids takes names and ARNs, not prefix*. Name each secret.",
    ],
  ])("%j", async (inputs, sentence) => {
    const { code, errors } = await manage(inputs);
    expect([code, errors]).toEqual([1, [sentence]]);
  });

  test("all at once", () => {
    const read = inputReader({ endpoint: "x", await: "soon", timeout: "later", "secret-ids": "" });
    const errors = new ErrorCollector();
    readExistingInputs("revoke", read, undefined, errors);
    expect(errors.errors.map(({ code }) => code)).toEqual(["endpoint", "input", "input", "input"]);
  });
});
