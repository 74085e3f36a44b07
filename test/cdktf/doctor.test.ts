import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type CheckResult, defineStack, doctor, readOutputs } from "@secret-handoff/cdktf";
import { type OidcIssuer, serveLoopback, startOidcIssuer } from "@secret-handoff/local";
import { nodeRuntime } from "../../packages/cdktf/src/doctor/check.ts";
import { callerFrom } from "../../packages/cdktf/src/doctor/handoff.ts";
import { built } from "../support/built.ts";
import { type Deployed, deploy } from "./deployed.ts";

const CONFIG = defineStack({
  region: "eu-west-1",
  service: {
    mail: { kind: "ses", identity: "example.com", from: "handoff@example.com" },
    senders: [
      { repositoryId: "42", may: ["send"] },
      { repositoryId: "42", environment: "production", may: ["send"] },
    ],
    operators: [{ principal: "arn:aws:iam::123456789012:role/platform", may: ["send"] }],
    classes: [
      {
        name: "admin",
        expiresWithin: 3_600,
        passphrase: "required",
        approvals: [],
        verification: "email-code",
      },
      {
        name: "guarded",
        expiresWithin: 3_600,
        passphrase: "optional",
        approvals: [],
        verification: "email",
        environments: ["production"],
      },
      { name: "tool", expiresWithin: 3_600, passphrase: "required", approvals: [], verification: "email" },
    ],
  },
});

let deployed: Deployed;
let issuer: OidcIssuer;
let code: string;

beforeAll(async () => {
  issuer = await startOidcIssuer();
  code = built("packages/lambda/build.ts");
  deployed = await deploy(CONFIG, code, issuer);
});

afterAll(async () => {
  await deployed?.close();
  await issuer?.close();
});

const workflow = (repositoryId: string) => ({
  ACTIONS_ID_TOKEN_REQUEST_URL: issuer.requestUrl,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: issuer.tokenFor({ repository: "octo/orders", repositoryId }),
});
const statuses = (results: readonly CheckResult[]) => results.map(({ status }) => status);

/** Runs the command as a user does. */
function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ["--import", "tsx", "packages/cdktf/doctor.ts", ...args], {
    env: { PATH: process.env.PATH ?? "", ...env },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
  return new Promise<{ readonly code: number | null; readonly text: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, text }));
  });
}

