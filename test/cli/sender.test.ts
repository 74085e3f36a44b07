import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type LocalStack, RunnerFilter, startLocalStack } from "@secret-handoff/local";
import { type AuditEvent, DEFAULT_CLASSES } from "@secret-handoff/protocol/api";
import { InProcessCli, type RunOptions } from "./harness.ts";

/** The commands of senders and operators, against the whole local stack, each a process of its own. */

const EMAIL = "ana@vendor.example";
const VALUE = "canary-8d1f2c-value";
const PAGE = { html: "<!doctype html><title>page</title>", contentSecurityPolicy: "default-src 'none'" };
const events: AuditEvent[] = [];
let stack: LocalStack;
let cli: InProcessCli;

beforeAll(async () => {
  cli = new InProcessCli();
  stack = await startLocalStack({ page: PAGE, onEvent: (event) => events.push(event) });
});
afterAll(async () => {
  await stack.close();
  cli.remove();
});

const aws = (name: string) => {
  const operator = stack.operators.find((one) => one.name === name);
  if (!operator) throw new Error(`there is no ${name}`);
  return {
    AWS_ACCESS_KEY_ID: operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
    AWS_REGION: "eu-west-1",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: stack.secretsManager,
    AWS_ENDPOINT_URL_SESV2: stack.ses,
    SECRET_HANDOFF_ENDPOINT: stack.url,
  };
};
const as = (name: string, args: readonly string[], options: RunOptions = {}) =>
  cli.run(args, { ...options, env: { ...aws(name), ...options.env } });

const smtp = () => ["--smtp-host", "127.0.0.1", "--smtp-port", new URL(stack.smtp).port];

async function linkTo(address: string): Promise<string> {
  const { text } = await stack.mail.inbox.mailTo(address);
  stack.mail.inbox.clear();
  return /https?:\/\/\S+/.exec(text)?.[0] ?? "";
}

