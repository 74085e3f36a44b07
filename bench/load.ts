import { Agent, request } from "node:http";

/** What a load of calls took. */
export type Load = {
  readonly inFlight: number;
  readonly count: number;
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
  return { inFlight, count: items.length, perSecond: items.length / seconds, p50: at(0.5), p99: at(0.99) };
}

/** Posts JSON over kept connections; throws unless the answer has the status expected. */
export function createPoster(origin: string, token: string) {
  const { hostname, port } = new URL(origin);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return (path: string, body: string, expected: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const headers = {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        ...(path.startsWith("/v1/sender/") ? { authorization: `Bearer ${token}` } : {}),
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
