import "../support/one-realm.ts";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { type AddressInfo, connect, getDefaultAutoSelectFamilyAttemptTimeout, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "@jest/globals";
import {
  allowSlowConnections,
  Concealed,
  fetchIdToken,
  secretsManager,
  serviceClient,
  smtpTransport,
  tokenEndpoint,
} from "@secret-handoff/sdk";
import { unending } from "./deadlines.ts";
import { anEmail } from "./emails.ts";
import { errorOf, rejectionOf } from "./error-of.ts";
import { quickRuntime } from "./quick-runtime.ts";
import { problem, type Scripted, startScriptedServer } from "./scripted-server.ts";
import { startSmtpCatcher } from "./smtp-catcher.ts";

/** What a network does to a step, on real sockets: each failure names its cause and what to do. */

const closing: (() => unknown)[] = [];
const kept = { ...process.env };
afterEach(async () => {
  process.env = { ...kept };
  for (const close of closing.splice(0)) await close();
});

/** Signed by an authority of the tests' own, which nothing trusts: the key gives access to nothing. */
const pem = (name: string) => readFileSync(new URL(`certificates/${name}.pem`, import.meta.url));

type Certificate = "good" | "other-name" | "expired" | "not-yet";

async function tlsServer(certificate: Certificate): Promise<number> {
  const server = createServer({ key: pem("key"), cert: pem(certificate) }, (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Everything that a step connects to. Gives the sentence it fails with. */
const CALLS: Readonly<Record<string, (origin: string) => Promise<unknown>>> = {
  "the service": (origin) =>
    serviceClient(origin, async () => new Concealed("t"), quickRuntime({ fetch })).policy(unending()),
  AWS: (origin) => {
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: origin,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: "eu-west-1",
    });
    return secretsManager({}, unending(), quickRuntime()).read("prod/a");
  },
  "the token's issuer": (origin) =>
    fetchIdToken(
      { url: `${origin}/token`, bearer: "b" },
      "https://a.example",
      unending(),
      quickRuntime({ fetch }),
    ),
};

describe.each(Object.entries(CALLS))("%s behind TLS", (_, call) => {
  test.each<[Certificate, string, RegExp]>([
    [
      "good",
      "of an authority that this machine does not know",
      /: this machine does not trust the authority that signed its certificate \(UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT_LOCALLY)\)\. Set NODE_EXTRA_CA_CERTS to a file with that authority's certificate, in the environment: a proxy that inspects TLS has an authority of its own\.$/,
    ],
  ])("with a certificate %s, %s", async (certificate, _, sentence) => {
    const port = await tlsServer(certificate);
    expect((await rejectionOf(call(`https://localhost:${port}`))).message).toMatch(sentence);
  });

  test("that speaks plain HTTP", async () => {
    const { url, close } = await startScriptedServer();
    closing.push(close);
    const { message } = await rejectionOf(call(url.replace("http://127.0.0.1", "https://localhost")));
    expect(message).toMatch(/: its answer is not TLS \(ERR_SSL_\w+|EPROTO\)\. Check /);
  });
});

test("the runner's own authority is enough: NODE_EXTRA_CA_CERTS is what the sentence promises", async () => {
  const program = `
    import { connect } from "node:tls";
    import { createServer } from "node:https";
    import { readFileSync } from "node:fs";
    const pem = (name) => readFileSync(process.argv[1] + name + ".pem");
    for (const name of ["good", "other-name", "expired", "not-yet"]) {
      const server = createServer({ key: pem("key"), cert: pem(name) }, (_, response) => response.end("ok"));
      await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
      const said = await fetch("https://localhost:" + server.address().port).then((r) => r.text(), (e) => e.cause.code);
      console.log(name, said);
      server.closeAllConnections();
      server.close();
    }`;
  const folder = new URL("certificates/", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, folder], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: `${folder}ca.pem` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const chunk of child.stdout) said += chunk;
  expect(said.trim().split("\n")).toEqual([
    "good ok",
    "other-name ERR_TLS_CERT_ALTNAME_INVALID",
    "expired CERT_HAS_EXPIRED",
    "not-yet CERT_NOT_YET_VALID",
  ]);
});

