import "../support/one-realm.ts";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { networkFault, parameterStore, proxyingFetch } from "@secret-handoff/sdk";
import { isReadByProxy, proxyFor } from "../../packages/sdk/src/runtime/proxy.ts";
import { askStore } from "../../packages/sdk/src/sources/stores/store-http.ts";
import { unending } from "./deadlines.ts";
import { quickRuntime } from "./quick-runtime.ts";

const pem = (name: string) => readFileSync(new URL(`certificates/${name}.pem`, import.meta.url));

describe("which calls go through the environment's proxy", () => {
  const proxy = "http://proxy.example.com:3128";
  test.each<[string, Record<string, string>, string, string | undefined]>([
    ["https by HTTPS_PROXY", { HTTPS_PROXY: proxy }, "https://a.example", proxy],
    [
      "https by https_proxy, which comes first",
      { HTTPS_PROXY: "http://other", https_proxy: proxy },
      "https://a.example",
      proxy,
    ],
    ["https not by HTTP_PROXY", { HTTP_PROXY: proxy }, "https://a.example", undefined],
    ["http by HTTP_PROXY", { HTTP_PROXY: proxy }, "http://a.example", proxy],
    ["any by ALL_PROXY", { ALL_PROXY: proxy }, "https://a.example", proxy],
    [
      "a proxy without a scheme is one over http",
      { HTTPS_PROXY: "proxy.example.com:3128" },
      "https://a.example",
      proxy,
    ],
    ["loopback as well, as with curl", { HTTP_PROXY: proxy }, "http://127.0.0.1:4000", proxy],
    ["none where the variable is empty", { HTTPS_PROXY: "" }, "https://a.example", undefined],
    [
      "not the host of NO_PROXY",
      { HTTPS_PROXY: proxy, NO_PROXY: "b.example, a.example" },
      "https://a.example",
      undefined,
    ],
    ["not a name below it", { HTTPS_PROXY: proxy, NO_PROXY: "a.example" }, "https://x.a.example", undefined],
    [
      "not a name below it, with a dot before",
      { HTTPS_PROXY: proxy, NO_PROXY: ".a.example" },
      "https://x.a.example",
      undefined,
    ],
    [
      "but a name that only ends like it",
      { HTTPS_PROXY: proxy, NO_PROXY: "a.example" },
      "https://xa.example",
      proxy,
    ],
    ["not anything with *", { HTTPS_PROXY: proxy, no_proxy: "*" }, "https://a.example", undefined],
    [
      "not that port",
      { HTTPS_PROXY: proxy, NO_PROXY: "a.example:8443" },
      "https://a.example:8443",
      undefined,
    ],
    ["but another port", { HTTPS_PROXY: proxy, NO_PROXY: "a.example:8443" }, "https://a.example", proxy],
    [
      "not an address of a network",
      { HTTPS_PROXY: proxy, NO_PROXY: "10.0.0.0/8" },
      "https://10.1.2.3",
      undefined,
    ],
    ["but one outside of it", { HTTPS_PROXY: proxy, NO_PROXY: "10.0.0.0/8" }, "https://11.1.2.3", proxy],
    [
      "not an IPv6 address",
      { HTTPS_PROXY: proxy, NO_PROXY: "::1,[fe80::1]:443" },
      "https://[fe80::1]",
      undefined,
    ],
    [
      "not one of an IPv6 network",
      { HTTPS_PROXY: proxy, NO_PROXY: "fd00::/8" },
      "https://[fd12::1]",
      undefined,
    ],
  ])("%s", (_, env, url, expected) => {
    expect(proxyFor(new URL(url), env)).toBe(expected);
  });
});

type Seen = {
  readonly line: string;
  readonly login: string | undefined;
  body?: string;
  readonly type?: string | undefined;
};

/** A proxy that notes what it is asked, wants a login where one is set, and refuses hosts of `.refused`. */
function startProxy(login?: string) {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const allowed = (request: IncomingMessage) =>
    login === undefined ||
    request.headers["proxy-authorization"] === `Basic ${Buffer.from(login).toString("base64")}`;
  const note = (request: IncomingMessage) =>
    seen.push({
      line: `${request.method} ${request.url}`,
      login: request.headers["proxy-authorization"],
      type: request.headers["content-type"],
    });
  const server = createHttpServer(async (request, response) => {
    note(request);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (chunks.length > 0) Object.assign(seen.at(-1) ?? {}, { body: Buffer.concat(chunks).toString() });
    response.writeHead(allowed(request) ? 200 : 407, { "content-type": "text/plain" }).end("by the proxy");
  });
  server.on("connect", (request, socket: Socket) => {
    note(request);
    sockets.add(socket);
    if (!allowed(request)) return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    if (request.url?.includes("refused")) return socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    const port = Number(request.url?.split(":").at(-1));
    const upstream = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => socket.destroy()).on("close", () => upstream.destroy());
  });
  return { seen, server, sockets };
}

