import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { buildModules, type StackConfig } from "@secret-handoff/cdktf";
import { EVERYTHING, LEAST, SMTP } from "../cdktf/configurations.ts";
import { OFFLINE_PROVIDER, rewriteFor } from "../cdktf/offline.ts";
import { emptyFunctions, synthesise } from "../cdktf/synthesis.ts";
import { findTerraform, type Terraform, Workspace } from "../cdktf/terraform.ts";
import { full, report } from "../support/tier.ts";

const found = findTerraform();
if (typeof found === "string") report(`skipped: ${found}`);
else report(`${found.program} with the AWS provider ${found.awsVersion}`);
const withTerraform = typeof found === "string" ? test.skip : test;
/** The provider takes seconds to start, and `npm cit` has few: there only what Terraform itself decides is tried. */
const withProvider = full ? withTerraform : test.skip;

const open: Workspace[] = [];
afterEach(() => {
  for (const workspace of open.splice(0)) workspace.remove();
});

function workspace(): Workspace {
  const made = new Workspace(found as Terraform);
  open.push(made);
  return made;
}

const fixture = (name: string) => readFileSync(new URL(`../cdktf/fixtures/${name}`, import.meta.url), "utf8");

/** A stack, ready for the provider that is at hand. */
function stackWorkspace(config: StackConfig): Workspace {
  const made = workspace();
  const { folder, json } = synthesise(config);
  const { json: rewritten, rewrites } = rewriteFor((found as Terraform).awsVersion, json);
  for (const rewrite of rewrites) report(`rewritten for the provider at hand: ${rewrite}`);
  made.copy(folder);
  made.write("cdk.tf.json", JSON.stringify(rewritten, undefined, 1));
  made.run("init", "-input=false");
  return made;
}

const STACKS = [
  ["everything", EVERYTHING],
  ["SMTP and a domain", SMTP],
] as const;

describe("on the real AWS provider", () => {
  withProvider(
    "the least is valid, can be planned without an account, and applies to a mocked provider",
    () => {
      const made = stackWorkspace(LEAST);
      expectPlan("the least", made);
      made.write("applied.tftest.hcl", fixture("applied.tftest.hcl"));
      expect(made.run("test", "-no-color")).toContain("Success! 1 passed, 0 failed.");
    },
  );

  withProvider.each(STACKS)("a stack is valid and can be planned without an account: %s", (name, config) =>
    expectPlan(name, stackWorkspace(config)),
  );

  withProvider("the plain modules are laid out as terraform fmt does, and their examples are valid", () => {
    const made = moduleWorkspace();
    made.run("fmt", "-check", "-recursive", "module");
    for (const example of ["minimal", "complete"]) {
      const run = exampleOf(made, example);
      run("init", "-input=false");
      expectValid(() => run("validate", "-json"));
      report(`the example ${example}: ${planned(run("plan", ...PLAN))} resources`);
    }
  });

  withProvider("the plain modules make what their inputs ask for", () => {
    const made = moduleWorkspace();
    const run = exampleOf(made, "complete");
    run("init", "-input=false");
    const variants = [
      { edge: false, smtp: false },
      { edge: true, smtp: true },
    ];
    for (const { edge, smtp } of variants) {
      const output = run("plan", ...PLAN, `-var=edge=${edge}`, `-var=smtp=${smtp}`);
      expect(planned(output)).toBeGreaterThan(100);
      expect(output).toContain('endpoint  = "https://handoff.example.com"');
      expect(output.includes("aws_cloudfront_distribution")).toBe(edge);
      expect(output.includes("aws_sesv2_configuration_set")).toBe(!smtp);
      expect(output.includes("smtp_policy")).toBe(smtp);
      expect(output).toContain("aws_sfn_state_machine");
      report(`the modules, edge ${edge}, SMTP ${smtp}: ${planned(output)} resources`);
    }
  });

  withProvider("the plain modules refuse mistakes, and give the functions what they read", () => {
    const made = moduleWorkspace();
    for (const file of ["module.tftest.hcl", "github.tftest.hcl"])
      made.write(`module/${file}`, fixture(file));
    made.run("-chdir=module", "init", "-input=false");
    expect(made.run("-chdir=module", "test", "-no-color")).toContain("Success! 26 passed, 0 failed.");
  });
});

const MANY = JSON.stringify(["*"]);
const ORDERS = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf";

