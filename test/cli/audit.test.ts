import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type LocalStack, startLocalStack } from "@secret-handoff/local";
import { dayName, dayNumber, lastDueDay } from "@secret-handoff/protocol/audit";
import { InProcessCli } from "./harness.ts";

/** What an auditor asks the trail, against the whole local stack. */

const EMAIL = "ana@vendor.example";
const PAGE = { html: "<!doctype html><title>page</title>", contentSecurityPolicy: "default-src 'none'" };
const REASON = "Onboarding of Ana, ticket 4711";
let stack: LocalStack;
let cli: InProcessCli;
let arns: readonly string[];
let key: string;

function environmentOf(name: string) {
  const operator = stack.operators.find((one) => one.name === name);
  if (!operator) throw new Error(`there is no ${name}`);
  return {
    AWS_ACCESS_KEY_ID: operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
    AWS_REGION: "eu-west-1",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: stack.secretsManager,
    SECRET_HANDOFF_ENDPOINT: stack.url,
  };
}
const as = (name: string, ...args: readonly string[]) => cli.run(args, { env: environmentOf(name) });
const audit = (...args: readonly string[]) => as("auditor", "audit", ...args);

beforeAll(async () => {
  cli = new InProcessCli();
  stack = await startLocalStack({ page: PAGE });
  arns = ["prod/orders/api", "prod/orders/db"].map((name) => stack.secrets.put(name, "canary-4b7e").arn);
  const smtp = ["--smtp-host", "127.0.0.1", "--smtp-port", new URL(stack.smtp).port];
  const secrets = ["--secret-id", "prod/orders/api", "--secret-id", "prod/orders/db"];
  const details = ["-c", "third-party-service", "--from", "me@acme.example", "--reason", REASON];
  const sent = await as("sender", "send", "--to", EMAIL, ...secrets, ...details, ...smtp);
  if (sent.code !== 0) throw new Error(sent.stderr);
  const { text } = await stack.mail.inbox.mailTo(EMAIL);
  const link = /https?:\/\/\S+/.exec(text)?.[0] ?? "";
  const opened = await cli.run(["open", "--format", "json", "--email", EMAIL], { stdin: link });
  if (opened.code !== 0) throw new Error(opened.stderr);
  key = join(cli.folder, "seal-key.pem");
  writeFileSync(key, stack.sealKey);
});
afterAll(async () => {
  await stack.close();
  cli.remove();
});

describe("audit events", () => {
  test("says who received a secret of a set, by whom and why, and the address where it is asked for", async () => {
    const [arn = ""] = arns;
    const { code, stdout } = await audit("events", "--secret", arn);
    const line = stdout.split("\n").find((one) => one.includes("created")) ?? "";
    expect({ code, heading: stdout.split("\n")[0] }).toEqual({
      code: 0,
      heading: expect.stringMatching(/SECRET +RECIPIENT +ACTOR +OUTCOME +REASON/),
    });
    for (const part of [...arns, "user/sender", REASON]) expect(line).toContain(part);
    expect(stdout).not.toMatch(/bundle:|vendor\.example/);
    const named = await audit("events", "--secret", arn, "--type", "claimed", "--addresses");
    expect(named.stdout).toContain(EMAIL);
    const json = await audit("events", "--recipient", EMAIL, "--type", "claimed", "--addresses", "--json");
    const event = JSON.parse(json.stdout);
    expect(event.addresses).toEqual({ [event.recipient]: EMAIL });
  });

  test.each<[string, readonly string[], number, string]>([
    [
      "an address that nothing was sent to",
      ["--recipient", "nobody@vendor.example"],
      3,
      "knows no such recipient",
    ],
    [
      "an id that nobody has",
      ["--recipient", "AAAAAAAAAAAAAAAAAAAAAA"],
      3,
      "knows no recipient with this id",
    ],
    ["what is neither", ["--recipient", "ana"], 2, "neither an e-mail address nor a recipient id"],
    ["a secret's name", ["--secret", "prod/orders/api"], 2, "takes an ARN, not a name"],
    [
      "an ARN that was cut",
      ["--secret", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/orders/api"],
      2,
      "takes the whole ARN",
    ],
    [
      "a period that ends before it begins",
      ["--since", "2026-11-26", "--until", "2026-11-25"],
      2,
      "later than",
    ],
    ["a repository without its owner", ["--repository", "orders"], 0, "named with its owner"],
    ["a type of which there is none", ["--type", "locked"], 0, "No events match."],
    [
      "a known recipient with another filter",
      ["--recipient", EMAIL, "--type", "locked"],
      0,
      "No events match.",
    ],
  ])("gives no empty answer to %s", async (_, args, code, sentence) => {
    const ran = await audit("events", ...args);
    expect(ran).toEqual({ code, stdout: "", stderr: expect.stringContaining(sentence) });
  });

  test("says that without a filter it lists the last day only", async () => {
    expect((await audit("events")).stderr).toContain("Only the last 24 hours were asked for.");
    expect((await audit("events", "--since", "2026-11-01")).stderr).toBe("");
  });
});

test.each(["list", "revoke"])("%s takes no name for a secret either", async (command) => {
  expect(await as("sender", command, "--secret", "prod/orders/api")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("takes an ARN, not a name"),
  });
});

