import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { InputName, StepContext } from "@secret-handoff/action";
import { Recipient, startSecretsManager } from "@secret-handoff/local";
import { secretsManager } from "@secret-handoff/sdk";
import { jwtVerify } from "jose";
import { useAwsEnvironment } from "../support/aws-environment.ts";
import {
  startAzure,
  startConnect,
  startGitHubApps,
  startGoogle,
  startParameters,
  startVault,
} from "../support/secret-stores.ts";
import { startTestService } from "../support/test-service.ts";
import { runStepOn } from "./step-harness.ts";

/** Secrets of every store that has versions: each delivered once per version, masked, and each failure with its own sentence. */

const RUNNER = "https://runner.example/token?api-version=2.0";
const service = await startTestService();
const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const privateKey = keys.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const isAppJwt = (jwt: string) =>
  jwtVerify(jwt, keys.publicKey, {
    issuer: "Iv1.acme",
    currentDate: new Date(service.clock.now * 1_000),
  }).then(
    () => true,
    () => false,
  );
const vault = await startVault(async (audience) => `job-token-for-${audience}`);
const google = await startGoogle("canary-subject-token");
const azure = await startAzure("job-token-for-api://AzureADTokenExchange");
const connect = await startConnect();
const github = await startGitHubApps(isAppJwt, () => service.clock.now);
afterAll(() => Promise.all([service, vault, google, azure, connect, github].map((one) => one.close())));

const [parameters, aws] = await Promise.all([
  startParameters(),
  startSecretsManager({ clock: () => service.clock.now }),
]);
afterAll(() => Promise.all([parameters.close(), aws.close()]));
useAwsEnvironment(() => ({
  AWS_ENDPOINT_URL_SSM: parameters.url,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
  AWS_REGION: "eu-west-1",
}));

const nobody = await startConnect();
await nobody.close();

let run = 0;
let ana = "";
beforeEach(() => {
  run += 1;
  ana = `ana${run}@vendor.example`;
});

const env = (more: StepContext["env"] = {}): StepContext["env"] => ({
  ACTIONS_ID_TOKEN_REQUEST_URL: RUNNER,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "bearer",
  VAULT_ADDR: vault.url,
  GOOGLE_SECRET_MANAGER_ENDPOINT: google.url,
  AZURE_KEY_VAULT_ENDPOINT: azure.url,
  AZURE_AUTHORITY_HOST: azure.url,
  AZURE_TENANT_ID: "tenant",
  AZURE_CLIENT_ID: "client",
  OP_CONNECT_HOST: connect.url,
  OP_CONNECT_TOKEN: "canary-connect-token",
  GITHUB_API_URL: github.url,
  ...more,
});

const step = (inputs: Partial<Record<InputName, string>>, more: StepContext["env"] = {}) =>
  runStepOn(service, {
    inputs: { recipients: ana, "secret-ids": "", class: "internal-tool", "vault-role": "rotate", ...inputs },
    context: { env: env(more), openSecrets: secretsManager },
    runtime: {
      fetch: async (input, init) => {
        const url = String(input);
        if (!url.startsWith(RUNNER)) return fetch(input, init);
        const audience = new URL(url).searchParams.get("audience") ?? "";
        const value = audience === service.url ? await service.mint() : `job-token-for-${audience}`;
        return Response.json({ value });
      },
    },
  });

const mailed = () => service.mail.inbox.mails.filter(({ recipients }) => recipients.includes(ana));
async function openedFields() {
  const who = new Recipient(/^http\S+$/m.exec(mailed().at(-1)?.text ?? "")?.[0] ?? "");
  const [item] = (await who.open(await who.claim({ email: ana }), { email: ana })).items;
  return item?.fields ?? [];
}
async function opened() {
  return Object.fromEntries((await openedFields()).map(({ name, value }) => [name, value]));
}

type Store = {
  readonly inputs: Partial<Record<InputName, string>>;
  readonly env?: StepContext["env"];
  readonly rotate: (value: string) => void;
  readonly fields: (value: string) => Readonly<Record<string, string>>;
};
const folder = mkdtempSync(join(tmpdir(), "google-"));
const credentials = join(folder, "credentials.json");
writeFileSync(credentials, google.credentials);
afterAll(() => rmSync(folder, { recursive: true }));