describe("a person with AWS credentials", () => {
  test("sends a piped value, which the recipient opens; sees it, and what it became", async () => {
    const args = [
      "send",
      "--to",
      EMAIL,
      "-c",
      "internal-tool",
      "--stdin",
      "TOKEN",
      "--from",
      "me@acme.example",
      ...smtp(),
      "--json",
    ];
    const sent = await as("sender", args, { stdin: `${VALUE}\n` });
    expect({ code: sent.code, stderr: sent.stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^Warning: Recipients are told no name to ask\. [^\n]+\n$/),
    });
    const { text: mail } = await stack.mail.inbox.mailTo(EMAIL);
    expect(mail).not.toContain("Sent by");
    expect(mail).not.toMatch(new RegExp(`\\b${userInfo().username} \\(`));
    const { handoffs } = JSON.parse(sent.stdout);
    expect(handoffs).toEqual([
      expect.objectContaining({ recipient: "a•••@vendor.example", outcome: "mailed" }),
    ]);
    const link = await linkTo(EMAIL);
    const opened = await cli.run(["open", "--format", "raw", "--email", EMAIL], { stdin: link });
    expect(opened).toMatchObject({ code: 0, stdout: VALUE });
    const status = await as("sender", ["status", handoffs[0].id, "--await", "1m", "--json"]);
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout).handoffs[0]).toMatchObject({
      status: "delivered",
      class: "internal-tool",
    });
    const list = await as("sender", ["list", "--state", "delivered"]);
    expect(list.stdout).toContain(handoffs[0].id);
  });

  test("sends a secret of AWS once per version, and mails through SES", async () => {
    stack.secrets.put("prod/orders/cli", VALUE);
    const args = [
      "send",
      "--to",
      EMAIL,
      "-c",
      "third-party-service",
      "--secret-id",
      "prod/orders/cli",
      "--from",
      "me@acme.example",
    ];
    const first = await as("sender", args);
    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("a•••@vendor.example  mailed, handoff "),
    });
    await linkTo(EMAIL);
    const again = await as("sender", args);
    expect(again.stdout).toContain("this version was handed over before");
    expect(stack.mail.inbox.mails).toEqual([]);
    const id = /handoff (\S+)/.exec(first.stdout)?.[1] ?? "";
    expect(await as("sender", ["revoke", id])).toMatchObject({
      code: 0,
      stdout: `${id}  revoked\n`,
    });
    expect(await as("sender", ["revoke", id])).toMatchObject({ code: 0, stdout: `${id}  revoked\n` });
    const opened = (await as("sender", ["list", "--state", "delivered"])).stdout.slice(0, 400);
    const released = /^[\w-]{22}(?= +delivered)/m.exec(opened)?.[0] ?? "";
    expect((await as("sender", ["revoke", released])).stdout).toContain("opened already: rotate the secret");
    expect((await as("sender", [...args, "--dry-run"])).stdout).toContain(
      "a•••@vendor.example  would be mailed",
    );
  });

  test("tells the recipients what they are told by the action as well", async () => {
    const told = {
      company: "Acme GmbH",
      language: `${EMAIL}=de`,
      "time-zone": "Europe/Madrid",
      title: "Zugang",
      contact: "Mia Lind",
    };
    const options = Object.entries({ ...told, details: "none", context: "Umgebung=Produktion" });
    const args = [
      "send",
      "--to",
      EMAIL,
      "-c",
      "internal-tool",
      "--stdin",
      "TOKEN",
      "--from",
      "me@acme.example",
    ];
    const sent = await as(
      "sender",
      [...args, ...smtp(), ...options.flatMap(([name, value]) => [`--${name}`, value])],
      {
        stdin: VALUE,
      },
    );
    expect(sent).toMatchObject({ code: 0, stderr: "" });
    const { text } = await stack.mail.inbox.mailTo(EMAIL);
    for (const word of ["Acme GmbH", "Zugang", "Umgebung", "Produktion", "einmal"])
      expect(text).toContain(word);
    for (const word of ["Sent by", "UTC"]) expect(text).not.toContain(word);
    stack.mail.inbox.clear();
    const wrong = await as("sender", [...args, "--language", "bob@vendor.example=de"], { stdin: VALUE });
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Address 1 of --language is not among"),
    });
  });

  test("gets a passphrase for each recipient on the terminal, once, and nowhere else", async () => {
    const people = ["ana@vendor.example", "ben@vendor.example"];
    const args = ["send", ...people.flatMap((to) => ["--to", to]), "-c", "internal-tool", "--stdin", "TOKEN"];
    const generate = [...args, "--from", "me@acme.example", ...smtp(), "--passphrase", "generate"];
    for (const [more, options] of [
      [[], {}],
      [["--json"], { columns: 80 }],
      [[], { columns: 80, env: { CI: "true" } }],
    ] as const) {
      const refused = await as("sender", [...generate, ...more], { stdin: VALUE, ...options });
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("--passphrase-path") });
      expect(stack.mail.inbox.mails).toEqual([]);
    }
    const { code, stdout, ...written } = await as("sender", generate, { stdin: VALUE, columns: 80 });
    const stderr = stripVTControlCharacters(written.stderr);
    expect(code).toBe(0);
    const shown = people.map((to) => new RegExp(`${to}  ([a-z-]+(?: [a-z-]+){4})`).exec(stderr)?.[1] ?? "");
    expect(new Set(shown).size).toBe(2);
    const { text } = await stack.mail.inbox.mailTo("ben@vendor.example");
    for (const passphrase of shown) {
      expect(stderr.split(passphrase)).toHaveLength(2);
      expect(`${stdout}${text}${JSON.stringify(events)}`).not.toContain(passphrase);
    }
    const opened = await cli.run(["open", "--format", "raw", "--email", "ben@vendor.example"], {
      stdin: `${/https?:\/\/\S+/.exec(text)?.[0]}\n${shown[1]}`,
    });
    expect(opened).toMatchObject({ code: 0, stdout: VALUE });
    stack.mail.inbox.clear();
  });

  test("sees a table where the terminal is wide enough, else lists, in colours unless they are not wanted", async () => {
    const list = async (columns: number, env = {}) => (await as("sender", ["list"], { columns, env })).stdout;
    const [id] = /^[\w-]{22}/m.exec((await as("sender", ["list"])).stdout.split("\n")[1] ?? "") ?? [];
    const narrow = await list(80);
    expect(narrow).toMatch(/^ {2}class {4}\S+$/m);
    expect(narrow.split("\n").every((line) => line.length <= 80)).toBe(true);
    expect(narrow).toContain("\u001b[32m");
    const wide = await list(200, { NO_COLOR: "1" });
    expect(wide).toMatch(/^ID +STATE +CLASS/);
    expect(wide).toContain(id);
    expect(wide).not.toContain("\u001b");
  });

  test("is refused what is not theirs, with the code that says so", async () => {
    const args = ["send", "--to", EMAIL, "--stdin", "TOKEN", ...smtp()];
    const approvals = await as("sender", [...args, "-c", "production-admin"], { stdin: VALUE });
    expect(approvals).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(
        "Ask for it with secret-handoff request, and set --request to the id that it gives.",
      ),
    });
    expect(approvals.stderr).toContain("Set --passphrase or --passphrase-file.");
    expect((await as("auditor", [...args, "-c", "internal-tool"], { stdin: VALUE })).code).toBe(3);
    const auditor = await as("auditor", ["revoke", "--all", "--yes"]);
    expect(auditor).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("Ask whoever runs the service to add what is missing to your entry."),
    });
    const absent = await as("sender", [
      ...["send", "--to", EMAIL, "--secret-id", "prod/nothing", "-c", "internal-tool"],
      ...smtp(),
    ]);
    expect(absent.stderr).toContain("Check --secret-id, the region and the account of the AWS credentials.");
    const unknown = await as("sender", ["list"], { env: { AWS_SECRET_ACCESS_KEY: "another" } });
    expect(unknown).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("does not accept the signature"),
    });
    const nobody = await cli.run(["list"], {
      env: { SECRET_HANDOFF_ENDPOINT: stack.url, AWS_REGION: "eu-west-1", AWS_EC2_METADATA_DISABLED: "true" },
    });
    expect(nobody).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no AWS credentials to sign with"),
    });
    for (const { stderr } of [approvals, unknown, nobody]) expect(stderr).not.toContain(VALUE);
  });

  test("asks for approval by a secret's name, which another gives, and sends by the request alone", async () => {
    const { arn } = stack.secrets.put("prod/orders/asked", VALUE);
    const asked = ["request", "-c", "api-key", "--secret-id", "prod/orders/asked", "--to", EMAIL];
    const made = await as("sender", [...asked, "--expires-in", "2h", "--reason", "onboarding", "--json"]);
    const { id, state, secrets } = JSON.parse(made.stdout);
    expect({ state, secrets }).toEqual({ state: "pending", secrets: [arn] });
    const early = await as("sender", ["send", "--request", id, "--to", EMAIL, ...smtp()]);
    expect(early).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("Wait with --await of secret-handoff request, or run again"),
    });
    expect((await as("manager", ["approve", id, "--role", "team lead"])).code).toBe(3);
    const decided = await as("team-lead", [
      "approve",
      id,
      "--role",
      "team lead",
      "--comment",
      "known vendor",
    ]);
    expect(decided).toMatchObject({ code: 0, stdout: expect.stringContaining("approved") });
    const shown = (await as("sender", ["request", id])).stdout;
    expect(shown).toContain("team lead");
    expect(shown).toMatch(/^Links live: +2h$/m);

    const send = (...more: string[]) =>
      as("sender", ["send", "--request", id, "--from", "me@acme.example", ...smtp(), ...more]);
    const people = join(cli.folder, "people.txt");
    writeFileSync(people, "# the vendor\nAna Kowalska <ana@vendor.example>\n");
    for (const [more, sentence] of [
      [["--to", EMAIL, "--expires-in", "4h"], "asks for at most 2h until expiry, and --expires-in is 4h."],
      [
        ["--to", EMAIL, "-c", "internal-tool"],
        "is for class api-key, and this delivery is of class internal-tool.",
      ],
      [["--to", "bob@vendor.example"], "Recipient 1 is not among those of request"],
      [["--to", EMAIL, "--secret-id", "prod/orders/other"], 'does not name secret "prod/orders/other"'],
      [["--recipients-file", people, "--to", EMAIL], "Recipient 1 of --recipients-file is in --to as well."],
      [[], "Say to whom: --to ana@vendor.example, or --recipients-file PATH."],
    ] as const) {
      const { code, stderr } = await send(...more);
      expect({ more, told: stderr.includes(sentence), failed: code !== 0, stderr }).toEqual({
        more,
        told: true,
        failed: true,
        stderr,
      });
    }
    const sent = await send("--recipients-file", people, "--json");
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('"mailed"') });
    const created = events.findLast(({ type }) => type === "created");
    expect(created).toMatchObject({ class: "api-key", secret: arn, reason: "onboarding" });
    const [{ expiresAt }] = JSON.parse(sent.stdout).handoffs;
    expect(Math.abs(expiresAt - Date.now() / 1_000 - 7_200)).toBeLessThan(120);
    await linkTo(EMAIL);
  });

  test("reads who denied a request and why, where it is shown and where it is sent by", async () => {
    const { arn } = stack.secrets.put("prod/orders/denied", VALUE);
    const about = ["-c", "api-key", "--secret-id", arn, "--to", EMAIL, "--reason", "onboarding"];
    const made = await as("sender", ["request", ...about, "--json"]);
    const { id } = JSON.parse(made.stdout);
    const denied = await as("team-lead", ["deny", id, "--role", "team lead", "--comment", "no ticket"]);
    const shown = await as("sender", ["request", id]);
    for (const { code, stdout } of [denied, shown]) {
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^Denied: +team lead: arn:\S+user\/team-lead \(iam\), “no ticket”, \d{4}-\S+Z$/m,
      );
      expect(stdout).not.toMatch(/^(Missing|Approved|Expires):/m);
    }
    const sent = await as("sender", ["send", "--request", id, "--to", EMAIL, ...smtp()]);
    expect(sent).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /was denied by arn:\S+user\/team-lead for team lead: “no ticket”\. Settle/,
      ),
    });
    expect((await as("sender", ["request", ...about, "--expires-in", "48h"])).stderr).toContain(
      "allows at most 24 hours until expiry. Change what breaks the rule, or choose another class.",
    );
  });

  test("is refused a request for what no delivery could name, and asks for what the class allows", async () => {
    const ask = (...more: string[]) =>
      as("sender", ["request", "-c", "api-key", "--to", EMAIL, "--reason", "onboarding", ...more]);
    expect((await ask("--secret-id", "prod/never")).stderr).toContain(
      'There is no secret "prod/never". Check --secret-id',
    );
    expect((await ask("--secret-id", "prod/*")).stderr).toContain("A request names each secret.");
    expect((await ask("--secret-id", "vault://secret/data/x")).stderr).toContain(
      "which no delivery could name",
    );
    expect((await ask()).stderr).toContain("A request needs --class, --secret-id or --role-to-assume, --to");
    const asked = await ask("--secret-id", "vault:vault.example.com//secret/data/x", "--json");
    expect(JSON.parse(asked.stdout)).toMatchObject({
      secrets: ["vault:vault.example.com//secret/data/x"],
      expiresIn: 86_400,
    });
  });
});

