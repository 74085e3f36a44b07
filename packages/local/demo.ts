import { DemoError } from "./src/demo/checks.ts";
import { runDemo } from "./src/demo/run-demo.ts";
import { Terminal } from "./src/demo/terminal.ts";
import { stopSignal } from "./src/stack.ts";

/**
 * `npm run demo`: the whole path on this machine, waiting for you to open the link; `-- --once` opens it as a recipient would.
 * Exits 0 when everything went as it must, or when it was asked to stop while waiting.
 */

const ONCE_MS = 60_000;
/** As a shell tells of Ctrl-C. */
const STOPPED = 130;

const wanted = process.argv.slice(2);
const once = wanted.includes("--once");

async function main(): Promise<number> {
  if (wanted.some((argument) => argument !== "--once")) {
    process.stderr.write("usage: npm run demo [-- --once]\n");
    return 2;
  }
  const terminal = new Terminal(process.stdout, process.env);
  const stop = new AbortController();
  void stopSignal().then(() => stop.abort());
  const late = once ? [AbortSignal.timeout(ONCE_MS)] : [];
  const signal = AbortSignal.any([stop.signal, ...late]);
  try {
    await runDemo({ terminal, once, signal });
    return 0;
  } catch (error) {
    terminal.blank();
    if (stop.signal.aborted) {
      terminal.text("Stopped; nothing is left running.");
      return once ? STOPPED : 0;
    }
    terminal.step("failed", "failed", sentenceOf(error));
    return 1;
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof DemoError) return error.message;
  if (error instanceof Error && error.name === "TimeoutError")
    return `It took longer than ${ONCE_MS / 1_000} s.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

process.exit(await main());