const listening = (server: ReturnType<typeof createHttpServer>) =>
  new Promise<string>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`));
  });

describe("a call through a proxy", () => {
  const open = startProxy();
  const guarded = startProxy("mia:p@ss");
  const service = createHttpsServer({ cert: pem("good"), key: pem("key") }, (request, response) => {
    if (request.url === "/elsewhere") response.writeHead(302, { location: "/" }).end();
    else {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () =>
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify({ method: request.method, body: Buffer.concat(chunks).toString() })),
      );
    }
  });
  let openAt = "";
  let guardedAt = "";
  let url = "";

  beforeAll(async () => {
    openAt = await listening(open.server);
    guardedAt = await listening(guarded.server);
    url = `https://localhost:${(await listening(service)).split(":")[1]}`;
  });
  afterAll(() => {
    for (const { server, sockets } of [open, guarded]) {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
    }
    service.closeAllConnections();
    service.close();
  });
  afterEach(() => {
    delete process.env.HTTPS_PROXY;
    delete process.env.HTTP_PROXY;
    open.seen.length = 0;
  });

  /** The test's own authority is not trusted: that the TLS error comes from behind the tunnel shows that it was reached. */
  const codeOf = async (target: string) =>
    networkFault(await proxyingFetch(target, { redirect: "manual" }).catch((error: unknown) => error))?.code;

  test("over https asks the proxy to connect, and speaks TLS with the host itself", async () => {
    process.env.HTTPS_PROXY = openAt;
    expect(await codeOf(url)).toMatch(/SELF_SIGNED|UNABLE_TO|CERT|DEPTH_ZERO/);
    expect(open.seen).toMatchObject([{ line: `CONNECT ${new URL(url).host}`, login: undefined }]);
  });

  test("over http hands the proxy the whole address", async () => {
    process.env.HTTP_PROXY = `http://${openAt}`;
    const response = await proxyingFetch("http://service.example/v1", { redirect: "manual" });
    expect([response.status, await response.text()]).toEqual([200, "by the proxy"]);
    await (await proxyingFetch("http://service.example/v1", { method: "POST", body: "b" })).text();
    expect(open.seen.map(({ line }) => line)).toEqual([
      "GET http://service.example/v1",
      "POST http://service.example/v1",
    ]);
  });

  test("over http to this machine never shows a proxy elsewhere the token of a store", async () => {
    process.env.HTTP_PROXY = "http://proxy.example:3128";
    const context = { runtime: quickRuntime({ fetch: proxyingFetch }), deadline: unending() };
    for (const host of ["localhost", "127.0.0.1", "[::1]"]) {
      const ask = async () =>
        askStore(
          {
            ...{
              store: "1Password Connect",
              address: "OP_CONNECT_HOST",
              url: `http://${host}:8080/v1/vaults`,
            },
            headers: { authorization: "Bearer canary" },
          },
          context,
        );
      await expect(ask()).rejects.toThrow(/^OP_CONNECT_HOST /);
    }
    const read = (url: string, env: Readonly<Record<string, string>>) => isReadByProxy(new URL(url), env);
    const elsewhere = "proxy.example:3128";
    expect(read("http://localhost:8080", { HTTP_PROXY: elsewhere, NO_PROXY: "localhost" })).toBe(false);
    expect(read("https://localhost:8080", { HTTPS_PROXY: elsewhere })).toBe(false);
    expect(read("http://localhost:8080", { HTTP_PROXY: openAt })).toBe(false);
  });

  test("over http never shows a proxy elsewhere anything, whoever makes the call", async () => {
    process.env.HTTP_PROXY = "http://proxy.invalid:3128";
    const authorization = "Bearer canary";
    for (const target of [
      "http://127.0.0.1:9/v1/sender/policy",
      "http://localhost:9",
      "http://ghes.example/api/v3",
    ]) {
      const failure = await proxyingFetch(target, { headers: { authorization } }).catch(
        (error: unknown) => error,
      );
      expect(networkFault(failure)).toMatchObject({ code: "PROXY_READS", unsent: true, transient: false });
      expect(String(failure)).not.toContain("canary");
      expect(networkFault(failure)?.advice("endpoint")).toBe(
        "Add its host to NO_PROXY, or let endpoint be an https address.",
      );
    }
    const kept = process.env;
    process.env = {
      ...{ ...kept, AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "canary" },
      ...{ AWS_SESSION_TOKEN: "canary", AWS_ENDPOINT_URL_SSM: "http://ssm.example" },
    };
    try {
      await expect(parameterStore("eu-west-1", unending(), quickRuntime()).read("/a")).rejects.toThrow(
        /PROXY_READS.*NO_PROXY/,
      );
    } finally {
      process.env = kept;
    }
  });

  test("sends a form as fetch does", async () => {
    process.env.HTTP_PROXY = `http://${openAt}`;
    const body = new URLSearchParams({ grant_type: "a b" });
    await (await proxyingFetch("http://service.example/token", { method: "POST", body })).text();
    expect(open.seen).toMatchObject([
      { body: "grant_type=a+b", type: "application/x-www-form-urlencoded;charset=UTF-8" },
    ]);
  });

  test("over http that the proxy refuses for its login is told by that", async () => {
    process.env.HTTP_PROXY = `http://${guardedAt}`;
    expect(await codeOf("http://service.example/v1")).toBe("PROXY_LOGIN");
  });

  test("with a login shows it to the proxy, decoded", async () => {
    process.env.HTTPS_PROXY = `http://mia:p%40ss@${guardedAt}`;
    expect(await codeOf(url)).toMatch(/SELF_SIGNED|UNABLE_TO|CERT|DEPTH_ZERO/);
    expect(guarded.seen.at(-1)?.login).toBe(`Basic ${Buffer.from("mia:p@ss").toString("base64")}`);
  });

  test.each([
    ["a login that is missing", () => `http://${guardedAt}`, () => url, "PROXY_LOGIN"],
    [
      "a host that the proxy refuses",
      () => `http://${openAt}`,
      () => "https://refused.example",
      "PROXY_REFUSED",
    ],
    ["a proxy that is not there", () => "http://127.0.0.1:9", () => url, "PROXY_UNREACHABLE"],
    ["a login with a bare %", () => "http://user:50%zz@127.0.0.1:9", () => url, "PROXY_MALFORMED"],
    [
      "a login whose parts are none by themselves",
      () => "http://%C3:%A9@127.0.0.1:9",
      () => url,
      "PROXY_MALFORMED",
    ],
    ["an address that is none", () => "http://proxy.example:31z8", () => url, "PROXY_MALFORMED"],
    ["a proxy of another kind", () => "socks5://127.0.0.1:9", () => url, "PROXY_MALFORMED"],
  ])("names %s", async (_, proxy, target, code) => {
    process.env.HTTPS_PROXY = proxy();
    expect(await codeOf(target())).toBe(code);
  });

  test("never takes the proxy's answer for the service's", async () => {
    process.env.HTTPS_PROXY = `http://${guardedAt}`;
    await expect(proxyingFetch(url)).rejects.toThrow("fetch failed");
  });

  test("ends when it is told to", async () => {
    process.env.HTTPS_PROXY = openAt;
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(proxyingFetch(url, { signal })).rejects.toThrow("enough");
  });
});