/** Programs that a person or a runner is logged in with, as far as they are asked. */
const program = (name: string, body: string) =>
  writeFileSync(
    join(folder, name),
    `#!${process.execPath}\nconst args = process.argv.slice(2).join(" ");\n${body}`,
    {
      mode: 0o755,
    },
  );
program("gcloud", 'console.log(args === "auth print-access-token" ? "canary-google-token" : "");');
program("az", 'console.log(JSON.stringify({ accessToken: "canary-other-azure" }));');
program(
  "op",
  `const fail = (said) => { console.error("[ERROR] 2026/11/26 10:00:00 " + said); process.exit(1); };
if (Object.keys(process.env).some((name) => /^(INPUT_|SECRET_HANDOFF_|ACTIONS_)/.test(name))) fail("foreign variables");
if (process.env.OP_SERVICE_ACCOUNT_TOKEN !== "canary-ops") fail("(401) Unauthorized: token ops_canary is not valid");
if (args !== "item get --format=json --vault=Infra -- Orders DB") fail(${JSON.stringify('"Other" isn\'t an item in the "Infra" vault.')});
process.stdout.write(require("node:fs").readFileSync(${JSON.stringify(join(folder, "item.json"))}));`,
);
const opItem = { version: 0 };

const STORES: readonly (readonly [string, Store])[] = [
  [
    "HashiCorp Vault",
    {
      inputs: { "other-secrets": "ORDERS, vault://secret/data/prod/orders" },
      rotate: (password) => vault.put("prod/orders", { user: "app", password }),
      fields: (password) => ({ user: "app", password }),
    },
  ],
  [
    "Google Secret Manager",
    {
      inputs: { "other-secrets": "ORDERS, google://projects/acme/secrets/orders" },
      rotate: (value) => google.put("projects/acme/secrets/orders", value),
      fields: (value) => ({ ORDERS: value }),
    },
  ],
  [
    "Azure Key Vault",
    {
      inputs: { "other-secrets": "ORDERS, azure://acme/orders" },
      rotate: (value) => azure.put("orders", value),
      fields: (value) => ({ ORDERS: value }),
    },
  ],
  [
    "1Password Connect",
    {
      inputs: { "other-secrets": "ORDERS, op://Infra/Orders%20DB" },
      rotate: (value) => connect.save(value),
      fields: (password) => ({ username: "app", password, host: `host of ${password}` }),
    },
  ],
  [
    "1Password by its own program, with a service account",
    {
      inputs: { "other-secrets": "ORDERS, op://Infra/Orders%20DB" },
      env: { PATH: folder, OP_CONNECT_HOST: "", OP_SERVICE_ACCOUNT_TOKEN: "canary-ops" },
      rotate: (password) => {
        opItem.version += 1;
        const id = "o".repeat(26);
        const fields = [{ id: "password", label: "password", type: "CONCEALED", value: password }];
        const vaultOf = { id: "w".repeat(26), name: "Infra" };
        const updated_at = new Date((service.clock.now - 600 + opItem.version) * 1_000).toISOString();
        const item = { id, title: "Orders DB", version: opItem.version, vault: vaultOf, updated_at, fields };
        writeFileSync(join(folder, "item.json"), JSON.stringify(item));
      },
      fields: (password) => ({ password }),
    },
  ],
  [
    "Google Secret Manager with the login of gcloud",
    {
      inputs: { "other-secrets": "ORDERS, google://projects/acme/secrets/person" },
      env: { PATH: folder, GOOGLE_APPLICATION_CREDENTIALS: "" },
      rotate: (value) => google.put("projects/acme/secrets/person", value),
      fields: (value) => ({ ORDERS: value }),
    },
  ],
  [
    "one key of a secret of Secrets Manager",
    {
      inputs: { "secret-ids": "ORDERS, prod/keyed, db.password" },
      rotate: (password) => {
        service.clock.now += 1;
        aws.secrets.put("prod/keyed", JSON.stringify({ db: { user: "app", password } }));
      },
      fields: (value) => ({ ORDERS: value }),
    },
  ],
  [
    "a path of parameters",
    {
      inputs: { parameters: "/prod/db/*" },
      rotate: (value) => parameters.put("eu-west-1", "/prod/db/password", value),
      fields: (value) => ({ "/prod/db/password": value }),
    },
  ],
  [
    "a parameter by its ARN, in its own region",
    {
      inputs: { parameters: "ORDERS, arn:aws:ssm:eu-central-1:111122223333:parameter/far" },
      rotate: (value) => parameters.put("eu-central-1", "/far", value),
      fields: (value) => ({ ORDERS: value }),
    },
  ],
];

