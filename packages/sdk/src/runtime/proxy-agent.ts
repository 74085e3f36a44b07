import * as http from "node:http";
import * as https from "node:https";
import type { AgentConnectOpts } from "./proxy-api.ts";
import { proxyFor } from "./proxy-variables.ts";

/** What a proxy did instead of connecting. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";
  readonly code: "PROXY_LOGIN" | "PROXY_REFUSED" | "PROXY_UNREACHABLE";

  constructor(code: ProxyError["code"], options?: { readonly cause?: unknown }) {
    super("the proxy did not connect", options);
    this.code = code;
  }
}

type AgentClass = new (options: https.AgentOptions) => http.Agent;

let loaded: Promise<AgentClass> | undefined;

/** An agent that takes, for each request, the proxy that the environment names for its URL, or none. */
export function environmentAgentClass(): Promise<AgentClass> {
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
      const proxy = proxyFor(new URL(`${protocol}//${request.getHeader("host")}`));
      if (proxy === undefined) return secureEndpoint ? this.#direct.https : this.#direct.http;
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