test.each([
  [
    "CERT_HAS_EXPIRED",
    "its certificate has expired (CERT_HAS_EXPIRED). Check this machine's clock and the certificate.",
  ],
  [
    "CERT_NOT_YET_VALID",
    "its certificate is not valid yet (CERT_NOT_YET_VALID). Check this machine's clock and the certificate.",
  ],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "its certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID). Check endpoint: write the name that the certificate has.",
  ],
  [
    "ENOTFOUND",
    "its name is not known (ENOTFOUND). Check the spelling of endpoint, and that this machine can look the name up.",
  ],
  [
    "HPE_INVALID_CONSTANT",
    "its answer is not HTTP (HPE_INVALID_CONSTANT). Check endpoint, and that this machine may connect to it.",
  ],
])("%s is named for what it is", async (code, words) => {
  const cause = Object.assign(new Error("x"), { code });
  const runtime = quickRuntime({ fetch: () => Promise.reject(new TypeError("fetch failed", { cause })) });
  const client = serviceClient("https://a.example", async () => new Concealed("t"), runtime);
  expect((await rejectionOf(client.policy(unending()))).message).toBe(
    `https://a.example cannot be reached: ${words}`,
  );
});

test("a mail server whose authority the runner does not know", async () => {
  const catcher = await startSmtpCatcher({ secure: true, key: pem("key"), cert: pem("good") });
  closing.push(catcher.close);
  const server = { host: "localhost", port: catcher.port, tls: "implicit" } as const;
  const { code, message } = await rejectionOf(
    smtpTransport(server, quickRuntime()).send(anEmail(), unending()),
  );
  expect(code).toBe("mail_tls");
  expect(message).toMatch(
    /^TLS with localhost:\d+ could not be set up: this machine does not trust the authority that signed its certificate \(UNABLE_TO_\w+\)\. Set NODE_EXTRA_CA_CERTS /,
  );
});

describe("a web page in the place of an answer", () => {
  const page = (status: number): Scripted => ({
    status,
    text: "<!doctype html><html><head><title>Access denied\n by WebGuard https://proxy.example/?u=1</title></head></html>",
    headers: { "content-type": "text/html; charset=utf-8" },
  });

  test.each([200, 403, 451, 511])("%d: the service", async (status) => {
    const { url, close, answer } = await startScriptedServer();
    closing.push(close);
    answer(page(status));
    const { message } = await rejectionOf(CALLS["the service"]?.(url) ?? Promise.resolve());
    expect(message).toBe(
      status === 511
        ? `${url} answered 511 with a web page ("Access denied by WebGuard [link]") again and again. Try again later, or ask whoever runs the service.`
        : `${url} answered ${status} with a web page ("Access denied by WebGuard [link]"): a proxy, a firewall or another site answers in the service's place. Check endpoint, and that this machine reaches it without a login.`,
    );
  });

  test("the token's issuer", async () => {
    const { url, close, answer } = await startScriptedServer();
    closing.push(close);
    answer(page(200));
    const { message } = await rejectionOf(CALLS["the token's issuer"]?.(url) ?? Promise.resolve());
    expect(message).toBe(
      `GitHub did not issue an OIDC token: ${new URL(url).host} answered 200 with a web page, so a proxy or a firewall answers in its place. Let the runner reach that host directly.`,
    );
  });

  test("AWS", async () => {
    const { url, close, answer } = await startScriptedServer();
    closing.push(close);
    answer(page(403));
    const { code, message } = await rejectionOf(CALLS.AWS?.(url) ?? Promise.resolve());
    expect(`${code}: ${message}`).toBe(
      "aws_unavailable: Secrets Manager answered 403 with something that is not its own, like the web page of a proxy. Check that this machine may connect to AWS, and AWS_ENDPOINT_URL.",
    );
  });
});

