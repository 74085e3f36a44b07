import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { SecretHandoffSenderProps } from "@secret-handoff/cdktf";
import { EVERYTHING, LEAST, SMTP } from "./configurations.ts";
import { policiesOf } from "./iam.ts";
import { emptyFunctions, type Synthesis, synthesise } from "./synthesis.ts";

function filesOf({ folder }: Synthesis): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    names.map((name) => [name.slice(folder.length), readFileSync(name).toString("base64")]),
  );
}

describe("what is synthesised", () => {
  test.each([
    ["the least", LEAST],
    ["everything", EVERYTHING],
    ["SMTP", SMTP],
  ])("is the same files when it is done twice, from two places: %s", (_, config) => {
    const [first, second] = [emptyFunctions(), emptyFunctions()].map((code) =>
      filesOf(synthesise(config, code)),
    );
    expect(Object.keys(first ?? {})).toHaveLength(6);
    expect(first).toEqual(second);
  });

  test("holds no path of the machine it was made on", () => {
    const { json, folder } = synthesise(EVERYTHING);
    const text = JSON.stringify(json);
    for (const path of [process.cwd(), folder, process.env.HOME ?? "/root"]) expect(text).not.toContain(path);
  });

  test("keeps its state in S3 with encryption and a lock, or in a relative file", () => {
    expect(synthesise(EVERYTHING).json.terraform.backend).toEqual({
      s3: {
        bucket: "state",
        key: "secret-handoff.tfstate",
        region: "eu-central-1",
        encrypt: true,
        use_lockfile: true,
      },
    });
    expect(synthesise(LEAST).json.terraform.backend).toEqual({
      local: { path: "../../../terraform.secret-handoff.tfstate" },
    });
  });

  test("takes every provider that the modules take, not only the one of the bindings", () => {
    const modules = readFileSync("terraform/versions.tf", "utf8");
    const { version } = synthesise(LEAST).json.terraform.required_providers.aws ?? {};
    expect(modules).toContain(`version = "${version}"`);
  });

  test("gives a workflow's role the rights that the plain module can give, and no others", () => {
    const module = readFileSync("terraform/modules/github/main.tf", "utf8");
    const ofModule = Array.from(module.matchAll(/Sid +=? ?"(\w+)"/g), ([, sid]) => sid);
    const { orders } = EVERYTHING.gitHub ?? {};
    const managed = {
      rotate: "managed",
      rotationFunctionArns: ["arn:aws:lambda:eu-central-1:123456789012:function:rotate"],
    };
    const rights = [managed, { rotate: "generate" }].flatMap((more) => {
      const gitHub = { orders: { ...orders, ...more } as SecretHandoffSenderProps };
      const { statements } =
        policiesOf(synthesise({ ...EVERYTHING, gitHub }).json).find(
          ({ address }) => address === "aws_iam_role_policy.github_orders_sender_policy",
        ) ?? {};
      return (statements ?? []).map(({ Sid }) => Sid);
    });
    expect(new Set(ofModule.filter((sid) => sid !== "GitHubJobsAssume"))).toEqual(new Set(rights));
  });

  test("needs no lookup in the account, so that a plan can be made without one", () => {
    const lookups = [LEAST, EVERYTHING, SMTP].flatMap((config) =>
      Object.keys(synthesise(config).json.data ?? {}),
    );
    expect(new Set(lookups)).toEqual(new Set(["aws_region"]));
  });
});
