import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type LocalStack, startLocalStack } from "@secret-handoff/local";
import { armor, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { jwtVerify } from "jose";
import { filesIn, findCanaries, linkCanaries, type Place, textCanary } from "../proof/canaries.ts";
import { watchProcess } from "../proof/process-watch.ts";
import { startScriptedServer } from "../sdk/scripted-server.ts";
import {
  startAzure,
  startConnect,
  startGitHubApps,
  startGoogle,
  startVault,
} from "../support/secret-stores.ts";
import { BuiltCli, InProcessCli, type RunningCli } from "./harness.ts";

/** What only the command as it is published shows: each run is a process of its own, against one local stack. */

const EMAIL = "ana@vendor.example";
const PASSPHRASE = "canary horse battery staple";
const VALUE = "canary-5b0c7a-value";
const certificates = resolve("test/sdk/certificates");
let stack: LocalStack;
const cli = new BuiltCli();
const here = new InProcessCli();
const open: { readonly close: () => unknown }[] = [];

beforeAll(async () => {
  stack = await startLocalStack();
});
afterAll(async () => {
  await Promise.all(open.map((one) => one.close()));
  await stack.close();
  cli.remove();
  here.remove();
});

const signed = () => {
  const operator = stack.operators.find(({ name }) => name === "sender");
  return {
    AWS_ACCESS_KEY_ID: operator?.accessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: operator?.secretAccessKey ?? "",
    AWS_REGION: "eu-west-1",
    SECRET_HANDOFF_ENDPOINT: stack.url,
  };
};
const linkTo = async (address: string) =>
  /https?:\/\/\S+/.exec((await stack.mail.inbox.mailTo(address)).text)?.[0] ?? "";

test("a fault that nothing has caught is a sentence, without what the error holds", async () => {
  const fault = join(cli.folder, "fault.mjs");
  // As soon as the command can be told of it.
  writeFileSync(
    fault,
    `const timer = setInterval(() => {
  if (process.listenerCount("uncaughtException") === 0) return;
  clearInterval(timer);
  throw Object.assign(new Error("canary"), { stdout: "canary" });
}, 1);`,
  );
  const { ended } = cli.start(["open"], { stdin: undefined, env: { NODE_OPTIONS: `--import ${fault}` } });
  const { code, stdout, stderr } = await ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toBe("Error: Something failed that should not (Error). Please report it to the project.\n");
});

describe("secrets, links, passphrases and what is derived from them are in the output that was asked for, and nowhere else:", () => {
  const start = (args: readonly string[], stdin: string, env: Record<string, string> = {}) => {
    for (const name of ["tmp", "home"]) mkdirSync(join(cli.folder, name), { recursive: true });
    return cli.start(args, { stdin, env: { TMPDIR: join(cli.folder, "tmp"), ...env } });
  };

  /** Arguments and children while it runs, its output, and its files: those of its home, and the temporary ones. */
  async function placesOf(running: RunningCli) {
    const watch = watchProcess(running.pid);
    const { code, stdout, stderr } = await running.ended;
    const places: readonly Place[] = [
      ...watch.stop(),
      { name: "standard output", content: stdout },
      { name: "standard error", content: stderr },
      ...filesIn(join(cli.folder, "tmp")),
      ...filesIn(cli.home),
    ];
    expect(places.length).toBeGreaterThan(2);
    return { places, code, stderr };
  }

  test("send, then open to a file, in a format that is refused, and with a link that is encrypted to a key", async () => {
    const passphrase = join(cli.folder, "passphrase");
    writeFileSync(passphrase, PASSPHRASE);
    writeFileSync(join(cli.folder, "values"), `SECOND=${VALUE}`);
    const smtp = ["--smtp-host", "127.0.0.1", "--smtp-port", new URL(stack.smtp).port];
    const what = ["--stdin", "TOKEN", "--values-file", "values", "--passphrase-file", passphrase];
    const whom = [
      "--to",
      EMAIL,
      "--to",
      "ben@vendor.example",
      "--to",
      "dot@vendor.example",
      "-c",
      "internal-tool",
      "--from",
      "a@acme.example",
    ];
    const sent = await placesOf(start(["send", ...whom, ...what, ...smtp], VALUE, signed()));
    expect(sent).toMatchObject({ code: 0 });
    const answers = { email: EMAIL, passphrase: PASSPHRASE };
    const links = [
      await linkTo(EMAIL),
      await linkTo("ben@vendor.example"),
      await linkTo("dot@vendor.example"),
    ] as const;
    const identity = await generateX25519Identity();
    const canaries = [
      ...(await linkCanaries(links[0], answers)),
      ...(await linkCanaries(links[1], { ...answers, email: "ben@vendor.example" })),
      ...(await linkCanaries(links[2], { ...answers, email: "dot@vendor.example" })),
      textCanary("passphrase", PASSPHRASE),
      textCanary("value", VALUE),
      textCanary("identity", identity),
      textCanary("key", signed().AWS_SECRET_ACCESS_KEY),
    ];
    expect(findCanaries(canaries, sent.places)).toEqual([]);
    const out = join(cli.folder, "out");
    const taken = await placesOf(
      start(["open", "--json", "--out", out], [links[0], EMAIL, PASSPHRASE, ""].join("\n")),
    );
    expect(taken.code).toBe(0);
    expect(readFileSync(out, "utf8")).toContain(VALUE);
    const refused = await placesOf(
      start(["open", "--format", "raw"], [links[1], "ben@vendor.example", PASSPHRASE, ""].join("\n")),
    );
    expect(refused.code).toBe(2);
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(identity));
    const block = armor.encode(await encrypter.encrypt(`${links[2]}\n`)).trim();
    const key = join(cli.folder, "key.txt");
    writeFileSync(key, `# created: today\n${identity}\n`);
    const encrypted = await placesOf(
      start(
        ["open", "--json", "--identity", key, "--out", `${out}2`],
        [block, "dot@vendor.example", PASSPHRASE, ""].join("\n"),
      ),
    );
    expect(encrypted.code).toBe(0);
    const places = [...taken.places, ...refused.places, ...encrypted.places];
    expect(findCanaries(canaries, places)).toEqual([]);
  });
});

