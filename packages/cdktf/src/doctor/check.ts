import { platformRandom, type RandomBytes } from "@secret-handoff/protocol";
import type { Problem } from "@secret-handoff/protocol/api";

/** How one check of the doctor's ended. `detail` says what to do where it failed, and why it was left out where it was skipped. */
export type CheckResult =
  | { readonly status: "ok"; readonly check: string; readonly detail?: string }
  | { readonly status: "failed" | "skipped"; readonly check: string; readonly detail: string };

/** Network, clock and randomness as parameters, so that tests need none of the machine's. */
export type Runtime = {
  readonly fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: RandomBytes;
};

export const nodeRuntime: Runtime = {
  fetch: (input, init) => fetch(input, init),
  now: Date.now,
  random: platformRandom,
};

/** Thrown by a check that failed. The message tells the operator what is wrong and what to do. */
export class CheckFailed extends Error {
  override readonly name = "CheckFailed";
}

/** Runs one check. What it throws is the failure; what it returns is a detail worth printing. */
export async function runCheck(check: string, run: () => Promise<string | undefined>): Promise<CheckResult> {
  try {
    const detail = await run();
    return { status: "ok", check, ...(detail === undefined ? {} : { detail }) };
  } catch (error) {
    if (error instanceof CheckFailed) return { status: "failed", check, detail: error.message };
    return { status: "failed", check, detail: `the check could not run: ${causeOf(error)}` };
  }
}

/** The problem that a response reports: the service's problem document, the gateway's message, or nothing where it is not JSON. */
export async function problemIn(
  response: Response,
): Promise<Partial<Problem> & { readonly message?: string }> {
  const text = await response.text();
  return text.startsWith("{") ? (JSON.parse(text) as Partial<Problem>) : {};
}

/** fetch puts the reason why it failed into the cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
