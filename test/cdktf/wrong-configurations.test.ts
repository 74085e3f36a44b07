import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { describe, expect, test } from "@jest/globals";
import { InvalidProps, SecretHandoff, SecretHandoffStack, type StackConfig } from "@secret-handoff/cdktf";
import type { OperatorEntry } from "@secret-handoff/protocol/api";
import { App, TerraformStack } from "cdktf";
import { EVERYTHING, LEAST, SMTP } from "./configurations.ts";
import { emptyFunctions, withoutStacks } from "./synthesis.ts";
import {
  apiKey,
  approver,
  dispatch,
  gitHub,
  role,
  sender,
  service,
  ses,
  WRONG,
} from "./wrong-configurations.ts";

const CODE = emptyFunctions();

/** Everything that synth says of a configuration. None that is wrong becomes a plan: it throws before a file is written. */
function problemsOf(config: unknown): readonly string[] {
  const outdir = mkdtempSync(join(tmpdir(), "secret-handoff-wrong-"));
  try {
    withoutStacks(() => {
      const app = new App({ outdir });
      new SecretHandoffStack(app, "secret-handoff", { ...(config as StackConfig), code: CODE });
      app.synth();
    });
    return [];
  } catch (error) {
    if (!(error instanceof InvalidProps)) throw error;
    expect(existsSync(join(outdir, "stacks/secret-handoff/cdk.tf.json"))).toBe(false);
    return error.problems;
  }
}

describe("a wrong configuration", () => {
  test.each(Object.entries(WRONG))("is reported: %s", (_, [config, ...problems]) => {
    expect(problemsOf(config)).toEqual(problems);
  });

  test("is reported in all its parts at once", () => {
    const problems = problemsOf({
      region: "nowhere",
      service: { name: "", memorySize: 1, senders: [{ may: [] }], edge: {}, mail: { ...ses, from: "x" } },
      gitHub: { orders: { ...role, environment: "", rotate: "generate" } },
    });
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
      "region",
      "service.senders[0].may",
      "service.name",
      "service.mail.from",
      "service.memorySize",
      "gitHub.orders.environment",
      "service.edge",
    ]);
  });

  test("there are at least 60 kinds of it here", () => {
    expect(Object.keys(WRONG).length).toBeGreaterThanOrEqual(60);
  });

  test("is never repeated, because a value may be a secret in the wrong place", () => {
    const token = "github_pat_11AAAAAAA0123456789";
    for (const config of [
      dispatch({ connectionArn: token }),
      sender({ may: [token] }),
      gitHub({ ownerId: token }),
    ]) {
      expect(problemsOf(config).join()).not.toContain(token);
    }
  });

  test("makes the command end with its sentences alone, and writes nothing", () => {
    const folder = mkdtempSync(join(tmpdir(), "secret-handoff-config-"));
    const file = join(folder, "handoff.config.ts");
    writeFileSync(file, `export default ${JSON.stringify(service({ nam: "x" }))};\n`);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        "--import",
        resolve("node_modules/tsx/dist/loader.mjs"),
        resolve("packages/cdktf/synth.ts"),
        "--config",
        file,
        "--code",
        CODE,
      ],
      { cwd: folder, encoding: "utf8" },
    );
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "secret-handoff cannot be built like this:\n  - service.nam is not a prop: did you mean name?\n",
    });
    expect(existsSync(join(folder, "cdktf.out/stacks/secret-handoff/cdk.tf.json"))).toBe(false);
  });

  test("is reported by the construct for a provider in another partition", () => {
    const stack = new TerraformStack(new App({ outdir: mkdtempSync(join(tmpdir(), "own-")) }), "own");
    new AwsProvider(stack, "aws", { region: "cn-north-1" });
    expect(() => new SecretHandoff(stack, "handoff", { ...LEAST.service, code: CODE } as never)).toThrow(
      "the provider's region cn-north-1 is a region of another partition",
    );
  });

  test("is reported by the construct too, for those who have a stack of their own", () => {
    const stack = new TerraformStack(new App({ outdir: mkdtempSync(join(tmpdir(), "own-")) }), "own");
    const props = { ...LEAST.service, code: CODE, nam: "x", memorySize: 1 };
    expect(() => new SecretHandoff(stack, "handoff", props as never)).toThrow(
      /memorySize is in megabytes.*\n {2}- nam is not a prop: did you mean name\?/,
    );
  });
});