describe("a wildcard is refused wherever an input goes into a policy:", () => {
  type Inputs = Readonly<Record<string, string>>;
  withTerraform.each<[folder: string, needed: Inputs, given: Inputs]>([
    [
      ".",
      { senders: '[{ repository_id = "1", may = ["send"] }]' },
      {
        ses: '{ identity_arn = "*" }',
        smtp: '{ secret_arn = "*" }',
        archive: '{ bucket_name = "evidence", kms_key_arn = "*" }',
        kms_key_arn: "*",
        permissions_boundary_arn: "*",
        alarms: '{ topic = { arn = "*" } }',
        events: '{ bus = { arn = "*" } }',
        on_undelivered: '{ topic = { arn = "*" } }',
        on_reported: '{ topic = { arn = "*" } }',
        rotation: `{ secrets = [{ arn = "${ORDERS}", repository_ids = ["1"] }], function_arns = ["*"] }`,
        on_rotated: '{ secret_names = ["orders"], repository = "acme/orders", connection_arn = "*" }',
      },
    ],
    [
      "modules/github",
      { owner: "acme", repository: "orders", owner_id: "1", repository_id: "2", environment: "production" },
      {
        oidc_provider_arn: "*",
        assume_role_arns: MANY,
        rotation_function_arns: MANY,
        kms_key_arns: MANY,
        mail_identity_arn: "*",
        mail_configuration_set_arn: "*",
        permissions_boundary_arn: "*",
      },
    ],
  ])("in %s", (folder, needed, given) => {
    const made = workspace();
    made.write(
      "variables.tf",
      readFileSync(new URL(`../../terraform/${folder}/variables.tf`, import.meta.url), "utf8"),
    );
    const values = Object.entries({ ...needed, ...given }).map(([name, value]) => `-var=${name}=${value}`);
    let told = "";
    try {
      made.run("plan", "-input=false", "-no-color", ...values);
    } catch (error) {
      told = String(error);
    }
    const refused = told.match(/Invalid value for variable/g) ?? [];
    expect(Object.keys(given).filter((name) => !told.includes(`var.${name}`))).toEqual([]);
    expect(refused).toHaveLength(Object.keys(given).length);
  });
});

/** Mistakes of whoever writes a module's call, each with the words that name the place. */
const MISSPELT: Readonly<Record<string, readonly [value: string, ...told: readonly string[]]>> = {
  senders: [
    '[{ repository_id = "1", may = ["send"] }, { repository_id = "123456789", enviroment = "production", classes = "all" }]',
    "senders[1] has enviroment, which is not a key",
    "senders[1] needs may.",
    "senders[1].classes must be a list of texts.",
  ],
  operators: [
    '[{ principal = "arn:aws:iam::123456789012:role/security", clases = ["api-key"], may = ["approve"] }]',
    "operators[0] has clases, which",
  ],
  classes: [
    '[{ name = "api-key", expires_within = "soon", passphrase = "required", approvals = [], verification = "email", recipient_domain = ["vendor.example"] }]',
    "classes[0] has recipient_domain, which",
    "classes[0].expires_within must be a number.",
  ],
  issuers: [
    '[{ issuer = "https://gitlab.example", jwks_url = "https://gitlab.example/keys", claims = { enviroment = "env" } }]',
    "issuers[0].claims has enviroment, which",
  ],
  ses: [
    '{ identity_arn = "arn:aws:ses:eu-west-1:111122223333:identity/example.com", tls = "REQUIRE" }',
    "ses has tls, which",
  ],
  smtp: [`{ secret_arn = "${ORDERS}", kms_key = "1" }`, "smtp has kms_key, which"],
  archive: ['{ bucket_name = "evidence", kms_key = "1" }', "archive has kms_key, which"],
  company: ['{ name = "Acme", accent_colour = "#7a1fa2" }', "company has accent_colour, which"],
  reserved_concurrency: ["{ recipients = 1 }", "reserved_concurrency has recipients, which"],
  alarms: ['{ email = ["ops@example.com"] }', "alarms has email, which"],
  events: ['{ topic = { arm = "1" } }', "events.topic has arm, which", "events.topic needs arn."],
  on_undelivered: ["{ rotates = true }", "on_undelivered has rotates, which"],
  on_reported: ['{ rotate = "maybe" }', "on_reported.rotate must be true or false."],
  rotation: [
    `{ secrets = [{ arn = "${ORDERS}", repository_ids = ["1"], operator = true }] }`,
    "rotation.secrets[0] has operator, which",
  ],
  on_rotated: [
    '{ secret_names = ["orders"], repository = "acme/orders" }',
    "on_rotated needs connection_arn.",
  ],
};