describe("the doctor", () => {
  test("passes for a deployed service, and hands over through it with a workflow's token", async () => {
    const results = await doctor({ endpoint: deployed.url, environment: workflow("42") });
    expect(results.map(({ status, detail }) => [status, detail])).toEqual([
      ["ok", expect.stringMatching(/^SHA-256 [0-9a-f]{64}$/)],
      ["ok", undefined],
      ["ok", undefined],
      ["ok", undefined],
      ["ok", "class tool, with a workflow's token"],
    ]);
  });

  test("hands over through the operators' route with AWS credentials, of a class without an environment", async () => {
    const environment = {
      AWS_ACCESS_KEY_ID: "AKIA",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_REGION: "eu-west-1",
    };
    const results = await doctor({ endpoint: deployed.url, environment });
    expect(results.at(-1)).toEqual({
      status: "ok",
      check: "a handoff is created, opened, acknowledged, and refused the second time",
      detail: "class tool, with AWS credentials",
    });
  });

  test("says what it could not try, and why", async () => {
    const results = await doctor({ endpoint: deployed.url, environment: {} });
    expect(results.at(-1)).toMatchObject({
      status: "skipped",
      detail: expect.stringContaining("neither a workflow's id-token nor AWS credentials"),
    });
  });

  test("passes on the service's own sentence when the workflow may not send", async () => {
    const results = await doctor({ endpoint: deployed.url, environment: workflow("43") });
    expect(statuses(results)).toEqual(["ok", "ok", "ok", "ok", "failed"]);
    expect(results.at(-1)?.detail).toContain("403 not_allowed");
  });

  test("names the classes when the wanted one does not exist", async () => {
    const results = await doctor({ endpoint: deployed.url, class: "tools", environment: workflow("42") });
    expect(results.at(-1)?.detail).toContain("no class fits (there are admin, guarded, tool)");
  });

  test("notices a page that is not the one that was built", async () => {
    const [page] = await doctor({ endpoint: deployed.url, pageHash: "0".repeat(64), environment: {} });
    expect(page).toMatchObject({ status: "failed", detail: expect.stringContaining("deploy again") });
  });

  test.each([
    [
      "another service",
      () => new Response("<h1>It works</h1>", { status: 404 }),
      "GET /h/… answered 404: is 127.0.0.1",
    ],
    [
      "a page without its headers",
      () => new Response("<script>1</script>", { headers: { "content-type": "text/html; charset=utf-8" } }),
      "content-security-policy is not as the service sends it",
    ],
    [
      "a page that was changed on the way",
      () => page("<script>1</script><script>2</script>"),
      "something has changed it",
    ],
    [
      "a policy that allows anything inline",
      () => page("<script>1</script>", "'unsafe-inline'"),
      "allows something unsafe",
    ],
  ])("notices %s", async (_, answer, sentence) => {
    const server = await serveLoopback(answer);
    const results = await doctor({ endpoint: server.url, environment: {} });
    await server.close();
    expect(results[0]).toMatchObject({ status: "failed", detail: expect.stringContaining(sentence) });
    expect(statuses(results).slice(1, 4)).toEqual(["failed", "failed", "failed"]);
  });

  test("repeats nothing that steers a terminal or commands a runner", async () => {
    const detail = "\u001b]52;c;eA==\u0007\n::stop-commands::x ##[add-path]/tmp";
    const answer = JSON.stringify({ code: "forbidden\n::debug::", detail });
    const hostile = async () => new Response(answer, { status: 403 });
    const results = await doctor({
      endpoint: "https://handoff.example.com",
      environment: {
        ACTIONS_ID_TOKEN_REQUEST_URL: "https://runner.example",
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "t",
      },
      runtime: { ...nodeRuntime, fetch: hostile },
    });
    const printed = results.map((result) => result.detail ?? "").join("");
    expect(printed).toContain("forbidden");
    expect(printed).not.toMatch(/[\p{Cc}]|##\[/u);
  });

  test("notices a service that cannot be reached", async () => {
    const [page] = await doctor({ endpoint: "http://127.0.0.1:1", environment: {} });
    expect(page).toMatchObject({
      status: "failed",
      detail: expect.stringContaining("the check could not run"),
    });
  });

  test("as a command prints a line a check, and exits 0 only when none has failed", async () => {
    const [well, ill, lost] = await Promise.all([
      run(["--endpoint", `${deployed.url}/`, "--code", code], workflow("42")),
      run(["--endpoint", "http://127.0.0.1:1"]),
      run([]),
    ]);
    expect(well).toMatchObject({ code: 0, text: expect.stringContaining("ok      a handoff is created") });
    expect(well.text).toContain(", the one that was built");
    expect(well.text.split("\n").filter(Boolean)).toHaveLength(5);
    expect(ill).toMatchObject({ code: 1, text: expect.stringContaining("failed  the page is served") });
    expect(lost).toMatchObject({ code: 2, text: expect.stringContaining("usage: npm run doctor") });
  });

  test.each([
    [
      "its usage",
      ["--help"],
      "usage: npm run doctor -- --endpoint https://HOST | --outputs FILE [--class NAME]",
    ],
    ["that a file is missing", ["--outputs", "nope.json"], "nope.json cannot be used: ENOENT: no such file"],
    ["that a file is no JSON", ["--outputs", "README.md"], "README.md cannot be used: "],
    ["that a file is another's", ["--outputs", "package.json"], "the outputs hold no endpoint"],
  ])("as a command says %s in one line, and exits 2", async (_, args, sentence) => {
    const { code: exit, text } = await run(args);
    expect([exit, text.trim().split("\n").length]).toEqual([2, 1]);
    expect(text).toContain(sentence);
  });
});

/** A page with every header, whose policy names the first script only. */
function page(html: string, more = "") {
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "x-robots-tag": "noindex",
      "content-security-policy": `default-src 'none'; script-src 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s=' ${more}`,
    },
  });
}

describe("the outputs that the doctor reads", () => {
  test.each([
    [
      "terraform output -json",
      { endpoint: { value: "https://h.example" }, operator_endpoint: { value: "https://p.example" } },
    ],
    [
      "cdktf's outputs file",
      { "secret-handoff": { endpoint: "https://h.example", operator_endpoint: "https://p.example" } },
    ],
  ])("may come from %s", (_, outputs) => {
    const file = join(mkdtempSync(join(tmpdir(), "secret-handoff-outputs-")), "outputs.json");
    writeFileSync(file, JSON.stringify(outputs));
    expect(readOutputs(file)).toEqual({
      endpoint: "https://h.example",
      operatorEndpoint: "https://p.example",
    });
  });
});

describe("an operator's call", () => {
  test("is signed for API Gateway at the time that the clock shows, and goes over the network that is given", async () => {
    const sent: (RequestInit | undefined)[] = [];
    const caller = callerFrom(
      { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret", AWS_REGION: "eu-west-1" },
      { endpoint: "https://h.example", operatorEndpoint: "https://p.example" },
      {
        now: () => Date.parse("2015-08-30T12:36:00Z"),
        fetch: async (_, init) => {
          sent.push(init);
          return new Response();
        },
      },
    );
    await caller?.call("GET", "/policy");
    expect(sent).toEqual([
      expect.objectContaining({
        method: "GET",
        headers: expect.objectContaining({
          "x-amz-date": "20150830T123600Z",
          authorization: expect.stringContaining(
            "Credential=AKIA/20150830/eu-west-1/execute-api/aws4_request, SignedHeaders=host;",
          ),
        }),
      }),
    ]);
  });
});
