import { Agent, request } from "node:http";
import {
  deriveLinkKeys,
  deriveOpenKeys,
  encodeBase64url,
  open,
  parseLink,
  type Sealed,
  seal,
} from "@secret-handoff/protocol";
import { createRequestOf } from "@secret-handoff/protocol/api";
import { CLICK_CLASS } from "../test/support/test-service.ts";

/** What a load of calls took. */
export type Load = {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
};

/** Runs `call` on every item with so many in flight, and times each. */
export async function load<T>(
  items: readonly T[],
  inFlight: number,
  call: (item: T) => Promise<void>,
): Promise<Load> {
  const times: number[] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < items.length; at = next++) {
      const start = performance.now();
      await call(items[at] as T);
      times.push(performance.now() - start);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, work));
  const seconds = (performance.now() - start) / 1_000;
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { perSecond: items.length / seconds, p50: at(0.5), p99: at(0.99) };
}

/** The middle of the values; of an even number, the upper one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Posts JSON over kept connections; throws unless the answer has the status expected. */
export function createPoster(origin: string, token: () => string) {
  const { hostname, port } = new URL(origin);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return (path: string, body: string, expected: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const headers = {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        ...(path.startsWith("/v1/sender/") ? { authorization: `Bearer ${token()}` } : {}),
      };
      const outgoing = request({ agent, hostname, port, path, method: "POST", headers }, (response) => {
        response.resume();
        response.on("end", () =>
          response.statusCode === expected
            ? resolve()
            : reject(new Error(`${path.slice(0, 15)} answered ${response.statusCode}`)),
        );
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
}

/** Everything one handoff sends, made beforehand: the bench times the service, not the cryptography of its clients. */
export type Prepared = {
  readonly id: string;
  readonly create: string;
  readonly status: string;
  readonly claim: string;
  readonly acknowledge: string;
};

/** @param more laid over the input of `seal`, such as the recipient's address, which is then asked for */
export async function prepare(
  origin: string,
  count: number,
  more: { readonly email?: string; readonly subject?: object } = {},
): Promise<readonly Prepared[]> {
  const { subject, ...asked } = more;
  const prepared: Prepared[] = [];
  for (let n = 0; n < count; n += 1) {
    const sealed = await seal({
      origin,
      class: more.email === undefined ? CLICK_CLASS.name : "internal-tool",
      expiresAt: Math.floor(Date.now() / 1_000) + 3_600,
      items: [{ label: "orders", fields: [{ name: "password", value: "correct-horse", concealed: true }] }],
      header: { title: "Orders database", sender: "acme/orders" },
      ...asked,
    });
    prepared.push(await prepareOne(sealed, more.email, subject));
  }
  return prepared;
}

async function prepareOne(
  sealed: Sealed,
  email: string | undefined,
  subject: object | undefined,
): Promise<Prepared> {
  const link = parseLink(sealed.link);
  const { linkToken } = deriveLinkKeys(link);
  const openKeys = await deriveOpenKeys(link, { email });
  const { receipt } = open(link, openKeys, sealed);
  const status = { linkToken: encodeBase64url(linkToken) };
  const shown = { ...status, claimId: encodeBase64url(crypto.getRandomValues(new Uint8Array(16))) };
  return {
    id: sealed.id,
    create: JSON.stringify({ ...createRequestOf(sealed), ...(subject ? { subject } : {}) }),
    status: JSON.stringify(status),
    claim: JSON.stringify({ ...shown, claimToken: encodeBase64url(openKeys.claimToken), flags: link.flags }),
    acknowledge: JSON.stringify({ ...shown, receipt: encodeBase64url(receipt) }),
  };
}
