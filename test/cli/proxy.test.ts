import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type LocalStack, startLocalStack } from "@secret-handoff/local";
import { BuiltCli } from "./harness.ts";

/** Everything that `send` and `open` call over HTTP, through a proxy that wants a login. */

const EMAIL = "ana@vendor.example";
const VALUE = "behind-a-proxy";
const LOGIN = "mia:p@ss";
const PAGE = { html: "<!doctype html><title>page</title>", contentSecurityPolicy: "default-src 'none'" };
let stack: LocalStack;
let cli: BuiltCli;
let port = 0;
/** Hosts that were asked for, in the order of the first call. */
const hosts = new Set<string>();

const proxy = createServer((incoming, outgoing) => {
  const target = new URL(incoming.url ?? "");
  const { "proxy-authorization": login, ...headers } = incoming.headers;
  if (login !== `Basic ${Buffer.from(LOGIN).toString("base64")}`) {
    outgoing.writeHead(407, { "content-type": "text/html" }).end("<title>Login</title>");
    return;
  }
  hosts.add(target.host);
  const forwarded = request(target, { method: incoming.method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  forwarded.on("error", () => outgoing.destroy());
  incoming.pipe(forwarded);
});

beforeAll(async () => {
  cli = new BuiltCli();
  stack = await startLocalStack({ page: PAGE });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  port = (proxy.address() as AddressInfo).port;
  stack.secrets.put("prod/orders/proxied", VALUE);
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await stack.close();
  cli.remove();
});

const environment = (proxyUrl: string): Record<string, string> => ({
  HTTP_PROXY: proxyUrl,
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
  AWS_REGION: "eu-west-1",
  AWS_ENDPOINT_URL_SECRETS_MANAGER: stack.secretsManager,
  AWS_ENDPOINT_URL_SESV2: stack.ses,
  ACTIONS_ID_TOKEN_REQUEST_URL: stack.idTokenRequestUrl,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: stack.idTokenRequestToken,
  SECRET_HANDOFF_ENDPOINT: stack.url,
});
const SEND = [
  "send",
  "--to",
  EMAIL,
  "-c",
  "third-party-service",
  "--secret-id",
  "prod/orders/proxied",
  "--from",
  "me@acme.example",
];

test("service, token, Secrets Manager and SES are called through it, and the recipient's calls too", async () => {
  const env = environment(`http://mia:p%40ss@127.0.0.1:${port}`);
  const sent = await cli.run(SEND, { env });
  expect({ code: sent.code, stderr: sent.stderr }).toEqual({
    code: 0,
    stderr: expect.not.stringContaining("Error"),
  });
  const called = [stack.url, stack.secretsManager, stack.ses, stack.idTokenRequestUrl].map(
    (url) => new URL(url).host,
  );
  expect([...hosts].sort()).toEqual(called.sort());
  hosts.clear();
  const link = /https?:\/\/\S+/.exec((await stack.mail.inbox.mailTo(EMAIL)).text)?.[0] ?? "";
  const opened = await cli.run(["open", "--format", "raw", "--email", EMAIL], {
    env: { HTTP_PROXY: env.HTTP_PROXY ?? "" },
    stdin: link,
  });
  expect(opened).toMatchObject({ code: 0, stdout: VALUE });
  expect([...hosts]).toEqual([new URL(stack.url).host]);
});

test("NO_PROXY leaves it out", async () => {
  hosts.clear();
  const env = { ...environment("http://127.0.0.1:9"), NO_PROXY: "127.0.0.0/8" };
  expect((await cli.run(["policy"], { env })).code).toBe(0);
  expect(hosts.size).toBe(0);
});

test("a proxy that wants a login, and one that is not there, are named", async () => {
  const asks = await cli.run(["policy", "--timeout", "5s"], { env: environment(`http://127.0.0.1:${port}`) });
  expect({ code: asks.code, stderr: asks.stderr }).toEqual({
    code: expect.any(Number),
    stderr: expect.stringMatching(/proxy/i),
  });
  const gone = await cli.run(["policy", "--timeout", "2s"], { env: environment("http://127.0.0.1:9") });
  expect({ code: gone.code, stderr: gone.stderr }).toEqual({
    code: expect.any(Number),
    stderr: expect.stringMatching(/proxy/i),
  });
});