withTerraform("a misspelt key of an input is refused by its entry's name, never dropped", () => {
  const made = workspace();
  const text = readFileSync(new URL("../../terraform/variables.tf", import.meta.url), "utf8");
  made.write("variables.tf", text);
  const values = Object.entries(MISSPELT).map(([name, [value]]) => `-var=${name}=${value}`);
  let told = "";
  try {
    made.run("plan", "-input=false", "-no-color", ...values);
  } catch (error) {
    told = String(error).replaceAll(/\s*\n[│\s]*/g, " ");
  }
  const missing = Object.values(MISSPELT).flatMap(([, ...sentences]) =>
    sentences.filter((sentence) => !told.includes(sentence)),
  );
  expect(missing).toEqual([]);
  // Terraform drops unknown keys of an object type: none may have something that can be left out.
  expect(text).not.toMatch(/^ {2}type .*optional\(/m);
});

const SENDER = '[{ repository_id = "1", may = ["send"] }]';
const aClass = (change: string) =>
  `[merge({ name = "api-key", expires_within = 3600, passphrase = "required", approvals = [], verification = "email" }, { ${change} })]`;
const rotating = (change: string) =>
  `merge({ secrets = [{ arn = "${ORDERS}", repository_ids = ["1"] }] }, { ${change} })`;
const dispatching = (change: string) =>
  `merge({ secret_names = ["orders/*"], repository = "acme/orders", connection_arn = "arn:aws:events:eu-west-1:111122223333:connection/github/3c1b2a4d" }, { ${change} })`;
const ROLES = JSON.stringify("abcdefghijk".split(""));

/** What the construct refuses, and would widen something here: each input, a sound value, and wrong ones. */
const SOUND_AND_WRONG: Readonly<Record<string, readonly [sound: string, ...wrong: readonly string[]]>> = {
  senders: [
    '[{ repository_id = "1", environment = "managers", roles = ["manager"], may = ["approve"] }, { issuer = "https://gitlab.com", claims = { project_id = "1" }, may = ["send"] }]',
    '[{ repository_id = "1", roles = ["manager"], may = ["approve"] }]',
    '[{ issuer = "https://gitlab.com", may = ["send"] }]',
    '[{ repository_id = "1", claims = { project_id = "1" }, may = ["send"] }]',
    '[{ issuer = "https://gitlab.com", claims = { project_id = "1" }, environment = "production", may = ["send"] }]',
    '[{ issuer = "https://gitlab.com", claims = { project_id = "1" }, may = ["approve"] }]',
  ],
  classes: [
    aClass('recipient_domains = ["vendor.example"]'),
    ...[
      'name = "API key"',
      "expires_within = 2678401",
      "expires_within = 90.5",
      'approvals = ["a", "a"]',
    ].map(aClass),
    ...[`approvals = ${ROLES}`, 'recipient_domains = ["*.example"]', 'environments = ["production "]'].map(
      aClass,
    ),
  ],
  issuer: [
    '"https://github.example/_services/token"',
    '"http://github.example"',
    '"https://github.example/ x"',
  ],
  jwks_url: ["null", '"http://keys.example/jwks"', '""'],
  github_api_url: ["null", '"http://api.example"'],
  mail_from: ['"handoff@example.com"', '"handoff"', '"a@b.example, c@d.example"', '""'],
  ses: [
    '{ identity_arn = "arn:aws:ses:eu-west-1:111122223333:identity/example.com" }',
    '{ identity_arn = "arn:aws:ses:eu-west-1:111122223333:identity/example.com", tls_policy = "NONE" }',
  ],
  alarms: [
    '{ emails = ["ops@example.com"] }',
    '{ emails = ["ops"] }',
    '{ emails = ["ops@example.com"], topic = { arn = "arn:aws:sns:eu-west-1:111122223333:alarms" } }',
    "{ critical_classes = [] }",
  ],
  on_reported: ['{ emails = ["ops@example.com"], rotate = true }', '{ emails = ["ops@example.com "] }'],
  events: ["{ log_retention_days = 365 }", "{ log_retention_days = 366 }"],
  event_retention_days: ["7", "6"],
  throttle_page: [
    "{ rate = 0.5, burst = 1 }",
    "{ rate = null, burst = null }",
    "{ rate = 0, burst = 1 }",
    "{ rate = 1, burst = 0 }",
  ],
  throttle_operators: [
    "{ rate = 5, burst = 20 }",
    "{ rate = 5, burst = 1.5 }",
    "{ rate = 10001, burst = 20 }",
  ],
  reserved_concurrency: ["{ recipient = 1 }", "{ sender = 0 }"],
  memory_size: ["128", "127"],
  runtime: ['"nodejs22.x"', '"nodejs18.x"', '"python3.13"'],
  rotation: [
    rotating("limit_per_day = 100"),
    ...["limit_per_day = 0", "limit_per_day = 1.5", "limit_per_day = 101"].map(rotating),
    rotating(`secrets = [{ arn = "${ORDERS}", repository_ids = ["iam"] }]`),
    rotating(`secrets = [for id in ["1", "2"] : { arn = "${ORDERS}", repository_ids = [id] }]`),
    rotating(
      `secrets = [{ arn = "${ORDERS}", repository_ids = [for id in range(1000, 1300) : tostring(id)] }]`,
    ),
  ],
  on_rotated: [
    dispatching(""),
    ...['secret_names = ["*"]', 'secret_names = ["a*b"]'].map(dispatching),
    ...['repository = "acme/orders?x"', 'api_url = "http://api.example"', 'event_type = "a\\"b"'].map(
      dispatching,
    ),
  ],
};

/** It plans sixty calls of the module. */
const inProof = full ? withTerraform : test.skip;

inProof("what the construct refuses, the module refuses, value by value", () => {
  const made = workspace();
  made.write(
    "module/variables.tf",
    readFileSync(new URL("../../terraform/variables.tf", import.meta.url), "utf8"),
  );
  const call = (name: string, inputs: Readonly<Record<string, string>>) =>
    `module "${name}" {\n  source = "./module"\n${Object.entries({ senders: SENDER, ...inputs })
      .map(([input, value]) => `  ${input} = ${value}\n`)
      .join("")}}\n`;
  const wrong = Object.entries(SOUND_AND_WRONG).flatMap(([input, [, ...values]]) =>
    values.map((value, index) => ({ name: `${input}_${index}`, input, value })),
  );
  const sound = Object.fromEntries(Object.entries(SOUND_AND_WRONG).map(([input, [value]]) => [input, value]));
  made.write(
    "main.tf",
    [call("sound", sound), ...wrong.map(({ name, input, value }) => call(name, { [input]: value }))].join(
      "\n",
    ),
  );
  made.run("init", "-input=false");
  let told = "";
  try {
    made.run("plan", "-input=false", "-no-color");
  } catch (error) {
    told = String(error);
  }
  expect(told).not.toContain('in module "sound"');
  expect(wrong.filter(({ name }) => !told.includes(`in module "${name}"`))).toEqual([]);
});

const PLAN = ["-input=false", "-no-color", "-var=runtime=nodejs22.x"] as const;

/** The modules with their archives, as a release has them. */
function moduleWorkspace(): Workspace {
  const made = workspace();
  buildModules(join(made.folder, "module"), emptyFunctions());
  return made;
}

/** Runs Terraform in an example, without an account. */
function exampleOf(made: Workspace, example: string): (...args: readonly string[]) => string {
  const file = `module/examples/${example}/main.tf`;
  const settings = Object.entries(OFFLINE_PROVIDER).map(
    ([key, value]) => `${key} = ${JSON.stringify(value)}`,
  );
  made.write(file, made.read(file).replaceAll('provider "aws" {', `$&\n${settings.join("\n")}`));
  return (...args) => made.run(`-chdir=module/examples/${example}`, ...args);
}

/** How many resources a plan would make. */
function planned(output: string): number {
  return Number(/Plan: (\d+) to add, 0 to change, 0 to destroy/.exec(output)?.[1]);
}

function expectValid(validate: () => string): void {
  expect(JSON.parse(validate())).toMatchObject({ valid: true, error_count: 0 });
}

function expectPlan(name: string, made: Workspace): void {
  expectValid(() => made.run("validate", "-json"));
  const resources = planned(made.run("plan", "-input=false", "-no-color"));
  expect(resources).toBeGreaterThan(50);
  report(`plan of ${name}: ${resources} resources`);
}

/** What a hurried hand copies: each would admit nobody, and say nothing. */
const COPIED = [
  '[{ repository_id = "123456789", environment = "production ", may = ["send"] }]',
  '[{ repository_id = "123456789\\n", may = ["send"] }]',
  '[{ repository_id = "orders", may = ["send"] }]',
  '[{ owner_id = "example", may = ["send"] }]',
];

withTerraform("white space around a sender's texts, and names in the place of numbers, are refused", () => {
  const made = workspace();
  made.write("variables.tf", readFileSync(new URL("../../terraform/variables.tf", import.meta.url), "utf8"));
  const plan = (senders: string) => made.run("plan", "-input=false", "-no-color", `-var=senders=${senders}`);
  for (const senders of COPIED) expect(() => plan(senders)).toThrow(/Each\s+sender\s+needs/);
  const sound = '[{ repository_id = "123456789", environment = "live europe", may = ["send"] }]';
  expect(() => plan(sound)).not.toThrow(/Each\s+sender\s+needs/);
});