test("an address of the token's issuer that is no URL is reported, and not repeated", () => {
  const env = { ACTIONS_ID_TOKEN_REQUEST_URL: "not a url?token=canary", ACTIONS_ID_TOKEN_REQUEST_TOKEN: "t" };
  expect(errorOf(() => tokenEndpoint(env)).message).toBe(
    "ACTIONS_ID_TOKEN_REQUEST_URL is not a URL. The runner sets it: look whether a step or the runner's environment overwrites it.",
  );
});

describe("a runner's clock that is off", () => {
  const NOW = 1_795_250_000_000;
  const refusal = (secondsAhead: number, answer: Scripted): Scripted =>
    typeof answer === "string"
      ? answer
      : { ...answer, headers: { date: new Date(NOW - secondsAhead * 1_000).toUTCString() } };
  const expiry = problem(422, "policy", "x", {
    broken: [{ rule: "expiry", detail: "Class internal-tool allows at most 72 hours." }],
  });
  const late = problem(401, "unauthenticated", "The token has expired.");

  test.each<[string, number, Scripted, RegExp]>([
    [
      "90 s ahead, told an expiry is too late",
      90,
      expiry,
      /^clock: This machine's clock is 90 seconds ahead of that of \S+, so the request was refused: Class internal-tool allows at most 72 hours\. Set this machine's clock, for example by NTP\.$/,
    ],
    [
      "90 s behind, told its token has expired",
      -90,
      late,
      /^clock: This machine's clock is 90 seconds behind that of \S+, so the request was refused: The token has expired\. /,
    ],
    ["right, told an expiry is too late", 0, expiry, /^policy: /],
    ["right, told its token has expired", 1, late, /^unauthenticated: /],
    [
      "90 s ahead, told of another rule",
      90,
      problem(422, "policy", "x", { broken: [{ rule: "reason", detail: "A reason is required." }] }),
      /^policy: /,
    ],
    [
      "90 s ahead, told of another audience",
      90,
      problem(401, "unauthenticated", "The audience is another."),
      /^unauthenticated: /,
    ],
  ])("%s", async (_, ahead, answer, sentence) => {
    const server = await startScriptedServer();
    closing.push(server.close);
    server.answer(refusal(ahead, answer));
    const { code, message } = await rejectionOf(CALLS["the service"]?.(server.url) ?? Promise.resolve());
    expect(`${code}: ${message}`).toMatch(sentence);
  });
});

describe("a host a second away, of which the runner reaches only one address", () => {
  /** A server that does not accept: the kernel drops what comes when its queue is full, and the client tries again after a second. */
  async function startSlowServer(): Promise<{ readonly port: number; readonly child: ChildProcess }> {
    const program =
      'const s=require("net").createServer();s.listen({port:0,host:"127.0.0.1",backlog:1},()=>console.log(s.address().port))';
    const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    closing.push(() => child.kill("SIGKILL"));
    const port = Number(await new Promise((resolve) => child.stdout.once("data", resolve)));
    child.kill("SIGSTOP");
    for (let filled = 0; filled < 4; filled += 1) {
      const filler = connect(port, "127.0.0.1");
      filler.on("error", () => undefined);
      closing.push(() => filler.destroy());
    }
    await delay(100);
    return { port, child };
  }

  const reach = (port: number) =>
    new Promise<string>((resolve) => {
      const socket: Socket = connect({
        port,
        host: "handoff.example",
        autoSelectFamily: true,
        lookup: (_name, _options, done) =>
          done(null, [
            { address: "127.0.0.1", family: 4 },
            { address: "::1", family: 6 },
          ]),
      });
      socket.once("connect", () => resolve("connected"));
      socket.once("error", (error) => resolve(error.name));
      closing.push(() => socket.destroy());
    });

  test("is reached, which Node's quarter of a second would not do", async () => {
    const { port, child } = await startSlowServer();
    expect(await reach(port)).toBe("AggregateError");
    allowSlowConnections();
    expect(getDefaultAutoSelectFamilyAttemptTimeout()).toBe(2_500);
    const reached = reach(port);
    await delay(400);
    child.kill("SIGCONT");
    expect(await reached).toBe("connected");
  });
});