describe.each(STORES)("%s", (_, { inputs, env = {}, rotate, fields }) => {
  test("is delivered once per version: again it mails nothing, after a new version it does", async () => {
    const login = { GOOGLE_APPLICATION_CREDENTIALS: credentials, ...env };
    rotate("canary-first");
    const first = await step(inputs, login);
    expect([first.code, first.errors, mailed().length]).toEqual([0, [], 1]);
    const again = await step(inputs, login);
    expect([again.code, again.workflow.outputs["earlier-count"], mailed().length]).toEqual([0, "1", 1]);
    rotate("canary-second");
    const newer = await step(inputs, login);
    expect([newer.code, mailed().length]).toEqual([0, 2]);
    expect(await opened()).toEqual(fields("canary-second"));
  });

  test("masks the value and every token of the login, and shows none of them", async () => {
    rotate("canary-masked");
    const { workflow } = await step(inputs, { GOOGLE_APPLICATION_CREDENTIALS: credentials, ...env });
    const shown = JSON.stringify([
      workflow.lines.filter((line) => !line.startsWith("mask: ")),
      workflow.outputs,
    ]);
    expect(shown).not.toContain("canary");
    expect([...workflow.masks]).toContain("canary-masked");
  });
});

test("a field that 1Password conceals stays concealed and is masked, whatever its label", async () => {
  connect.save("canary-typed");
  for (const key of ["", ", host"]) {
    const { workflow } = await step({
      "other-secrets": `A${key === "" ? "" : "B"}, op://Infra/Orders%20DB${key}`,
    });
    const shown = (await openedFields()).map(({ value, concealed }) => [value, concealed]);
    expect(shown).toContainEqual(["host of canary-typed", true]);
    if (key === "") expect(shown).toContainEqual(["app", false]);
    expect([...workflow.masks]).toContain("host of canary-typed");
  }
});

test("no field of an item takes the place of another of its label", async () => {
  const field = (id: string, label: string, section?: string) => ({
    ...{ id, label, type: "CONCEALED", value: `canary-${id}` },
    ...(section === undefined ? {} : { section: { label: section } }),
  });
  connect.save(
    "canary-twins",
    ...[field("t1", "token", "API"), field("t2", "token", "API"), field("t3", "API.token")],
    ...[field("k1", "key", "A"), field("k2", "key", "B")],
  );
  const { workflow } = await step({ "other-secrets": "A, op://Infra/Orders%20DB" });
  expect(await opened()).toMatchObject({
    "API.token (t1)": "canary-t1",
    "API.token (t2)": "canary-t2",
    "API.token": "canary-t3",
    "A.key": "canary-k1",
    "B.key": "canary-k2",
  });
  expect([...workflow.masks]).toEqual(expect.arrayContaining(["canary-t1", "canary-t2", "canary-t3"]));
  connect.save("canary-same", field("t1", "token", "API"), field("t1", "token", "API"));
  expect((await step({ "other-secrets": "A, op://Infra/Orders%20DB" })).errors).toEqual([
    expect.stringContaining("two fields that nothing tells apart"),
  ]);
  connect.save("canary-single");
});

test("one key of a secret and several stores go in one handoff", async () => {
  vault.put("prod/both", { user: "app", password: "canary-both" });
  azure.put("both", "canary-azure");
  const lines = "PW, vault://secret/data/prod/both, password\nAZ, azure://acme/both";
  const { code, errors } = await step({ "other-secrets": lines });
  expect([code, errors]).toEqual([0, []]);
  expect(await opened()).toEqual({ PW: "canary-both" });
});

