import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type RotationBehaviour, startSecretsManager } from "@secret-handoff/local";
import {
  parsePasswordRules,
  type Rotation,
  rotate,
  secretsManager,
  secretsManagerRotation,
  versionIdOf,
} from "@secret-handoff/sdk";
import { useAwsEnvironment } from "../support/aws-environment.ts";
import { endable, unending } from "./deadlines.ts";
import { rejectionOf } from "./error-of.ts";
import { type QuickRuntime, quickRuntime } from "./quick-runtime.ts";

/** The sdk's rotation against the local stack's Secrets Manager; waiting takes no time. */

let runtime: QuickRuntime = quickRuntime();
const aws = await startSecretsManager({ clock: () => Math.floor(runtime.now() / 1_000) });
useAwsEnvironment(() => ({ AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url, AWS_REGION: "eu-west-1" }));
afterAll(() => aws.close());

let count = 0;
let name = "";
beforeEach(() => {
  count += 1;
  name = `prod/rotating-${count}`;
  runtime = quickRuntime();
});

const LIMIT_MS = 300_000;
const RULES = parsePasswordRules("24", "lowercase digits", "");
const GENERATE: Rotation = { kind: "generate", key: "password", rules: RULES };

function secret(behaviour: RotationBehaviour, value = '{"user":"orders","password":"old-value"}') {
  return aws.secrets.put(name, value, { rotation: behaviour });
}

function run(rotation: Rotation = { kind: "managed" }, by = "run 1", deadline = unending()) {
  const { arn } = aws.secrets.find(name);
  const versionId = versionIdOf(by, arn);
  const secrets = secretsManagerRotation("eu-west-1", deadline, runtime);
  const source = secretsManager({ region: "eu-west-1" }, deadline, runtime);
  return rotate(
    { secret: { arn, name }, versionId, limitMs: LIMIT_MS },
    rotation,
    { secrets, source, runtime },
    deadline,
  );
}

const askedFor = (operation: string) =>
  aws.requests.filter(
    (asked) => asked.operation === operation && asked.secretId === aws.secrets.find(name).arn,
  ).length;
const sentenceOf = async (work: Promise<unknown>) => {
  const { code, message } = await rejectionOf(work);
  return `${code}: ${message}`;
};

