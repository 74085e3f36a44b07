import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { BuiltCli } from "../cli/harness.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";
import { atTier, report, SEED } from "../support/tier.ts";

/**
 * `open` is killed between the claim and the acknowledgement, at any moment: then the value is in the file, or the same command gets it
 * within the lease. No moment may lose it.
 */
const KILLS = atTier({ cit: 3, proof: 100 });
const EMAIL = "ana@vendor.example";
/** From the claim's answer to the end of the command, ms, on a slow machine. */
const LONGEST_MS = 150;

let service: TestService;
let cli: BuiltCli;
let front: Front;

beforeAll(async () => {
  cli = new BuiltCli();
  service = await startTestService();
  front = await startFront(service.url);
});
afterAll(async () => {
  front.close();
  await service.close();
  cli.remove();
});

type Front = {
  readonly url: string;
  /** Called as a claim is answered. */
  onClaim: () => void;
  readonly close: () => void;
};

/** Stands before the service, to know when a claim is answered. */
async function startFront(target: string): Promise<Front> {
  const { hostname, port, host } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, host };
    const forwarded = request(
      { hostname, port, path: incoming.url, method: incoming.method, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        if (incoming.url?.endsWith("/claim") && answer.statusCode === 200) front.onClaim();
      },
    );
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    onClaim: () => {},
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** mulberry32: the same moments for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test(`killed ${KILLS} times after its claim, the command loses nothing`, async () => {
  const random = generator(SEED);
  const found = { written: 0, "had again": 0 };
  let endedBefore = 0;
  // A command that ends before its kill says how long one takes here: later kills find nothing to kill.
  let longest = LONGEST_MS;
  for (let n = 0; found.written + found["had again"] < KILLS; n += 1) {
    const value = `value-${n}-${"x".repeat(Math.floor(random() * 20_000))}`;
    const sealed = await new Sender(service).handOver({
      origin: front.url,
      email: EMAIL,
      items: [{ label: "a", fields: [{ name: "password", value, concealed: true }] }],
    });
    const folder = join(cli.folder, `kill-${n}`);
    mkdirSync(folder);
    const path = join(folder, "secret");
    const args = ["open", "--format", "raw", "--email", EMAIL, "--out", path];
    const running = cli.start(args, { stdin: sealed.link });
    const claimed = new Promise<void>((resolve) => {
      front.onClaim = resolve;
    });
    await Promise.race([claimed, running.ended]);
    const since = performance.now();
    const timer = setTimeout(() => running.kill("SIGKILL"), random() * longest);
    const { code } = await running.ended;
    clearTimeout(timer);
    front.onClaim = () => {};
    if (code !== null) {
      expect([code, readFileSync(path, "utf8")]).toEqual([0, value]);
      endedBefore += 1;
      longest = Math.min(longest, performance.now() - since);
      continue;
    }
    if (existsSync(path)) {
      expect(readFileSync(path, "utf8")).toBe(value);
      found.written += 1;
      continue;
    }
    const again = await cli.run(args, { stdin: sealed.link });
    expect({ n, code: again.code, stderr: again.code === 0 ? "" : again.stderr }).toEqual({
      n,
      code: 0,
      stderr: "",
    });
    expect(readFileSync(path, "utf8")).toBe(value);
    // What the killed command had begun to write is gone.
    expect(readdirSync(folder)).toEqual(["secret"]);
    found["had again"] += 1;
  }
  report(
    `killed ${KILLS} times: ${Object.entries(found)
      .map(([what, count]) => `${count} ${what}`)
      .join(", ")}; ${endedBefore} more ended before the kill`,
  );
}, 600_000);