describe("what ends by itself", () => {
  test("dynamic credentials of Vault are made for each step, and the link ends with their lease", async () => {
    const { code, errors } = await step({ "other-secrets": "vault://database/creds/readonly" });
    expect([code, errors]).toEqual([0, []]);
    expect(await opened()).toMatchObject({ password: expect.stringMatching(/^canary-lease-/) });
    await step({ "other-secrets": "vault://database/creds/readonly" });
    expect(mailed()).toHaveLength(2);
  });

  test("a GitHub App's token is for the repositories and permissions that are named, and works for an hour", async () => {
    const app = {
      source: "github-app",
      "app-id": "Iv1.acme",
      "app-private-key": privateKey,
      "app-repositories": "acme/orders",
      "app-permissions": "contents=read",
    } as const;
    const { code, errors } = await step(app);
    expect([code, errors]).toEqual([0, []]);
    expect(await opened()).toEqual({ GITHUB_TOKEN: expect.stringMatching(/^ghs_canary/) });
    const sentence = async (more: Partial<Record<InputName, string>>) =>
      (await step({ ...app, ...more })).errors[0];
    expect(await sentence({ "app-permissions": "administration=write" })).toContain(
      "the installation must have them",
    );
    expect(await sentence({ "app-repositories": "acme/other" })).toContain(
      "The app is not installed in acme/other",
    );
    expect(await sentence({ "app-private-key": "no key" })).toContain("is not a private key in PEM");
    expect(await sentence({ "app-private-key": "" })).toContain("source: github-app needs app-private-key");
    expect(await sentence({ "app-repositories": "acme/orders\nother/x" })).toContain("several owners");
  });
});

