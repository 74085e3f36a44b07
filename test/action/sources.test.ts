import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type InputName, readDeliverInputs, type StepContext } from "@secret-handoff/action";
import { Recipient } from "@secret-handoff/local";
import {
  Concealed,
  ErrorCollector,
  type ParameterStore,
  SenderError,
  smtpTransport,
} from "@secret-handoff/sdk";
import { type ScriptedServer, startScriptedServer } from "../sdk/scripted-server.ts";
import { useAwsEnvironment } from "../support/aws-environment.ts";
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

const parameterOf = (name: string) => ({
  arn: `arn:aws:ssm:eu-west-1:111122223333:parameter${name}`,
  name,
  versionId: "3",
  versionCreatedAt: 1_795_000_000,
  value: new Concealed("canary-parameter"),
});

const known: ParameterStore = {
  read: async (name) => {
    if (name === "/prod/a") return parameterOf(name);
    throw new SenderError("secret_unknown", `There is no parameter "${name}".`);
  },
  readPath: async (path) => [parameterOf(`${path}/a`), parameterOf(`${path}/b`)],
};

const step = (inputs: Partial<Record<InputName, string>>, context: Partial<StepContext> = {}) =>
  runStepOn(service, {
    inputs: { recipients: ana, "secret-ids": "", class: "internal-tool", ...inputs },
    context: {
      openParameters: () => known,
      openRole:
        () =>
        async ({ roleArn, versionId, duration }) => ({
          arn: `${roleArn}:${versionId}`,
          name: "upload",
          versionId,
          versionCreatedAt: service.clock.now,
          endsAt: service.clock.now + duration,
          inFields: true,
          value: new Concealed(JSON.stringify(CREDENTIALS)),
        }),
      ...context,
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

test("rotated-within refuses a parameter that is older, whatever is rotated besides", async () => {
  const sentence =
    /^"\/prod\/a" was last changed .+ ago, and rotated-within is 1m\. Change it first: rotate is for secret-ids alone\.$/;
  const { code, errors } = await step({
    parameters: "/prod/a",
    values: "A=canary-1",
    "rotated-within": "1m",
  });
  expect([code, errors]).toEqual([1, [expect.stringMatching(sentence)]]);
  expect(mailed()).toEqual([]);
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

  test("end together with every link, also with those that are sealed while others are mailed", async () => {
    // More than are under way at once.
    const all = Array.from({ length: 8 }, (_, index) => `r${index}-${ana}`);
    const from = service.clock.now;
    const { code } = await step(
      { source: "sts", "role-to-assume": ROLE, "role-duration": "30m", recipients: all.join("\n") },
      {
        openMail: (choice, runtime) => {
          if (choice.by === "ses") throw new Error("this test mails over SMTP");
          const real = smtpTransport(choice.server, runtime);
          const send: typeof real.send = (email, deadline) => {
            service.clock.now += 60;
            return real.send(email, deadline);
          };
          return { ...real, send };
        },
      },
    );
    expect(code).toBe(0);
    const ends = service.mail.inbox.mails
      .filter(({ recipients }) => all.some((address) => recipients.includes(address)))
      .map(async ({ text }) => (await new Recipient(/^http\S+$/m.exec(text ?? "")?.[0] ?? "").status()).body);
    expect((await Promise.all(ends)).map(({ expiresAt }) => expiresAt)).toEqual(all.map(() => from + 1_800));
  });
});

const states = () =>
  Promise.all(
    mailed().map(async ({ text }) => {
      const { body } = await new Recipient(/^http\S+$/m.exec(text ?? "")?.[0] ?? "").status();
      return body.state;
    }),
  );

describe.each<[string, Partial<Record<InputName, string>>]>([
  ["values", { values: "TOKEN=canary-again" }],
  ["values beside a secret", { values: "TOKEN=canary-again", "secret-ids": "prod/orders" }],
])("%s of two steps of one run", (_, inputs) => {
  test("go out both, and neither ends the other's link", async () => {
    const first = await step(inputs);
    const second = await step({ ...inputs, ...(inputs.values ? { values: "TOKEN=canary-other" } : {}) });
    for (const { code, workflow } of [first, second])
      expect([code, workflow.outputs["earlier-count"]]).toEqual([0, "0"]);
    expect(await states()).toEqual(["open", "open"]);
  });
});

describe("from AWS itself", () => {
  let aws: ScriptedServer;
  beforeAll(async () => {
    aws = await startScriptedServer();
  });
  useAwsEnvironment(() => ({
    AWS_ENDPOINT_URL_SSM: aws.url,
    AWS_ENDPOINT_URL_STS: aws.url,
    AWS_REGION: "eu-west-1",
  }));
  afterAll(() => aws.close());
  const runOnAws = async (inputs: Partial<Record<InputName, string>>) => {
    const { code, errors, workflow } = await runStepOn(service, {
      inputs: { recipients: ana, "secret-ids": "", class: "internal-tool", ...inputs },
    });
    expect([code, errors]).toEqual([0, []]);
    return workflow.outputs["earlier-count"];
  };

  test("a parameter goes out once, and again when it was made anew under the same number", async () => {
    const parameter = (LastModifiedDate: number) => ({
      ...{ ARN: "arn:aws:ssm:eu-west-1:111122223333:parameter/a", Name: "/a", Value: "canary" },
      ...{ Version: 1, LastModifiedDate },
    });
    const earlier = async (modified: number) => {
      aws.answer({ status: 200, json: { Parameter: parameter(modified) } });
      return runOnAws({ parameters: "/a" });
    };
    expect(await earlier(1_795_000_000)).toBe("0");
    expect(await earlier(1_795_000_000)).toBe("1");
    expect(await earlier(1_795_086_400)).toBe("0");
    expect(mailed()).toHaveLength(2);
  });

  test("credentials of each step go out", async () => {
    const end = new Date((service.clock.now + 3_600) * 1_000).toISOString();
    aws.answer({
      status: 200,
      text: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>canary-key</SecretAccessKey><SessionToken>canary-token</SessionToken><Expiration>${end}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      headers: { "content-type": "text/xml" },
    });
    const inputs = { source: "sts", "role-to-assume": ROLE };
    expect([await runOnAws(inputs), await runOnAws(inputs)]).toEqual(["0", "0"]);
    expect(await states()).toEqual(["open", "open"]);
  });
});

test("values of a file go out like others, masked before anything else, and the file's path alone is an input", async () => {
  const { code, errors, workflow } = await runStepOn(service, {
    inputs: { recipients: ana, "secret-ids": "", class: "internal-tool", "values-file": "out/values" },
    files: { "out/values": "KEY<<EOF\n-----BEGIN\ncanary-line-1\ncanary-line-2\nEOF\n" },
  });
  expect([code, errors]).toEqual([0, []]);
  expect((await opened()).map(({ label, fields }) => [label, fields[0]?.value])).toEqual([
    ["KEY", "-----BEGIN\ncanary-line-1\ncanary-line-2"],
  ]);
  expect([...workflow.masks]).toEqual(expect.arrayContaining(["canary-line-1", "canary-line-2"]));
  const said = [...workflow.lines, ...Object.values(workflow.outputs), ...workflow.summaries].join("\n");
  expect(said).not.toContain("canary");
});

describe("values are masked though an input is refused:", () => {
  test.each<[string, Partial<Record<InputName, string>>, readonly string[]]>([
    ["another one", { values: "TOKEN=canary-token", "secret-ids": "a, b, c" }, ["canary-token"]],
    [
      "one of its lines",
      { values: "TOKEN=canary-token\ncanary-line\n2nd=canary-second" },
      ["canary-token", "canary-line", "canary-second"],
    ],
    ["the operation", { values: "TOKEN=canary-token", operation: "send" }, ["canary-token"]],
    ["its name, which is a secret", { values: "canaryWx1ZS0xMjM==" }, ["canaryWx1ZS0xMjM=="]],
  ])("%s", async (_, inputs, secrets) => {
    const { code, errors, workflow } = await step(inputs);
    expect([code, errors.length]).toEqual([1, 1]);
    expect([...workflow.masks]).toEqual(expect.arrayContaining([...secrets]));
    const said = [...errors, ...workflow.lines, ...Object.values(workflow.outputs), ...workflow.summaries];
    expect(said.join("\n")).not.toContain("canary");
  });
});

test("at most five parameters are read at once", async () => {
  let underWay = 0;
  let most = 0;
  const names = Array.from({ length: 12 }, (_, index) => `/prod/p${index}`);
  const read: ParameterStore["read"] = async (name) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    return parameterOf(name);
  };
  const { code } = await step(
    { parameters: names.join("\n") },
    { openParameters: () => ({ ...known, read }) },
  );
  expect([code, most]).toEqual([0, 5]);
});

test("what cannot be read is reported beside the other mistakes", async () => {
  const { errors } = await step({ parameters: "/prod/nope", "secret-ids": "nope" });
  expect(errors.toSorted()).toEqual(['There is no parameter "/prod/nope".', 'There is no secret "nope".']);
});

describe("a mistake in the inputs is reported:", () => {
  test.each<[Partial<Record<InputName, string>>, string]>([
    [{ source: "vault" }, "source must be secrets-manager, sts or github-app."],
    [{ "role-to-assume": ROLE }, "role-to-assume needs source: sts. Set it, or drop role-to-assume."],
    [{ source: "sts" }, "source: sts needs role-to-assume. Set it to the ARN of a role."],
    [
      { source: "sts", "role-to-assume": "upload" },
      "role-to-assume is not a role's ARN. Write it like arn:aws:iam::123456789012:role/name.",
    ],
    [
      { source: "sts", "role-to-assume": ROLE, "role-duration": "13h" },
      "role-duration must be between 15m and 12h.",
    ],
  ])("%j", (given, sentence) => {
    const errors = new ErrorCollector();
    readDeliverInputs(inputReader({ ...VALID, ...given }), errors);
    expect(errors.errors.map(({ message }) => message)).toEqual([sentence]);
  });
});