describe("a pipeline", () => {
  test("of GitLab sends with the token of its job", async () => {
    const env = {
      SECRET_HANDOFF_ID_TOKEN: await stack.gitLab.mint(stack.url),
      SECRET_HANDOFF_ENDPOINT: stack.url,
      GITLAB_CI: "true",
      CI_PROJECT_PATH: "acme/orders",
      GITLAB_USER_NAME: "Mia Lind",
    };
    const args = [
      "send",
      "--to",
      EMAIL,
      "-c",
      "internal-tool",
      "--stdin",
      "TOKEN",
      "--from",
      "me@acme.example",
      ...smtp(),
    ];
    const sent = await cli.run(args, { env, stdin: VALUE });
    expect(sent).toMatchObject({ code: 0, stderr: "" });
    const opened = await cli.run(["open", "--format", "raw", "--email", EMAIL], {
      stdin: await linkTo(EMAIL),
    });
    expect(opened).toMatchObject({ code: 0, stdout: VALUE });
    expect(opened.stderr).toContain("Mia Lind on GitLab (acme.example) sent you access details");
    const created = events.findLast(({ type }) => type === "created");
    expect(created?.actor).toMatchObject({
      kind: "pipeline",
      issuer: stack.gitLab.issuer,
      project: "acme/orders",
      actor: "mia",
    });
    expect(JSON.stringify(events)).not.toContain(VALUE);
    const feature = {
      ...env,
      SECRET_HANDOFF_ID_TOKEN: await stack.gitLab.mint(stack.url, { ref: "feature" }),
    };
    expect(await cli.run(args, { env: feature, stdin: VALUE })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("it asks for ref main"),
    });
  });

  test("sends its token to no service but the one that the token is for", async () => {
    const asked: string[] = [];
    const other = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end();
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    for (const token of [await stack.gitLab.mint(stack.url), "no-token"]) {
      const env = { SECRET_HANDOFF_ID_TOKEN: token, SECRET_HANDOFF_ENDPOINT: endpoint };
      const { code, stderr } = await cli.run(["policy"], { env });
      expect([code, stderr]).toEqual([
        expect.any(Number),
        expect.stringMatching(/SECRET_HANDOFF_ID_TOKEN is not for .*so it was not sent/),
      ]);
      expect(code).not.toBe(0);
      expect(stderr).not.toContain(token);
    }
    other.close();
    expect(asked).toEqual([]);
  });

  test("of GitHub takes no workflow command from what the service says", async () => {
    const attack = "##[stop-commands]pwn";
    const role = "::stop-commands::pwn";
    const hostile = createServer((request, response) => {
      const isPolicy = request.url === "/v1/sender/policy";
      const policy = {
        rights: ["send"],
        classes: [{ ...DEFAULT_CLASSES[0], name: attack, approvals: [role] }],
      };
      const problem = {
        type: "about:blank",
        status: 403,
        code: "not_allowed",
        title: "No",
        detail: `x\n${role} ${attack}`,
      };
      response
        .writeHead(isPolicy ? 200 : 403, {
          "content-type": isPolicy ? "application/json" : "application/problem+json",
        })
        .end(JSON.stringify(isPolicy ? policy : problem));
    });
    await new Promise<void>((resolve) => hostile.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`;
    const claims = Buffer.from(JSON.stringify({ aud: endpoint })).toString("base64url");
    const env = { SECRET_HANDOFF_ID_TOKEN: `e30.${claims}.e30`, SECRET_HANDOFF_ENDPOINT: endpoint };
    for (const args of [["policy"], ["policy", "--json"], ["list"], ["list", "--json"]]) {
      const { stdout, stderr } = await cli.run(args, { env });
      const filter = new RunnerFilter();
      const lines = filter.push(`${stdout}\n${stderr}\n::notice::still read\n`);
      expect(stdout + stderr).toContain("stop-commands");
      expect([args, lines.at(-1), filter.annotations.length]).toEqual([args, "##[notice]still read", 1]);
      if (args[0] === "policy" && args[1]) expect(JSON.parse(stdout).classes[0].name).toBe(attack);
    }
    hostile.close();
  });

  test("of GitHub uses the job's own token", async () => {
    const env = {
      ACTIONS_ID_TOKEN_REQUEST_URL: stack.idTokenRequestUrl,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: stack.idTokenRequestToken,
      SECRET_HANDOFF_ENDPOINT: stack.url,
    };
    expect((await cli.run(["policy"], { env })).stdout).toContain("Your rights: send, check, revoke, audit");
  });
});

describe("around it", () => {
  test("init writes a configuration and a workflow, which other commands read, and replaces nothing", async () => {
    const cwd = join(cli.folder, "repository");
    mkdirSync(join(cwd, "below"), { recursive: true });
    const args = [
      "init",
      "--endpoint",
      stack.url,
      "--class",
      "internal-tool",
      "--from",
      "me@acme.example",
      "--region",
      "eu-west-1",
    ];
    expect((await cli.run(args, { cwd })).code).toBe(0);
    expect(existsSync(join(cwd, ".github/workflows/secret-handoff.yml"))).toBe(true);
    expect(
      (await as("sender", ["policy"], { cwd: join(cwd, "below"), env: { SECRET_HANDOFF_ENDPOINT: "" } }))
        .code,
    ).toBe(0);
    writeFileSync(join(cwd, ".secret-handoff.json"), "mine");
    expect((await cli.run(args, { cwd })).stderr).toContain("exists already");
    expect(readFileSync(join(cwd, ".secret-handoff.json"), "utf8")).toBe("mine");
    expect(await as("sender", ["policy"], { cwd, env: { SECRET_HANDOFF_ENDPOINT: "" } })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is not JSON"),
    });
  });

  test("a configuration that another user put into a folder for everybody is not read, and one of the user's own is", async () => {
    const shared = join(cli.folder, "shared");
    const cwd = join(shared, "mine");
    mkdirSync(cwd, { recursive: true });
    const path = join(shared, ".secret-handoff.json");
    writeFileSync(path, JSON.stringify({ endpoint: stack.url }));
    // A file of root's is trusted, as whatever root put there is.
    if (process.getuid?.() === 0) chownSync(path, 4_242, 4_242);
    const { uid } = statSync(path);
    const policy = (run: RunOptions) =>
      as("sender", ["policy"], { cwd, env: { SECRET_HANDOFF_ENDPOINT: "" }, ...run });
    expect((await policy({ uid: uid + 1 })).stderr).toContain(`Service: ${stack.url}, from ${path}`);
    chmodSync(shared, 0o1777);
    const planted = await policy({ uid: uid + 1 });
    expect(planted.stderr).toMatch(/shared\/\.secret-handoff\.json is not read: it is another user's/);
    expect(planted).toMatchObject({ code: 2, stderr: expect.stringContaining("No service is set.") });
    expect((await policy({ uid })).code).toBe(0);
    const full = await policy({ uid, stdoutTo: "/dev/full" });
    expect(full).toMatchObject({ code: 1, stderr: expect.stringContaining("could not be written (ENOSPC)") });
    // Nobody will ever write into this pipe.
    rmSync(path);
    execFileSync("mkfifo", [path]);
    expect((await policy({ uid })).stderr).toContain("No service is set.");
  });

  test.each(["bash", "zsh", "fish"])("%s completes every command and option", async (shell) => {
    const { code, stdout } = await cli.run(["completion", shell]);
    expect(code).toBe(0);
    for (const word of ["verify-page", "passphrase-file", "recipients"]) expect(stdout).toContain(word);
  });

  test.each([
    ["an argument", ["status"], []],
    ["an argument before an option", ["status"], ["--json"]],
    ["the value of an option", ["audit", "events", "--handoff"], []],
  ])("an id that begins with a hyphen is an id, as %s", async (_, before, after) => {
    for (const id of ["-5DJe_mwTJ1C4DiUs51kFQ", "--DJe_mwTJ1C4DiUs51kFQ"]) {
      const { code, stderr } = await as("auditor", [...before, id, ...after]);
      expect({ isUsage: code === 2, stderr }).toEqual({
        isUsage: false,
        stderr: expect.not.stringContaining("option"),
      });
    }
  });

  test.each<[string, readonly string[]]>([
    ["no command", []],
    ["an unknown command", ["frobnicate"]],
    ["an unknown option", ["list", "--what"]],
    ["a choice that is none", ["open", "--format", "xml"]],
    ["an argument too many", ["list", "x"]],
    ["a missing argument", ["status"]],
    ["a service that is none", ["list", "--endpoint", "http://handoff.example.com"]],
    ["an id that is none", ["status", "x", "--endpoint", "https://handoff.example.com"]],
  ])("%s is a mistake of usage", async (_, args) => {
    const { code, stderr, stdout } = await cli.run(args);
    expect(code).toBe(2);
    expect(`${stdout}${stderr}`).toMatch(/Usage: secret-handoff|^secret-handoff: |^Error: /);
  });
});