describe("a failure says what to do", () => {
  const sentenceFor = async (
    address: string,
    more: StepContext["env"] = {},
    inputs: Partial<Record<InputName, string>> = {},
  ) => (await step({ "other-secrets": address, ...inputs }, more)).errors.join("\n");

  test.each<[string, string, StepContext["env"], Partial<Record<InputName, string>>, RegExp]>([
    [
      "no login to Vault",
      "vault://secret/data/a",
      {},
      { "vault-role": "" },
      /Set vault-role .* set VAULT_TOKEN in the environment, or run vault login/,
    ],
    [
      "a role that Vault does not know",
      "vault://secret/data/a",
      {},
      { "vault-role": "other" },
      /refused the login as role "other" at auth\/jwt/,
    ],
    [
      "a path that is not there",
      "vault://secret/data/none",
      {},
      {},
      /Vault has nothing at "secret\/data\/none"/,
    ],
    [
      "a token without the right",
      "vault://secret/data/a",
      { VAULT_TOKEN: "hvs.other" },
      { "vault-role": "" },
      /Give its policy the capability read/,
    ],
    [
      "an address over plain HTTP",
      "vault://secret/data/a",
      {},
      { "vault-url": "http://vault.example.com" },
      /must be an https address/,
    ],
    [
      "no login to Google",
      "google://projects/acme/secrets/orders",
      {},
      {},
      /gcloud program is missing .* Put google-github-actions\/auth before this step/,
    ],
    [
      "a Google secret that is not there",
      "google://projects/acme/secrets/none",
      { GOOGLE_APPLICATION_CREDENTIALS: credentials },
      {},
      /has no version latest of/,
    ],
    [
      "a Google login without the right",
      "google://projects/acme/secrets/orders",
      { CLOUDSDK_AUTH_ACCESS_TOKEN: "ya29.other" },
      {},
      /Secret Manager Secret Accessor/,
    ],
    [
      "an Azure identity that Entra ID does not accept",
      "azure://acme/orders",
      { AZURE_FEDERATED_TOKEN_FILE: credentials },
      {},
      /Entra ID does not accept this login/,
    ],
    [
      "no Azure CLI",
      "azure://acme/orders",
      { AZURE_CLIENT_ID: "" },
      {},
      /the Azure CLI \(az\) is missing or not logged in/,
    ],
    ["an Azure secret that is not there", "azure://acme/none", {}, {}, /has no secret "none"/],
    [
      "no Connect server",
      "op://Infra/Orders%20DB",
      { OP_CONNECT_HOST: "" },
      {},
      /Set OP_CONNECT_HOST and OP_CONNECT_TOKEN/,
    ],
    [
      "a service account of 1Password",
      "op://Infra/Orders%20DB",
      { OP_CONNECT_HOST: "", OP_SERVICE_ACCOUNT_TOKEN: "ops_x" },
      {},
      /put 1password\/install-cli-action before this step/,
    ],
    [
      "a Connect token that is refused",
      "op://Infra/Orders%20DB",
      { OP_CONNECT_TOKEN: "x" },
      {},
      /refused the token/,
    ],
    [
      "an item that 1Password's program does not find",
      "op://Infra/Other",
      { PATH: folder, OP_CONNECT_HOST: "", OP_SERVICE_ACCOUNT_TOKEN: "canary-ops" },
      {},
      /has no item "Other" in a vault "Infra" \(op says: "Other" isn't an item/,
    ],
    [
      "a service account that 1Password does not know",
      "op://Infra/Other",
      { PATH: folder, OP_CONNECT_HOST: "", OP_SERVICE_ACCOUNT_TOKEN: "canary-wrong" },
      {},
      /did not read item "Other" .*Check its login: OP_SERVICE_ACCOUNT_TOKEN/,
    ],
    [
      "an Azure login without the right",
      "azure://acme/orders",
      { PATH: folder, AZURE_CLIENT_ID: "" },
      {},
      /does not allow this login to read "orders" .*Key Vault Secrets User/,
    ],
    ["a parameter without the right", "", {}, { parameters: "/denied" }, /ssm:GetParameter/],
    ["a parameter that is not there", "", {}, { parameters: "/none" }, /There is no parameter "\/none"/],
    [
      "a secret of Secrets Manager that is not there",
      "",
      {},
      { "secret-ids": "A, prod/none, key" },
      /There is no secret "prod\/none"/,
    ],
    [
      "a key that the secret does not have",
      "",
      {},
      { "secret-ids": "A, prod/keyed, db.none" },
      /"prod\/keyed" is not a JSON object with the key "db.none"/,
    ],
    ["a vault that 1Password does not have", "op://Other/Orders%20DB", {}, {}, /no vault "Other"/],
    [
      "a field that an item does not have",
      "op://Infra/Orders%20DB/none",
      {},
      {},
      /no field with a value named "none"/,
    ],
    ["a store nobody knows", "s3://bucket/key", {}, {}, /Line 1 of other-secrets is not understood/],
    ["a path with dots", "vault://secret/data/../sys/x", {}, {}, /is not understood/],
    ["a path whose coded slashes hide dots", "vault://secret/data/a%2f..%2fb/c", {}, {}, /is not understood/],
    ["a path with a coded backslash", "vault://secret/data/a%5c..%5cb", {}, {}, /is not understood/],
    ["a coded line break", "op://Infra/Orders%0aDB", {}, {}, /is not understood/],
    [
      "a store that tokens would go to in the clear",
      "op://Infra/Orders%20DB",
      { OP_CONNECT_HOST: "http://connect.example.com:8080" },
      {},
      /OP_CONNECT_HOST must be an https address/,
    ],
    [
      "a store of the environment that tokens would go to in the clear",
      "azure://acme/orders",
      { AZURE_KEY_VAULT_ENDPOINT: "http://vault.example.com" },
      {},
      /must be an https address/,
    ],
    [
      "a store that nothing answers for",
      "azure://acme/orders",
      { AZURE_KEY_VAULT_ENDPOINT: nobody.url },
      {},
      /nothing takes connections there \(ECONNREFUSED\)/,
    ],
  ])("%s", async (_, address, more, inputs, sentence) => {
    expect(await sentenceFor(address, more, inputs)).toMatch(sentence);
    expect(mailed()).toHaveLength(0);
  });

  test("a version that was deleted, disabled, or a Vault that is sealed", async () => {
    vault.put("prod/gone", "deleted");
    google.put("projects/acme/secrets/gone", "DISABLED");
    azure.put("gone", "disabled");
    const login = { GOOGLE_APPLICATION_CREDENTIALS: credentials };
    expect(await sentenceFor("vault://secret/data/prod/gone")).toContain("was deleted on 2026-11-26");
    expect(await sentenceFor("google://projects/acme/secrets/gone", login)).toContain("is disabled");
    expect(await sentenceFor("azure://acme/gone")).toContain("is disabled");
    vault.seal(true);
    expect(await sentenceFor("vault://secret/data/prod/orders")).toContain("Vault is sealed");
    vault.seal(false);
  });
});

test("the age of a version counts: rotated-within refuses an old one of any store", async () => {
  vault.put("prod/old", { password: "canary-old" });
  const { errors } = await step({ "other-secrets": "vault://secret/data/prod/old", "rotated-within": "1h" });
  expect(errors.join()).toMatch(/was last changed .* ago, and rotated-within is 1h/);
});
