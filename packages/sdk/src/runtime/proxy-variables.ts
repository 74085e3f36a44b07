import { BlockList, isIP } from "node:net";
import { isLoopback } from "@secret-handoff/protocol";

/** What the environment says of proxies, read as curl reads it. https://everything.curl.dev/usingcurl/proxies/env.html */

export type Environment = Readonly<Record<string, string | undefined>>;

/** In small letters, or else in capitals. */
function variable(name: string, env: Environment): string {
  return env[name] || env[name.toUpperCase()] || "";
}

/** True where any call may have to go through a proxy. */
export function hasProxy(env: Environment = process.env): boolean {
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
