import type { KdbxOptions } from "@secret-handoff/protocol/saving/managers";
import {
  type Deadline,
  formatDuration,
  parseDuration,
  type Runtime,
  SenderError,
  withDeadline,
} from "@secret-handoff/sdk";
import type { Invocation } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";

/** Everything that a command takes from outside. */
export type CliContext = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  /** The user's number; undefined on Windows. */
  readonly uid?: number | undefined;
  readonly terminal: Terminal;
  readonly runtime: Runtime;
  /** What the key of a KeePass file costs, where a test has no time for it. */
  readonly argon2: KdbxOptions["argon2"];
};

const DEFAULT_TIMEOUT = "5m";

/** Does the work until the command's timeout, or Ctrl+C. */
export async function withTimeout<T>(
  invocation: Invocation,
  { runtime, terminal }: CliContext,
  work: (deadline: Deadline) => Promise<T>,
  byDefault = DEFAULT_TIMEOUT,
): Promise<T> {
  const seconds = parseDuration(invocation.text("timeout") ?? byDefault);
  if (seconds === undefined || seconds === 0) {
    throw new SenderError("input", "--timeout is not a time. Write it like 30s, 10m or 2h.");
  }
  const atLimit = () =>
    new SenderError(
      "deadline",
      `The command reached its timeout of ${formatDuration(seconds)}. Raise --timeout.`,
    );
  const onStop = (stop: (reason: SenderError) => void) =>
    terminal.onInterrupt(() => stop(new SenderError("cancelled", "Stopped by Ctrl+C.")));
  return withDeadline({ limitMs: seconds * 1_000, atLimit, onStop }, runtime, work);
}