test("AWS credentials of SSO are fetched through the proxy as well, for the calls that they sign", async () => {
  const seen: string[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    "sso.example": {
      roleCredentials: {
        ...{ accessKeyId: "ASIASSO", secretAccessKey: "s", sessionToken: "t" },
        expiration: Date.now() + 3_600_000,
      },
    },
    "ssm.example": { Parameter: { ARN: "arn:x", Name: "/a", Version: 1, LastModifiedDate: 1, Value: "v" } },
  };
  const proxy = createHttpServer((request, response) => {
    const { host } = new URL(request.url ?? "");
    seen.push(`${host} ${/Credential=\w+/.exec(request.headers.authorization ?? "")?.[0] ?? ""}`);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answers[host]));
  });
  const home = mkdtempSync(join(tmpdir(), "sso-"));
  const start = "https://acme.awsapps.com/start";
  mkdirSync(join(home, ".aws/sso/cache"), { recursive: true });
  const settings = {
    sso_start_url: start,
    sso_region: "eu-west-1",
    sso_account_id: "111122223333",
    sso_role_name: "r",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(join(home, ".aws/config"), ["[profile person]", ...lines, ""].join("\n"));
  writeFileSync(
    join(home, ".aws/sso/cache", `${createHash("sha1").update(start).digest("hex")}.json`),
    JSON.stringify({ accessToken: "canary", expiresAt: new Date(Date.now() + 3_600_000).toISOString() }),
  );
  const kept = process.env;
  process.env = {
    ...{
      HOME: home,
      AWS_PROFILE: "person",
      AWS_REGION: "eu-west-1",
      HTTP_PROXY: `http://${await listening(proxy)}`,
    },
    ...{ AWS_ENDPOINT_URL_SSO: "http://sso.example", AWS_ENDPOINT_URL_SSM: "http://ssm.example" },
  };
  try {
    await parameterStore("eu-west-1", unending(), quickRuntime()).read("/a");
  } finally {
    process.env = kept;
    proxy.closeAllConnections();
    proxy.close();
    rmSync(home, { recursive: true });
  }
  expect(seen).toEqual(["sso.example ", "ssm.example Credential=ASIASSO"]);
});