describe("audit verify", () => {
  test("misses the seals that are due of the service's newest days", async () => {
    const since = lastDueDay(Date.now() / 1_000);
    const file = join(cli.folder, "sealed.jsonl");
    const verify = (...args: readonly string[]) => audit("verify", ...args, "--since", since, "--key", key);
    expect(await verify()).toMatchObject({
      code: 6,
      stdout: expect.stringContaining(`The seal of ${since} is missing.`),
    });
    await stack.service.seal();
    expect(await verify()).toMatchObject({ code: 0, stdout: expect.stringContaining("Verified.") });
    expect((await audit("export", "--since", since, "--out", file)).code).toBe(0);
    expect(await verify(file)).toMatchObject({ code: 0 });
  });
});

describe("recipients find", () => {
  test("takes an address of an argument and of a pipe, and names the pipe where it gets none", async () => {
    const find = (args: readonly string[], stdin = "") =>
      cli.run(["recipients", "find", ...args], { env: environmentOf("auditor"), stdin });
    const found = await find([EMAIL]);
    expect(found).toMatchObject({ code: 0, stdout: expect.stringContaining(`  ${EMAIL}\n`) });
    expect(await find([], `${EMAIL}\n`)).toEqual(found);
    expect(await find([found.stdout.slice(0, 22)])).toEqual(found);
    expect(await find([])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("as an argument or in a pipe"),
    });
  });
});

describe("recipients erase", () => {
  test("without the right to look an address up says how to erase all the same", async () => {
    const erased = await as("incident-responder", "recipients", "erase", EMAIL, "--yes");
    expect(erased).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("run secret-handoff recipients find ADDRESS, and erase by that id"),
    });
    expect((await as("auditor", "recipients", "find", EMAIL)).code).toBe(0);
  });
});

describe("audit report", () => {
  const today = () => new Date().toISOString().slice(0, 10);

  test("verifies up to the last day whose seal is due, and says that newer days have none", async () => {
    const since = lastDueDay(Date.now() / 1_000);
    await stack.service.seal();
    const { code, stdout, stderr } = await audit("report", "--since", since, "--key", key);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("The trail verifies against its seals from");
    expect(stdout).toContain("Newer days have no seal yet: ");
    const missing = dayName(dayNumber(since) - 3);
    const lost = join(cli.folder, "no seals.jsonl");
    writeFileSync(lost, `${JSON.stringify({ id: "a", type: "created", time: `${missing}T00:00:00Z` })}\n`);
    const bad = await audit("report", lost, "--since", missing, "--until", since, "--key", key);
    expect(bad.stdout.replaceAll("\\", "")).toContain(`did not verify: The seal of ${missing} is missing.`);
    const young = await audit("report", "--since", today(), "--key", key);
    expect(young.stdout).toContain("No day of the period has a seal yet");
    const nothing = await audit("verify", "--since", today(), "--key", key);
    expect(nothing).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Nothing to verify yet\./) });
    const absent = await audit("verify", lost, join(cli.folder, "absent.jsonl"), "--key", key);
    expect(absent).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("absent.jsonl cannot be read. Check the path."),
    });
  });

  test("takes the period of exported files from them, and names the secrets of a set and the recipients", async () => {
    const file = join(cli.folder, "trail.jsonl");
    const since = lastDueDay(Date.now() / 1_000);
    await stack.service.seal();
    expect(await audit("export", "--since", since, "--out", file)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^\d+ lines written to \S*trail\.jsonl\.$/m),
    });
    const page = join(cli.folder, "evidence.html");
    expect(await audit("report", file, "--key", key, "--format", "html", "--out", page)).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining(`Written to ${page}.`),
    });
    expect(readFileSync(page, "utf8")).toContain("<h1>Evidence");
    const evidence = await audit("report", file, "--key", key);
    expect(evidence).toMatchObject({ code: 0, stdout: expect.stringContaining("The trail verifies") });
    const review = await audit("report", file, "--kind", "review", "--addresses");
    const text = review.stdout.replaceAll(/\\|&#64;<!-- -->/g, (found) => (found === "\\" ? "" : "@"));
    expect(text).toContain("## Who holds what (2)");
    for (const arn of arns) expect(text).toMatch(new RegExp(`\\| ${arn} \\| ${EMAIL}`));
    expect(text).not.toContain("bundle:");
    const empty = join(cli.folder, "empty.jsonl");
    writeFileSync(empty, "");
    expect((await audit("report", empty)).stderr).toContain("hold neither events nor seals");
  });

  test("gives a job that prints an export or a report no workflow command of somebody's words", async () => {
    const file = join(cli.folder, "words.jsonl");
    const attack = "##[stop-commands]pwn\\n::stop-commands::pwn";
    const since = ["--since", lastDueDay(Date.now() / 1_000)];
    expect((await audit("export", ...since, "--out", file)).code).toBe(0);
    const hostile = readFileSync(file, "utf8").replaceAll(/"class":"[^"]*"/g, `"class":"${attack}"`);
    expect(hostile).toContain(attack);
    const words = join(cli.folder, "hostile.jsonl");
    writeFileSync(words, hostile);
    for (const args of [
      ["export", words],
      ["export", words, "--format", "csv"],
      ["export", words, "--format", "ocsf"],
      ["report", words, ...since],
      ["report", words, ...since, "--format", "html"],
      ["report", words, ...since, "--format", "html", "--kind", "review"],
    ]) {
      const { code, stdout } = await audit(...args);
      expect([args, code]).toEqual([args, 0]);
      expect([args, stdout.includes("stop-commands")]).toEqual([args, true]);
      expect([args, stdout.match(/##\[|^\s*::/m)?.[0]]).toEqual([args, undefined]);
    }
  });
});
