import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { BlockList, isIP } from "node:net";
import { Readable } from "node:stream";
import * as tls from "node:tls";
import { isLoopback } from "@secret-handoff/protocol";
import { SenderError, systemCode } from "../sender-error.ts";
import type { AgentConnectOpts } from "./proxy-api.ts";

/** What the environment says of proxies, read as curl reads it. https://everything.curl.dev/usingcurl/proxies/env.html */

type Environment = Readonly<Record<string, string | undefined>>;

/** In small letters, or else in capitals. */
function variable(name: string, env: Environment): string {
  return env[name] || env[name.toUpperCase()] || "";
}

/** True where any call may have to go through a proxy. */
function hasProxy(env: Environment = process.env): boolean {
  return ["https_proxy", "http_proxy", "all_proxy"].some((name) => variable(name, env) !== "");
}

/** The proxy for a URL, as a URL; undefined where the call goes straight to its host. */
export function proxyFor(url: URL, env: Environment = process.env): string | undefined {
  const scheme = url.protocol.slice(0, -1);
  const proxy = variable(`${scheme}_proxy`, env) || variable("all_proxy", env);
  if (proxy === "" || isExempt(url, variable("no_proxy", env))) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

/**
 * True where a call over plain http goes to a proxy on another machine, which reads all of it, also where the call is for this one. A
 * proxy on this machine reads nothing that leaves it.
 */
export function isReadByProxy(url: URL, env: Environment = process.env): boolean {
  const proxy = url.protocol === "http:" ? proxyFor(url, env) : undefined;
  return proxy !== undefined && !(URL.canParse(proxy) && isLoopback(new URL(proxy).hostname));
}

/** Each entry is a host and all names below it, an address, a network like 10.0.0.0/8, or `*`; a port may follow. */
function isExempt({ hostname, port, protocol }: URL, noProxy: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const ownPort = port || (protocol === "https:" ? "443" : "80");
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      if (entry === "*") return true;
      const [, name = "", entryPort] =
        /^(\[[^\]]*\]|[^:]*|[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:/]*)(?::(\d+))?$/.exec(entry) ?? [];
      if (entryPort !== undefined && entryPort !== ownPort) return false;
      const bare = name.replace(/^\[|\]$/g, "");
      if (isIP(host) !== 0) return bare === host || isInNetwork(host, bare);
      const domain = bare.replace(/^\*?\./, "");
      return domain !== "" && (host === domain || host.endsWith(`.${domain}`));
    });
}