describe("a managed rotation", () => {
  test("that is fast ends with the version of ours as the current one", async () => {
    const kept = secret({ kind: "fast" });
    const { versionId, begun } = await run();
    expect(begun).toBe(true);
    expect(versionId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(kept.at("AWSCURRENT")?.id).toBe(versionId);
  });

  test("that is slow is waited for, with growing pauses", async () => {
    const kept = secret({ kind: "slow", polls: 12 });
    const { versionId } = await run();
    expect(kept.at("AWSCURRENT")?.id).toBe(versionId);
    expect(runtime.waits.slice(0, 4)).toEqual([1_000, 1_500, 2_250, 3_375]);
    expect(Math.max(...runtime.waits)).toBe(15_000);
    expect(askedFor("RotateSecret")).toBe(1);
  });

  test("whose new version Secrets Manager shows only after a while is waited for", async () => {
    const kept = secret({ kind: "slow", polls: 6 });
    const { arn } = aws.secrets.find(name);
    const versionId = versionIdOf("run 1", arn);
    const secrets = secretsManagerRotation("eu-west-1", unending(), runtime);
    const source = secretsManager({ region: "eu-west-1" }, unending(), runtime);
    let polls = 0;
    const late = {
      ...secrets,
      async stages(of: string) {
        const stages = await secrets.stages(of);
        polls += 1;
        const { [versionId]: _, ...labels } = stages.labels;
        return polls > 4 ? stages : { ...stages, labels };
      },
    };
    const request = { secret: { arn, name }, versionId, limitMs: LIMIT_MS };
    await rotate(request, { kind: "managed" }, { secrets: late, source, runtime }, unending());
    expect(kept.at("AWSCURRENT")?.id).toBe(versionId);
    expect(polls).toBeGreaterThan(4);
  });

  test("begins once however often the run is repeated", async () => {
    secret({ kind: "fast" });
    const first = await run();
    expect(await run()).toEqual({ ...first, begun: false });
    expect(askedFor("RotateSecret")).toBe(1);
  });

  test("that a killed run had begun is waited for by its rerun", async () => {
    const kept = secret({ kind: "slow", polls: 3 });
    const killed = endable();
    const original = runtime.schedule;
    runtime = {
      ...runtime,
      schedule: (ms, task) => {
        killed.giveUp();
        return original(ms, task);
      },
    };
    await rejectionOf(run({ kind: "managed" }, "run 1", killed.deadline));
    runtime = quickRuntime();
    const { versionId } = await run();
    expect(kept.at("AWSCURRENT")?.id).toBe(versionId);
    expect(askedFor("RotateSecret")).toBe(1);
  });

  test("by another run makes another version", async () => {
    secret({ kind: "fast" });
    const first = await run();
    const second = await run({ kind: "managed" }, "run 2");
    expect(second.versionId).not.toBe(first.versionId);
    expect(await sentenceOf(run())).toBe(
      `secret_changed: This run rotated secret "${name}" before, and it has been changed again since. Start a new run to rotate it once more.`,
    );
  });

  test("that fails is reported when its time is up", async () => {
    const { arn } = secret({ kind: "failing" });
    expect(await sentenceOf(run())).toBe(
      `rotation_late: The rotation of secret "${name}" had not ended after 5 minutes: version ${versionIdOf("run 1", arn)} still holds AWSPENDING. Read the log of its rotation function, or raise rotate-timeout.`,
    );
    expect(runtime.waits.reduce((sum, ms) => sum + ms, 0)).toBe(LIMIT_MS);
  });

  test("whose new version loses its label has failed", async () => {
    const kept = secret({ kind: "failing" });
    const original = runtime.schedule;
    runtime = {
      ...runtime,
      schedule: (ms, task) => {
        kept.unlabel("AWSPENDING");
        return original(ms, task);
      },
    };
    expect(await sentenceOf(run())).toBe(
      `rotation_failed: The rotation of secret "${name}" failed: its new version lost AWSPENDING and never became current. Read the log of its rotation function.`,
    );
  });

  test("is not begun while another one is under way", async () => {
    secret({ kind: "stuck" });
    expect(await sentenceOf(run())).toBe(
      `rotation_under_way: Another rotation of secret "${name}" is under way. Run again when it has ended.`,
    );
    expect(askedFor("RotateSecret")).toBe(0);
  });

  test("is not begun where an earlier one has failed", async () => {
    const kept = secret({ kind: "stuck" });
    kept.changedAt -= 901;
    expect(await sentenceOf(run())).toBe(
      `rotation_failed: An earlier rotation of secret "${name}" failed and left AWSPENDING on version ${kept.at("AWSPENDING")?.id}. Read the log of its rotation function, fix it, take the label off that version, and run again.`,
    );
  });

  test("cannot begin where none is set up", async () => {
    secret({ kind: "unconfigured" });
    expect(await sentenceOf(run())).toBe(
      `rotation_unconfigured: Secret "${name}" has no rotation set up. Set one up in Secrets Manager, or use rotate: generate.`,
    );
  });

  test.each(["DescribeSecret", "RotateSecret"])("without the right to %s names it", async (permission) => {
    const { arn } = secret({ kind: "fast" });
    aws.secrets.deny(name, permission);
    expect(await sentenceOf(run())).toBe(
      `access_denied: The AWS role handoff may not call secretsmanager:${permission} on ${arn}. Grant the role secretsmanager:${permission} on it.`,
    );
  });

  test("ends when the step is cancelled", async () => {
    secret({ kind: "failing" });
    const { deadline, stop } = endable();
    const original = runtime.schedule;
    runtime = {
      ...runtime,
      schedule: (ms, task) => {
        stop();
        return original(ms, task);
      },
    };
    expect(await sentenceOf(run({ kind: "managed" }, "run 1", deadline))).toBe(
      "cancelled: The workflow was cancelled.",
    );
  });
});

describe("a generated password", () => {
  test("replaces one key and leaves the others", async () => {
    const kept = secret({ kind: "unconfigured" }, '{"user":"orders","password":"old","n":{"port":5432}}');
    const { versionId } = await run(GENERATE);
    const value = JSON.parse(String(aws.secrets.value(name)));
    expect(value).toEqual({
      user: "orders",
      password: expect.stringMatching(/^[a-z0-9]{24}$/),
      n: { port: 5432 },
    });
    expect(kept.stagesOf(kept.at("AWSCURRENT") ?? fail())).toEqual(["AWSCURRENT"]);
    expect([kept.at("AWSCURRENT")?.id, kept.versions.size]).toEqual([versionId, 2]);
  });

  test("replaces nothing else: numbers, spaces, escapes and the order stay byte for byte", async () => {
    const around = [
      '{ "accountId": 123456789012345678901,\n  "rate":1.10,"2":"\\u00e9","1":{"password":"deep"}, "pass\\u0077ord" : ',
      ',\t"a":[1.0, 2], "a":null }\n',
    ];
    secret({ kind: "unconfigured" }, around.join('["old"]'));
    await run(GENERATE);
    const value = String(aws.secrets.value(name));
    expect(value.slice(0, around[0]?.length)).toBe(around[0]);
    expect(value.slice(-(around[1]?.length ?? 0))).toBe(around[1]);
    expect(value.slice(around[0]?.length, -(around[1]?.length ?? 0))).toMatch(/^"[a-z0-9]{24}"$/);
  });

  test("is refused where the key comes twice", async () => {
    const twice = '{"password":"old-value","password":"older-value"}';
    secret({ kind: "unconfigured" }, twice);
    expect(await sentenceOf(run(GENERATE))).toBe(
      `secret_unreadable: Secret "${name}" has the key "password" twice, so which of them rotate: generate writes to is not clear. Drop one.`,
    );
    expect(aws.secrets.value(name)).toBe(twice);
  });

  test("is made once however often the run is repeated", async () => {
    secret({ kind: "unconfigured" });
    await run(GENERATE);
    const value = aws.secrets.value(name);
    expect((await run(GENERATE)).begun).toBe(false);
    expect(aws.secrets.value(name)).toBe(value);
  });

  test("never displaces what somebody else wrote meanwhile", async () => {
    const kept = secret({ kind: "unconfigured" });
    const { arn } = kept;
    const deadline = unending();
    const secrets = secretsManagerRotation("eu-west-1", deadline, runtime);
    const source = secretsManager({ region: "eu-west-1" }, deadline, runtime);
    const meddled = {
      ...secrets,
      promote: async (id: string, from: string, to: string) => {
        aws.secrets.put(name, '{"user":"changed","password":"theirs"}');
        return secrets.promote(id, from, to);
      },
    };
    const request = { secret: { arn, name }, versionId: versionIdOf("run 1", arn), limitMs: LIMIT_MS };
    const ports = { secrets: meddled, source, runtime };
    expect(await sentenceOf(rotate(request, GENERATE, ports, deadline))).toBe(
      `secret_changed: Secret "${name}" was changed while its new password was being written, so it was left as it is. Start a new run.`,
    );
    expect(aws.secrets.value(name)).toBe('{"user":"changed","password":"theirs"}');
    expect(Object.values(kept.stagesById()).flat().sort()).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
  });

  test("staged by a killed run becomes current with its rerun", async () => {
    const { arn } = secret({ kind: "unconfigured" });
    const deadline = unending();
    const secrets = secretsManagerRotation("eu-west-1", deadline, runtime);
    const source = secretsManager({ region: "eu-west-1" }, deadline, runtime);
    const dying = { ...secrets, promote: () => Promise.reject(new Error("killed")) };
    const request = { secret: { arn, name }, versionId: versionIdOf("run 1", arn), limitMs: LIMIT_MS };
    await expect(rotate(request, GENERATE, { secrets: dying, source, runtime }, deadline)).rejects.toThrow(
      "killed",
    );
    expect(String(aws.secrets.value(name))).toContain("old-value");
    expect(await run(GENERATE)).toEqual({ versionId: request.versionId, begun: true });
    expect(String(aws.secrets.value(name))).not.toContain("old-value");
  });

  test.each([["just text"], ["[1]"], ['{"user":"orders"}']])(
    "needs the key in a JSON object: %s",
    async (value) => {
      secret({ kind: "unconfigured" }, value);
      expect(await sentenceOf(run(GENERATE))).toBe(
        `secret_unreadable: Secret "${name}" is not a JSON object with the key "password", which rotate: generate writes to. Check rotate-key.`,
      );
    },
  );

  test.each(["PutSecretValue", "UpdateSecretVersionStage"])(
    "without the right to %s names it",
    async (permission) => {
      const { arn } = secret({ kind: "unconfigured" });
      aws.secrets.deny(name, permission);
      expect(await sentenceOf(run(GENERATE))).toBe(
        `access_denied: The AWS role handoff may not call secretsmanager:${permission} on ${arn}. Grant the role secretsmanager:${permission} on it.`,
      );
      expect(String(aws.secrets.value(name))).toContain("old-value");
    },
  );
});

describe("rules for a password", () => {
  test.each([["15"], ["0"], ["4097"], ["x"], [""]])("refuse the length %j", (length) => {
    expect(() => parsePasswordRules(length, "lowercase", "")).toThrow(
      "password-length must be a number from 16 to 4096.",
    );
  });

  test.each([
    ["", ""],
    ["letters", ""],
    ["digits", "1"],
    ["lowercase", "abcdefghijklmnopq"],
  ])("refuse the characters %j without %j", (classes, exclude) => {
    expect(() => parsePasswordRules("32", classes, exclude)).toThrow(
      "password-characters and password-exclude must leave at least 10 characters. Choose from lowercase, uppercase, digits, punctuation.",
    );
  });

  test("do not count what is excluded and was not chosen", () => {
    expect(parsePasswordRules("32", "digits", "!?x").classes).toEqual(["digits"]);
  });
});

function fail(): never {
  throw new Error("the secret has no current version");
}
