import { connect, type Socket } from "node:net";
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

/**
 * Posts JSON over kept connections; throws unless the answer has the status expected. It shares two cores with what it measures, so it
 * speaks HTTP/1.1 by itself: one write a request, and of the answer only its status and its length are read.
 */
export function createPoster(origin: string, token: () => string) {
  const { hostname, port, host } = new URL(origin);
  const idle: Connection[] = [];
  return async (path: string, body: string, expected: number): Promise<void> => {
    const authorization = path.startsWith("/v1/sender/") ? `Authorization: Bearer ${token()}\r\n` : "";
    const connection = idle.pop() ?? new Connection(hostname, Number(port));
    const status = await connection.ask(
      `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${authorization}` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    idle.push(connection);
    if (status !== expected) throw new Error(`${path.slice(0, 15)} answered ${status}`);
  };
}

/** One request at a time. */
class Connection {
  readonly #socket: Socket;
  #answer = "";
  #done: { readonly resolve: (status: number) => void; readonly reject: (error: Error) => void } | undefined;

  constructor(host: string, port: number) {
    this.#socket = connect({ host, port, noDelay: true }).setEncoding("latin1");
    // The bench ends when its figures are there, not when the service has closed the connections.
    this.#socket.unref();
    this.#socket.on("data", (text: string) => this.#read(text));
    this.#socket.on("error", (error) => this.#done?.reject(error));
    this.#socket.on("close", () => this.#done?.reject(new Error("the service closed a connection")));
  }

  /** @returns the status, once the whole answer has arrived */
  ask(request: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#answer = "";
      this.#done = { resolve, reject };
      this.#socket.write(request);
    });
  }

  #read(text: string): void {
    this.#answer += text;
    const end = this.#answer.indexOf("\r\n\r\n");
    if (end < 0) return;
    const status = Number(this.#answer.slice(9, 12));
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#answer.slice(0, end))?.[1];
    if (length === undefined && status !== 204) {
      this.#done?.reject(new Error(`an answer ${status} does not say how long it is`));
    } else if (this.#answer.length >= end + 4 + Number(length ?? 0)) this.#done?.resolve(status);
  }
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