function isInNetwork(address: string, network: string): boolean {
  const [, base = "", prefix = ""] = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(network) ?? [];
  const kind = isIP(base) === 6 ? "ipv6" : "ipv4";
  if (isIP(base) === 0 || Number(prefix) > (kind === "ipv6" ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(prefix), kind);
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** What a proxy did instead of connecting. */
class ProxyError extends Error {
  override readonly name = "ProxyError";
  readonly code: "PROXY_LOGIN" | "PROXY_MALFORMED" | "PROXY_READS" | "PROXY_REFUSED" | "PROXY_UNREACHABLE";

  constructor(code: ProxyError["code"], options?: { readonly cause?: unknown }) {
    super("the proxy did not connect", options);
    this.code = code;
  }
}

/** An http or https URL whose login is percent-encoded: with a bare % in it, the agents below fail where nobody waits for an error. */
function isUsable(proxy: string): boolean {
  try {
    const { protocol, username, password } = new URL(proxy);
    for (const part of [username, password]) decodeURIComponent(part);
    return protocol === "http:" || protocol === "https:";
  } catch {
    return false;
  }
}

type AgentClass = new (options: https.AgentOptions) => http.Agent;

let loaded: Promise<AgentClass> | undefined;

/** An agent that takes, for each request, the proxy that the environment names for its URL, or none. */
function environmentAgentClass(): Promise<AgentClass> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<AgentClass> {
  const { Agent, HttpProxyAgent, HttpsProxyAgent } = await import("./proxy-api.ts");

  /** CONNECT, whose failures have a code. What the proxy answered itself is never taken for an answer of the other side. */
  class Tunnel extends HttpsProxyAgent<string> {
    override async connect(request: http.ClientRequest, options: AgentConnectOpts) {
      let refusal: ProxyError | undefined;
      request.once("proxyConnect", ({ statusCode }: { readonly statusCode: number }) => {
        if (statusCode !== 200)
          refusal = new ProxyError(statusCode === 407 ? "PROXY_LOGIN" : "PROXY_REFUSED");
      });
      const socket = await super.connect(request, options).catch((cause: unknown) => {
        throw new ProxyError("PROXY_UNREACHABLE", { cause });
      });
      if (!refusal) return socket;
      socket.destroy();
      throw refusal;
    }
  }

  /**
   * Hands the proxy the whole address of an http URL, each over a connection of its own: on a used one the address is written before the
   * agent is asked.
   */
  class Forwarder extends HttpProxyAgent<string> {
    override connect(...[request, options]: Parameters<(typeof HttpProxyAgent)["prototype"]["connect"]>) {
      return super.connect(request, options).catch((cause: unknown) => {
        throw new ProxyError("PROXY_UNREACHABLE", { cause });
      });
    }
  }

  class EnvironmentAgent extends Agent {
    readonly #direct: { readonly http: http.Agent; readonly https: https.Agent };
    readonly #settings: https.AgentOptions;
    readonly #proxied = new Map<string, http.Agent>();

    constructor(options: https.AgentOptions) {
      super(options);
      this.#settings = options;
      this.#direct = { http: new http.Agent(options), https: new https.Agent(options) };
    }

    override connect(request: http.ClientRequest, { secureEndpoint }: AgentConnectOpts): http.Agent {
      const protocol = secureEndpoint ? "https:" : "http:";
      const url = new URL(`${protocol}//${request.getHeader("host")}`);
      const proxy = proxyFor(url);
      if (proxy === undefined) return secureEndpoint ? this.#direct.https : this.#direct.http;
      // Every call here has a token, a signature, a form or a link's proof.
      if (isReadByProxy(url)) throw new ProxyError("PROXY_READS");
      if (!isUsable(proxy)) throw new ProxyError("PROXY_MALFORMED");
      const key = `${protocol} ${proxy}`;
      const agent =
        this.#proxied.get(key) ??
        (secureEndpoint
          ? new Tunnel(proxy, this.#settings)
          : new Forwarder(proxy, { ...this.#settings, keepAlive: false }));
      this.#proxied.set(key, agent);
      return agent;
    }
  }
  return EnvironmentAgent;
}

/**
 * Proxies of the environment, and authorities of a company. HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in capital or small letters,
 * hold for every call over HTTP: to the service, for tokens, to AWS and to other sources. Mail over SMTP goes its own way.
 */

/**
 * What AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS add to the authorities of Node.js. Node.js reads the second one itself, and forgets it where
 * authorities are named.
 * @returns undefined where AWS_CA_BUNDLE is not set
 * @throws SenderError `input`
 */
function awsAuthorities(env: Environment = process.env): readonly string[] | undefined {
  const { AWS_CA_BUNDLE: bundle, NODE_EXTRA_CA_CERTS: extra } = env;
  if (!bundle) return undefined;
  return [
    ...tls.rootCertificates,
    ...(extra ? [certificates(extra, "NODE_EXTRA_CA_CERTS")] : []),
    certificates(bundle, "AWS_CA_BUNDLE"),
  ];
}

function certificates(path: string, variable: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const code = systemCode(cause) ?? "unknown error";
    throw new SenderError(
      "input",
      `The file that ${variable} names cannot be read (${code}). Correct the path, or take the variable away.`,
      {
        cause,
      },
    );
  }
}

/** Agents for clients that make their requests by node:http and node:https; undefined where none is needed. */
export async function environmentAgents(
  options: https.AgentOptions = {},
  env: Environment = process.env,
): Promise<{ readonly httpAgent: http.Agent; readonly httpsAgent: https.Agent } | undefined> {
  const ca = awsAuthorities(env);
  const all = { ...options, ...(ca ? { ca: [...ca] } : {}) };
  if (hasProxy(env)) {
    const EnvironmentAgent = await environmentAgentClass();
    // One agent serves both: it looks at each request.
    return {
      httpAgent: new EnvironmentAgent(all),
      httpsAgent: new EnvironmentAgent(all) as unknown as https.Agent,
    };
  }
  return ca ? { httpAgent: new http.Agent(options), httpsAgent: new https.Agent(all) } : undefined;
}

let agent: Promise<http.Agent> | undefined;

/**
 * `fetch`, through the proxy that the environment names for the URL. Node's own fetch knows proxies from version 24 on, and only where it
 * was enabled at the start of the process. A redirect is followed by neither.
 * @throws TypeError whose cause has the code, as fetch does
 */
export const proxyingFetch: typeof fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  if (input instanceof Request || proxyFor(url) === undefined) return fetch(input, init);
  agent ??= environmentAgentClass().then((EnvironmentAgent) => new EnvironmentAgent({ keepAlive: true }));
  return requestBy(await agent, url, init ?? {});
};

function requestBy(agent: http.Agent, url: URL, init: RequestInit): Promise<Response> {
  const { method = "GET", body, signal, redirect } = init;
  const headers = new Headers(init.headers);
  const isForm = body instanceof URLSearchParams;
  if (isForm && !headers.has("content-type"))
    headers.set("content-type", "application/x-www-form-urlencoded;charset=UTF-8");
  if (body !== undefined && body !== null && typeof body !== "string" && !isForm) {
    throw new TypeError("only text and forms are sent through a proxy");
  }
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown) =>
      reject(signal?.aborted ? signal.reason : new TypeError("fetch failed", { cause }));
    const { request } = url.protocol === "https:" ? https : http;
    const sent = request(
      url,
      { method, agent, headers: Object.fromEntries(headers), ...(signal ? { signal } : {}) },
      (message) => {
        const { statusCode: status = 0, statusMessage = "" } = message;
        // Of a call over http the proxy reads the whole request, and answers it itself.
        if (status === 407 && url.protocol === "http:") {
          message.destroy();
          failed(new ProxyError("PROXY_LOGIN"));
          return;
        }
        if (status >= 300 && status < 400 && redirect !== "manual") {
          message.destroy();
          failed(new Error("unexpected redirect"));
          return;
        }
        const empty = [204, 205, 304].includes(status) || method === "HEAD";
        if (empty) message.resume();
        const content = empty ? null : (Readable.toWeb(message) as ReadableStream<Uint8Array>);
        resolve(new Response(content, { status, statusText: statusMessage, headers: headersOf(message) }));
      },
    );
    sent.on("error", failed);
    sent.end(body?.toString());
  });
}

function headersOf({ headersDistinct }: http.IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  return headers;
}
