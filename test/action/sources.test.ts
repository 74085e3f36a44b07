import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type InputName, readInputs } from "@secret-handoff/action";
import { Concealed, SenderError } from "@secret-handoff/sdk";
import { Recipient } from "../support/recipient.ts";
import { startTestService } from "../support/test-service.ts";
import { inputReader, VALID } from "./input-reader.ts";
import { runStepOn } from "./step-harness.ts";

/** What can be handed over besides secrets of Secrets Manager. */

const service = await startTestService();
afterAll(() => service.close());

let run = 0;
let ana = "";
beforeEach(() => {
  run += 1;
  ana = `ana${run}@vendor.example`;
});

const ROLE = "arn:aws:iam::123456789012:role/upload";
const CREDENTIALS = { AWS_ACCESS_KEY_ID: "ASIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "canary-key" };

const step = (inputs: Partial<Record<InputName, string>>) =>
  runStepOn(service, {
    inputs: { recipients: ana, "secret-ids": "", class: "internal-tool", ...inputs },
    surroundings: {
      openParameters: () => async (name) => {
        if (name !== "/prod/a") throw new SenderError("secret_unknown", `There is no parameter "${name}".`);
        return {
          arn: `arn:aws:ssm:eu-west-1:111122223333:parameter${name}`,
          name,
          versionId: "3",
          versionCreatedAt: 1_795_000_000,
          value: new Concealed("canary-parameter"),
        };
      },
      openRole:
        () =>
        async ({ roleArn, versionId, duration }) => ({
          arn: roleArn,
          name: "upload",
          versionId,
          versionCreatedAt: service.clock.now,
          endsAt: service.clock.now + duration,
          inFields: true,
          value: new Concealed(JSON.stringify(CREDENTIALS)),
        }),
    },
  });

const mailed = () => service.mail.inbox.mails.filter(({ recipients }) => recipients.includes(ana));
const recipient = () => new Recipient(/^http\S+$/m.exec(mailed().at(-1)?.text ?? "")?.[0] ?? "");
async function opened() {
  const who = recipient();
  return (await who.open(await who.claim({ email: ana }), { email: ana })).items;
}

test("secrets, parameters and values go in one handoff, each masked and named", async () => {
  const { code, errors, workflow } = await step({
    "secret-ids": "prod/orders",
    parameters: "A, /prod/a",
    values: "TOKEN=canary-token",
  });
  expect([code, errors]).toEqual([0, []]);
  expect((await opened()).map(({ label, fields }) => [label, fields[0]?.value])).toEqual([
    ["prod/orders", "canary-value"],
    ["A", "canary-parameter"],
    ["TOKEN", "canary-token"],
  ]);
  expect([...workflow.masks]).toEqual(
    expect.arrayContaining(["canary-value", "canary-parameter", "canary-token"]),
  );
  const said = [...workflow.lines, ...Object.values(workflow.outputs), ...workflow.summaries].join("\n");
  expect(said).not.toContain("canary");
  await service.service.drained();
  expect(JSON.stringify(await service.scan())).not.toContain("canary");
});

describe("temporary credentials", () => {
  test("come as fields, with their end in sight, by a link that ends no later", async () => {
    const from = service.clock.now;
    const { code } = await step({ source: "sts", "role-to-assume": ROLE, "role-duration": "30m" });
    expect(code).toBe(0);
    const { body } = await recipient().status();
    expect(body.expiresAt).toBe(from + 1_800);
    const end = new Date((from + 1_800) * 1_000).toISOString().slice(0, 16).replace("T", " ");
    expect((await recipient().header()).context).toMatchObject({ "Works until": `${end} UTC` });
    expect(mailed()[0]?.text).toContain(`${end} UTC`);
    expect(await opened()).toEqual([
      {
        label: "upload",
        fields: Object.entries(CREDENTIALS).map(([name, value]) => ({ name, value, concealed: true })),
      },
    ]);
  });
});

test("values go out once a run, and again in the next", async () => {
  await step({ values: "TOKEN=canary-one" });
  const again = await step({ values: "TOKEN=canary-two" });
  expect([again.code, again.workflow.outputs["earlier-count"], mailed().length]).toEqual([0, "1", 1]);
});

test("what cannot be read is told beside the other mistakes", async () => {
  const { errors } = await step({ parameters: "/prod/nope", "secret-ids": "nope" });
  expect(errors.toSorted()).toEqual(['There is no parameter "/prod/nope".', 'There is no secret "nope".']);
});

describe("a mistake in the inputs is told:", () => {
  test.each<[Partial<Record<InputName, string>>, string]>([
    [{ source: "vault" }, "source must be secrets-manager or sts."],
    [{ "role-to-assume": ROLE }, "role-to-assume needs source: sts. Set it, or drop role-to-assume."],
    [{ source: "sts" }, "role-to-assume is no role's ARN, like arn:aws:iam::123456789012:role/name."],
    [
      { source: "sts", "role-to-assume": ROLE, "role-duration": "13h" },
      "role-duration must be between 15m and 12h.",
    ],
  ])("%j", (given, sentence) => {
    const { errors } = readInputs(inputReader({ ...VALID, ...given }));
    expect(errors.map(({ message }) => message)).toEqual([sentence]);
  });
});