const LOGIN = "mia:p@ss";
/** `http` with the whole address, or CONNECT, for each host that was asked for. */
const asked = new Set<string>();

/** A proxy that wants a login. */
function startProxy(): Promise<string> {
  const isAllowed = (login: string | undefined) => login === `Basic ${Buffer.from(LOGIN).toString("base64")}`;
  const sockets = new Set<Socket>();
  const proxy = createServer((incoming, outgoing) => {
    const target = new URL(incoming.url ?? "");
    const { "proxy-authorization": login, ...headers } = incoming.headers;
    if (!isAllowed(login)) {
      outgoing.writeHead(407, { "content-type": "text/html" }).end("<title>Login</title>");
      return;
    }
    asked.add(`http ${target.host}`);
    const forwarded = httpRequest(target, { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  proxy.on("connect", (incoming, socket: Socket) => {
    sockets.add(socket);
    if (!isAllowed(incoming.headers["proxy-authorization"]))
      return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    asked.add(`CONNECT ${incoming.url}`);
    const upstream = connect(Number(incoming.url?.split(":").at(-1)), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => socket.destroy()).on("close", () => upstream.destroy());
  });
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      proxy.closeAllConnections();
      proxy.close();
    },
  });
  return listening(proxy);
}

/** TLS before a server that has none. */
async function overTls(target: string): Promise<string> {
  const pem = (name: string) => readFileSync(join(certificates, `${name}.pem`));
  const { hostname, port, host } = new URL(target);
  const server = createTlsServer({ cert: pem("good"), key: pem("key") }, (incoming, outgoing) => {
    const { method, url: path } = incoming;
    const headers = { ...incoming.headers, host };
    const forwarded = httpRequest({ hostname, port, path, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  });
  open.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return `https://localhost:${(await listening(server)).split(":")[1]}`;
}

const listening = (server: Server) =>
  new Promise<string>((done) => {
    server.listen(0, "127.0.0.1", () => done(`127.0.0.1:${(server.address() as AddressInfo).port}`));
  });

describe("behind a proxy that wants a login", () => {
  let proxy = "";
  beforeAll(async () => {
    proxy = await startProxy();
  });
  const throughProxy = () => ({
    HTTP_PROXY: `http://mia:p%40ss@${proxy}`,
    HTTPS_PROXY: `http://mia:p%40ss@${proxy}`,
  });

  /** Notes the port of every connection that a process opens. */
  function notedConnections() {
    const [hook, notes] = [join(cli.folder, "hook.cjs"), join(cli.folder, "connections")];
    writeFileSync(notes, "");
    writeFileSync(
      hook,
      `const net = require("node:net"), fs = require("node:fs"), { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...all) {
  const [options] = Array.isArray(all[0]) ? all[0] : all;
  fs.appendFileSync(${JSON.stringify(notes)}, \`\${options.port ?? options.path}\\n\`);
  return connect.apply(this, all);
};`,
    );
    return {
      env: { NODE_OPTIONS: `--require ${hook}` },
      ports: () =>
        new Set(
          readFileSync(notes, "utf8")
            .split("\n")
            .filter((line) => line !== ""),
        ),
    };
  }

  test("every source is read, the job's token fetched, the handoff made, mailed by SES and opened, and nothing goes round it", async () => {
    const file = (name: string, content: string) => {
      const path = join(cli.folder, name);
      writeFileSync(path, content);
      return path;
    };
    const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const isAppJwt = (jwt: string) =>
      jwtVerify(jwt, keys.publicKey).then(
        () => true,
        () => false,
      );
    const [vault, google, azure, op, github, ssm, sts] = await Promise.all([
      startVault(async () => ""),
      startGoogle("canary-subject-token"),
      startAzure("canary-assertion"),
      startConnect(),
      startGitHubApps(isAppJwt, () => Math.floor(Date.now() / 1_000)),
      startScriptedServer(),
      startScriptedServer(),
    ]);
    open.push(vault, google, azure, op, github, ssm, sts);
    stack.secrets.put("prod/orders/proxied", VALUE);
    vault.put("orders", { password: "canary-vault" });
    google.put("projects/acme/secrets/orders", "canary-google");
    azure.put("orders", "canary-azure");
    const parameter = {
      ...{
        ARN: "arn:aws:ssm:eu-west-1:111122223333:parameter/orders",
        Name: "/orders",
        Value: "canary-parameter",
      },
      ...{ Version: 1, LastModifiedDate: 1_795_000_000 },
    };
    ssm.answer({ status: 200, json: { Parameter: parameter } });
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    sts.answer({
      status: 200,
      headers: { "content-type": "text/xml" },
      text: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>canary-role</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${inAnHour}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    });
    const https = {
      VAULT_ADDR: await overTls(vault.url),
      GOOGLE_SECRET_MANAGER_ENDPOINT: await overTls(google.url),
      AZURE_KEY_VAULT_ENDPOINT: await overTls(azure.url),
      OP_CONNECT_HOST: await overTls(op.url),
      GITHUB_API_URL: await overTls(github.url),
      AWS_ENDPOINT_URL_SSM: await overTls(ssm.url),
    };
    const http = {
      SECRET_HANDOFF_ENDPOINT: stack.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: stack.secretsManager,
      AWS_ENDPOINT_URL_SESV2: stack.ses,
      AWS_ENDPOINT_URL_STS: sts.url,
      AZURE_AUTHORITY_HOST: azure.url,
      ACTIONS_ID_TOKEN_REQUEST_URL: stack.idTokenRequestUrl,
    };
    const noted = notedConnections();
    const env = {
      ...{ ...throughProxy(), ...noted.env, ...https, ...http },
      ...{ NODE_EXTRA_CA_CERTS: join(certificates, "ca.pem"), AWS_REGION: "eu-west-1" },
      ...{ AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" },
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: stack.idTokenRequestToken,
      ...{ VAULT_TOKEN: "hvs.canary-vault-token", OP_CONNECT_TOKEN: "canary-connect-token" },
      ...{ AZURE_TENANT_ID: "tenant", AZURE_CLIENT_ID: "client" },
      AZURE_FEDERATED_TOKEN_FILE: file("assertion", "canary-assertion"),
      GOOGLE_APPLICATION_CREDENTIALS: file("google.json", google.credentials),
    };
    const key = file("app.pem", keys.privateKey.export({ type: "pkcs1", format: "pem" }).toString());
    const options = {
      to: "cy@vendor.example",
      class: "internal-tool",
      from: "me@acme.example",
      contact: "Mia Lind, +49 30 1234567",
      "secret-id": "SECRETS_MANAGER, prod/orders/proxied",
      parameter: "PARAMETER, /orders",
      "role-to-assume": "arn:aws:iam::123456789012:role/upload",
      ...{ "app-id": "Iv1.acme", "app-private-key-file": key },
      ...{ "app-repository": "acme/orders", "app-permission": "contents=read" },
    };
    const stores = [
      "VAULT, vault://secret/data/orders",
      "GOOGLE, google://projects/acme/secrets/orders",
      "AZURE, azure://acme/orders",
      "OP, op://Infra/Orders%20DB/password",
    ];
    const args = [
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
      ...stores.flatMap((address) => ["--other-secret", address]),
    ];
    const sent = await cli.run(["send", ...args], { env });
    expect({ code: sent.code, stderr: sent.stderr }).toEqual({ code: 0, stderr: "" });
    const hosts = (urls: readonly string[]) => [...new Set(urls.map((url) => new URL(url).host))];
    expect([...asked].toSorted()).toEqual(
      [
        ...hosts([...Object.values(http), google.url]).map((host) => `http ${host}`),
        ...hosts(Object.values(https)).map((host) => `CONNECT ${host}`),
      ].toSorted(),
    );
    expect([...noted.ports()]).toEqual([proxy.split(":")[1]]);
    const opened = await cli.run(["open", "--json", "--email", "cy@vendor.example"], {
      env: { ...throughProxy(), ...noted.env },
      stdin: await linkTo("cy@vendor.example"),
    });
    expect(opened.code).toBe(0);
    expect(JSON.parse(opened.stdout)).toMatchObject({
      SECRETS_MANAGER: VALUE,
      PARAMETER: "canary-parameter",
      VAULT: { password: "canary-vault" },
      GOOGLE: "canary-google",
      AZURE: "canary-azure",
      OP: "canary-op-1",
      "GitHub token for acme": { GITHUB_TOKEN: expect.stringMatching(/^ghs_canary/) },
      upload: { AWS_SECRET_ACCESS_KEY: "canary-role" },
    });
    expect([...noted.ports()]).toEqual([proxy.split(":")[1]]);
  });

  test("loopback goes through it as well, as with curl, and NO_PROXY leaves it out", async () => {
    asked.clear();
    expect((await here.run(["policy"], { env: { ...signed(), ...throughProxy() } })).code).toBe(0);
    expect([...asked]).toEqual([`http ${new URL(stack.url).host}`]);
    asked.clear();
    const exempt = { ...signed(), HTTP_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.0/8" };
    expect((await here.run(["policy"], { env: exempt })).code).toBe(0);
    expect(asked.size).toBe(0);
  });

  test.each([
    [
      "a login that is missing",
      () => `http://${proxy}`,
      /the proxy asks for a login \(PROXY_LOGIN\)\. Write it into HTTPS_PROXY/,
    ],
    [
      "a proxy that is not there",
      () => "http://127.0.0.1:9",
      /the proxy that HTTPS_PROXY or HTTP_PROXY names cannot be used/,
    ],
  ])("%s is named", async (_, url, sentence) => {
    const { code, stderr } = await here.run(["policy", "--timeout", "2s"], {
      env: { ...signed(), HTTP_PROXY: url() },
    });
    expect({ isDone: code === 0, stderr }).toEqual({
      isDone: false,
      stderr: expect.stringMatching(sentence),
    });
  });
});

test("a stack of these sources serves the published page, and its senders find nothing amiss", async () => {
  expect(await cli.run(["verify-page", stack.url])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("byte for byte"),
  });
  expect((await cli.run(["doctor"], { env: signed() })).code).toBe(0);
});
