import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { Readable } from "node:stream";
import * as tls from "node:tls";
import { SenderError } from "../sender-error.ts";
import { environmentAgentClass, ProxyError } from "./proxy-agent.ts";
import { type Environment, hasProxy, proxyFor } from "./proxy-variables.ts";

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
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
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
 * was told at the start of the process. A redirect is followed by neither.
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
