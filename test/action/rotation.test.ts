import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { InputName } from "@secret-handoff/action";
import { Recipient, startSecretsManager } from "@secret-handoff/local";
import { secretsManager } from "@secret-handoff/sdk";
import { useAwsEnvironment } from "../support/aws-environment.ts";
import { startTestService } from "../support/test-service.ts";
import { runStepOn } from "./step-harness.ts";

/** Rotate and deliver in one step, against the real service and the local stack's Secrets Manager. */

const service = await startTestService();
const aws = await startSecretsManager({ clock: () => service.clock.now });
useAwsEnvironment(() => ({ AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url, AWS_REGION: "eu-west-1" }));
afterAll(() => Promise.all([service.close(), aws.close()]));

let run = 0;
let ana = "";
let name = "";
beforeEach(() => {
  run += 1;
  ana = `ana${run}@vendor.example`;
  name = `prod/rotation-${run}`;
});

const step = (inputs: Partial<Record<InputName, string>>) =>
  runStepOn(service, {
    inputs: { recipients: ana, "secret-ids": name, "parse-json-secrets": "true", ...inputs },
    context: { openSecrets: secretsManager },
  });

const mailed = () => service.mail.inbox.mails.filter(({ recipients }) => recipients.includes(ana));

async function passwordOfAna(): Promise<string | undefined> {
  const recipient = new Recipient(/^http\S+$/m.exec(mailed().at(-1)?.text ?? "")?.[0] ?? "");
  const bundle = await recipient.open(await recipient.claim({ email: ana }), { email: ana });
  return bundle.items[0]?.fields.find((field) => field.name === "password")?.value;
}

const current = () => JSON.parse(String(aws.secrets.value(name))).password;

describe.each([["managed"], ["generate"]])("rotate: %s", (rotate) => {
  beforeEach(() => {
    const rotation = rotate === "managed" ? ({ kind: "fast" } as const) : ({ kind: "unconfigured" } as const);
    aws.secrets.put(name, '{"user":"orders","password":"old-value"}', { rotation });
  });

  test("hands over the new value, and masks it", async () => {
    const { code, errors, workflow } = await step({ rotate });
    expect([code, errors]).toEqual([0, []]);
    expect(current()).not.toBe("old-value");
    expect(await passwordOfAna()).toBe(current());
    expect([...workflow.masks]).toEqual(expect.arrayContaining(["old-value", current()]));
    const said = [...workflow.lines, ...Object.values(workflow.outputs), ...workflow.summaries].join("\n");
    expect(said).not.toContain(current());
    expect(workflow.lines).toContainEqual(
      expect.stringMatching(/^info: Rotated .+: version .+ is the current one\.$/),
    );
  });

  test("in a run that is repeated rotates once and mails once", async () => {
    await step({ rotate });
    const value = current();
    const { code, workflow } = await step({ rotate });
    expect([code, workflow.outputs["earlier-count"]]).toEqual([0, "1"]);
    expect([current(), mailed().length]).toEqual([value, 1]);
  });

  test.each([
    ["a dry run", { "dry-run": "true" }],
    ["a mistake elsewhere", { class: "nope" }],
  ])("does not rotate in %s", async (_, inputs) => {
    await step({ rotate, ...inputs });
    expect(current()).toBe("old-value");
  });
});

test("a dry run says that it would rotate, and judges by the version that would come of it", async () => {
  aws.secrets.put(name, '{"user":"orders","password":"old-value"}', { rotation: { kind: "fast" } });
  await step({});
  const { code, workflow } = await step({ rotate: "managed", "dry-run": "true" });
  expect(code).toBe(0);
  expect(workflow.lines).toEqual(
    expect.arrayContaining([
      "info: Would rotate 1 secret first.",
      expect.stringMatching(
        /^info: a•••@vendor\.example: would be mailed a link, and handoff \S+ would end$/,
      ),
    ]),
  );
  expect([current(), mailed().length]).toEqual(["old-value", 1]);
});

test("a rotation that cannot begin is reported beside every other mistake", async () => {
  aws.secrets.put(name, "{}");
  const { errors } = await step({ rotate: "managed", "expires-in": "25h" });
  expect(errors).toEqual([
    `Secret "${name}" has no rotation set up. Set one up in Secrets Manager, or use rotate: generate.`,
    "Class third-party-service allows at most 24 hours until expiry. expires-in is 25h: shorten it, or choose another class.",
  ]);
});

test("when one of two rotations fails nothing is handed over, and the summary names the other", async () => {
  aws.secrets.put(name, "{}", { rotation: { kind: "fast" } });
  aws.secrets.put(`${name}-b`, "{}", { rotation: { kind: "stuck" } });
  const { code, errors, workflow } = await step({ rotate: "managed", "secret-ids": `${name}\n${name}-b` });
  expect([code, errors]).toEqual([
    1,
    [`Another rotation of secret "${name}-b" is under way. Run again when it has ended.`],
  ]);
  expect(mailed()).toEqual([]);
  expect(workflow.summaries[0]).toMatch(
    /These secrets had been rotated already:[\s\S]*prod\/rotation-\d+ \| `/,
  );
});

test("rotated-within refuses an older version, and says how old it is", async () => {
  aws.secrets.put(name, "{}", { createdAt: service.clock.now - 3 * 86_400 });
  const { code, errors } = await step({ "rotated-within": "24h" });
  expect([code, errors]).toEqual([
    1,
    [`"${name}" was last changed 3 days ago, and rotated-within is 24h. Rotate it first, or set rotate.`],
  ]);
  expect((await step({ "rotated-within": "3d" })).code).toBe(0);
});

test("version-stage hands over the version with that label", async () => {
  aws.secrets.put(name, '{"password":"first"}');
  aws.secrets.put(name, '{"password":"second"}');
  expect((await step({ "version-stage": "AWSPREVIOUS" })).code).toBe(0);
  expect(await passwordOfAna()).toBe("first");
  expect((await step({ "version-stage": "NONE" })).errors).toEqual([
    `No version of secret "${name}" has the label that version-stage names. Check version-stage.`,
  ]);
});
