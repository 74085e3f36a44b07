import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { localInputs, startAction, startLocalStack } from "@secret-handoff/local";
import { median } from "./load.ts";

/** Milliseconds from the start of a process. */
export type ActionStart = { readonly bareNode: number; readonly toFirstCall: number; readonly toEnd: number };

const ROUNDS = 7;

/** Medians over runs of the committed bundle: until Secrets Manager is asked for the first time, and until all is mailed. */
export async function measureActionStart(): Promise<ActionStart> {
  let asked: (() => void) | undefined;
  const stack = await startLocalStack({ onSecretsRequest: () => asked?.() });
  const [bare, first, end]: [number[], number[], number[]] = [[], [], []];
  try {
    for (let round = -1; round < ROUNDS; round += 1) {
      stack.secrets.put("bench", `value of round ${round}`);
      const bareTook = timed(() => execFileSync(process.execPath, ["-e", "0"]));
      const start = performance.now();
      let firstTook = Number.NaN;
      asked = () => {
        firstTook = performance.now() - start;
        asked = undefined;
      };
      const inputs = {
        ...localInputs(stack),
        "secret-ids": "bench",
        recipients: "ana@vendor.example",
        class: "internal-tool",
      };
      const { exitCode } = await startAction({ stack, inputs }).finished;
      if (exitCode !== 0) throw new Error(`the action ended with ${exitCode}`);
      if (round < 0) continue;
      bare.push(bareTook);
      first.push(firstTook);
      end.push(performance.now() - start);
    }
  } finally {
    await stack.close();
  }
  return { bareNode: median(bare), toFirstCall: median(first), toEnd: median(end) };
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** What one run of the committed bundle takes for so many recipients. */
export type RecipientsRun = {
  readonly recipients: number;
  /** Milliseconds for the whole process. */
  readonly wall: number;
  readonly wallPerRecipient: number;
  /** What the process still holds at its end, after a full collection, bytes. It grows only with what is never let go of. */
  readonly liveHeap: number;
  /**
   * The most memory that the process held at once, bytes; undefined where the system does not tell. It grows with the garbage that
   * has not been collected yet.
   */
  readonly peakMemory: number | undefined;
  /** Connections to the mail server at once, at the most. */
  readonly mostConnections: number;
  /** Lines of the log that told progress. */
  readonly progressLines: number;
};

const COUNTS = [20, 200];
/** Between two looks at the memory, ms: the system keeps the peak by itself. */
const LOOK_MS = 50;

/** Runs the action for 20 and for 200 recipients. */
export async function measureRecipients(): Promise<readonly RecipientsRun[]> {
  const stack = await startLocalStack({
    page: { html: "<!doctype html><title>page</title>", contentSecurityPolicy: "default-src 'none'" },
  });
  try {
    const runs: RecipientsRun[] = [];
    // The first run warms the service up and is not counted.
    for (const recipients of [1, ...COUNTS]) {
      const run = await measure(stack, recipients);
      if (recipients > 1) runs.push(run);
    }
    return runs;
  } finally {
    await stack.close();
  }
}

async function measure(
  stack: Awaited<ReturnType<typeof startLocalStack>>,
  recipients: number,
): Promise<RecipientsRun> {
  const secret = `bench/${recipients}`;
  stack.secrets.put(secret, `value for ${recipients}`);
  let progressLines = 0;
  let liveHeap = Number.NaN;
  let peakMemory: number | undefined;
  const mail = await countingDoor(Number(new URL(stack.smtp).port));
  const from = performance.now();
  const action = startAction({
    stack,
    bundle: fileURLToPath(new URL("live-heap.cjs", import.meta.url)),
    inputs: {
      ...localInputs(stack),
      "smtp-port": String(mail.port),
      "secret-ids": secret,
      recipients: Array.from({ length: recipients }, (_, n) => `r${n}@vendor.example`).join("\n"),
      class: "internal-tool",
    },
    onLine: (line) => {
      if (/^\d+\/\d+ /.test(line)) progressLines += 1;
      if (line.startsWith("live heap: ")) liveHeap = Number(line.slice(11));
    },
  });
  const timer = setInterval(() => {
    peakMemory = peakOf(action.pid) ?? peakMemory;
  }, LOOK_MS);
  const { exitCode, outputs } = await action.finished.finally(() => clearInterval(timer));
  const wall = performance.now() - from;
  mail.close();
  if (exitCode !== 0 || outputs["mailed-count"] !== String(recipients)) {
    throw new Error(`the action ended with ${exitCode} for ${recipients} recipients`);
  }
  return {
    ...{ recipients, wall, liveHeap, peakMemory, progressLines },
    wallPerRecipient: wall / recipients,
    mostConnections: mail.most(),
  };
}

/** VmHWM of /proc/PID/status (proc(5)), bytes. */
function peakOf(pid: number): number | undefined {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1_024;
  } catch {
    return undefined;
  }
}

/** A port of our own that leads to another and counts who has come through. */
async function countingDoor(to: number) {
  let open = 0;
  let most = 0;
  const server = createServer((client) => {
    const upstream = connect(to, "127.0.0.1");
    open += 1;
    most = Math.max(most, open);
    client.pipe(upstream).pipe(client);
    client.once("close", () => {
      open -= 1;
      upstream.destroy();
    });
    client.on("error", () => client.destroy());
    upstream.on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    most: () => most,
    close: () => {
      server.close();
    },
  };
}