/** Props that may be empty: nobody gains a right by it. */
const MAY_BE_EMPTY = [
  "service.senders",
  "service.operators",
  /^service\.classes\[\d+\]\.approvals$/,
  /^service\.rotation\.secrets\[\d+\]\.repositoryIds$/,
  // Everything in these may be left out.
  "service.edge",
  "service.throttles",
  "service.reservedConcurrency",
  "service.deletionProtection",
  "service.events",
];

/** Every place in a configuration that holds a text, a list or an object. */
function places(value: unknown, path = ""): readonly string[] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  return [
    ...(path === "" ? [] : [path]),
    ...Object.entries(value).flatMap(([key, inner]) =>
      places(inner, Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`),
    ),
  ];
}

/** The configuration with what is at a place replaced by the empty text, list or object. */
function emptied(config: unknown, path: string): unknown {
  const copy = structuredClone(config) as Record<string, never>;
  const keys = path.split(/[.[\]]+/).filter((key) => key !== "");
  const last = keys.pop() ?? "";
  let holder: Record<string, never> = copy;
  for (const key of keys) holder = holder[key] as unknown as Record<string, never>;
  const value: unknown = holder[last];
  holder[last] = (typeof value === "string" ? "" : Array.isArray(value) ? [] : {}) as never;
  return copy;
}

describe("an empty prop", () => {
  const cases = [EVERYTHING, SMTP].flatMap((config) =>
    places(config)
      .filter(
        (path) =>
          !MAY_BE_EMPTY.some((known) => (typeof known === "string" ? known === path : known.test(path))),
      )
      .map((path) => [path, config] as const),
  );

  test.each(cases)(
    "would widen a permission, a trust, a rule or a pattern, or means nothing: %s",
    (path, config) => {
      const problems = problemsOf(emptied(config, path));
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.some((problem) => problem.startsWith(path))).toBe(true);
    },
  );

  test("is one of many: every prop that a stack can have is tried", () => {
    expect(cases.length).toBeGreaterThan(100);
  });
});

describe("what is probably not meant", () => {
  const warningsOf = (config: StackConfig) =>
    new SecretHandoffStack(new App({ outdir: mkdtempSync(join(tmpdir(), "warned-")) }), "s", {
      ...config,
      code: CODE,
    }).warnings;

  test("is built, with a warning: alarms without subscribers, classes that nobody can approve, senders without a role", () => {
    const config = {
      ...LEAST,
      service: {
        ...LEAST.service,
        senders: [...LEAST.service.senders, { repositoryId: "555", may: ["send" as const] }],
      },
      gitHub: { orders: role },
    };
    expect(warningsOf(config)).toEqual([
      "service.alarms is not set: alarms, locked and reported handoffs go to a topic that nobody is subscribed to",
      "service.classes is not set, and of the classes in force production-admin, database-access, api-key need approvals that nobody may give: they cannot be sent",
      "service.senders[1] may send, and no role in gitHub is for its jobs: they need one that is made elsewhere to read secrets",
    ]);
  });

  test("is told where the classes in force need more people than may approve", () => {
    const operators = [
      { ...approver, roles: ["security", "manager", "team lead"], may: ["approve" as const] },
    ];
    expect(warningsOf({ ...LEAST, service: { ...LEAST.service, operators } })).toContain(
      "service.classes is not set, and the approvals of production-admin (security, manager) need more people than may give them: it cannot be sent",
    );
  });

  test.each<[string, readonly OperatorEntry[]]>([
    [
      "two principals share the roles, though one has both",
      [
        { ...approver, roles: ["security", "manager"], may: ["approve"] },
        { principal: "arn:aws:iam::123456789012:user/kim", roles: ["security"], may: ["approve"] },
      ],
    ],
    [
      "users of IAM Identity Center have one permission set",
      [
        {
          principal:
            "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Lead_0123456789abcdef",
          roles: ["security", "manager"],
          may: ["approve"],
        },
      ],
    ],
  ])("is not that the approvers are too few where %s", (_, operators) => {
    const classes = [{ ...apiKey, approvals: ["security", "manager"] }];
    expect(problemsOf(service({ classes, operators }))).toEqual([]);
  });

  test("is nothing where everything is set", () => {
    expect(warningsOf(EVERYTHING)).toEqual([]);
  });
});

describe("a policy that no item of DynamoDB can hold", () => {
  test("is refused with the bytes that it takes", () => {
    const senders = Array.from({ length: 7_000 }, (_, index) => ({
      repositoryId: String(1_000_000 + index),
      environment: "production",
      may: ["send"],
    }));
    expect(problemsOf(service({ senders }))).toEqual([
      expect.stringMatching(
        /^senders, operators and classes take \d+ bytes, and DynamoDB takes 390000: name fewer/,
      ),
    ]);
  });
});
