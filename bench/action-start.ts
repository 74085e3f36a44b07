import { execFileSync } from "node:child_process";
import { localInputs, startAction, startLocalStack } from "@secret-handoff/local";
import { median } from "./median.ts";

/** Milliseconds from the start of a process. */
export type ActionStart = { readonly bareNode: number; readonly toFirstCall: number; readonly toEnd: number };

const ROUNDS = 7;

/** Medians over runs of the committed bundle: until Secrets Manager is asked for the first time, and until all is mailed. */
export async function measureActionStart(): Promise<ActionStart> {
  let asked: (() => void) | undefined;
  const stack = await startLocalStack({ onSecretsAsked: () => asked?.() });
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
