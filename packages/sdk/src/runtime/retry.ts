import { SenderError } from "../sender-error.ts";
import type { YieldSlot } from "./concurrency.ts";
import type { Deadline } from "./deadline.ts";
import type { Pace } from "./pace.ts";
import { type Runtime, sleep } from "./runtime.ts";

/**
 * What kind of failure it is, which decides how long it is retried. `brief`, like a network error: a few times. The others until the
 * deadline, because the other side answers: it asks for fewer calls (`throttled`: all calls of the same pace slow down), is not ready
 * (`busy`), or asks for this call later (`deferred`: the other calls go on meanwhile).
 */
export type TransientKind = "brief" | "throttled" | "busy" | "deferred";

type TransientOptions = {
  /** How long the other side asked us to wait, ms. */
  readonly afterMs?: number | undefined;
  readonly kind?: TransientKind;
};

/** Thrown by an attempt that may succeed if it is repeated: a network error, 429, 5xx, AWS throttling, SMTP 4xx. */
export class TransientError extends Error {
  override readonly name = "TransientError";
  /** What is thrown when no attempt is left. */
  readonly final: SenderError;
  readonly afterMs: number | undefined;
  readonly kind: TransientKind;

  constructor(final: SenderError, { afterMs, kind = "brief" }: TransientOptions = {}) {
    super(final.message, { cause: final });
    this.final = final;
    this.afterMs = afterMs;
    this.kind = kind;
  }
}

export type RetryOptions = {
  /** The most of them that may fail briefly. */
  readonly attempts?: number;
  /** The longest wait before the second attempt, ms; it doubles from there. */
  readonly baseMs?: number;
  /** The longest wait, ms. */
  readonly capMs?: number;
  /** Shared with the other calls to the same place. */
  readonly pace?: Pace;
  /** Lets others go on while this call alone waits. */
  readonly yieldSlot?: YieldSlot | undefined;
};

/** The longest wait, ms: mail servers that ask for a mail later (greylisting) mean a minute or a few. */
const CAPS_MS = { brief: 8_000, throttled: 8_000, busy: 15_000, deferred: 60_000 } as const;
/** A longer Retry-After is not waited for: the call fails instead. */
const LONGEST_ASKED_MS = 60_000;

/**
 * Repeats `attempt` while it throws {@link TransientError}: exponential backoff with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), never sooner than the other side asked.
 * @throws what `attempt` throws; the last failure when no attempt is left; the reason when the soft deadline passes meanwhile
 */
export async function retry<T>(
  attempt: (number: number) => Promise<T>,
  { soft }: Deadline,
  runtime: Runtime,
  options: RetryOptions = {},
): Promise<T> {
  const { attempts = 5, pace } = options;
  let failures = 0;
  let last: SenderError | undefined;
  for (let number = 1; ; number += 1) {
    // What must still be reported after the soft deadline, like a mail that went out, is tried once.
    const closing = number === 1 && soft.aborted;
    const turn = closing
      ? undefined
      : await pace?.turn(soft).catch((reason: unknown) => {
          throw soft.aborted ? stopped(soft, last ?? pace.lastRefusal()) : reason;
        });
    try {
      const result = await attempt(number);
      pace?.taken();
      return result;
    } catch (error) {
      if (!(error instanceof TransientError)) {
        if (error instanceof SenderError) pace?.closeOn(error);
        pace?.taken();
        throw error;
      }
      last = error.final;
      if (pace && turn && error.kind === "throttled") {
        pace.throttled(turn, last, error.afterMs);
        continue;
      }
      failures += 1;
      const hopeless = failures >= attempts || (error.afterMs ?? 0) > LONGEST_ASKED_MS;
      const isBounded = error.kind === "brief" || error.kind === "throttled";
      if (hopeless && isBounded) throw last;
      await backOff(error, failures, soft, runtime, options);
    }
  }
}

/** @throws why work stopped meanwhile */
async function backOff(
  { final, afterMs = 0, kind }: TransientError,
  failures: number,
  soft: AbortSignal,
  runtime: Runtime,
  { baseMs = 250, capMs = CAPS_MS[kind], yieldSlot = (wait) => wait() }: RetryOptions,
): Promise<void> {
  const jitter = runtime.random() * Math.min(capMs, baseMs * 2 ** (failures - 1));
  const wait = () => sleep(Math.max(afterMs, jitter), runtime, soft);
  try {
    await (kind === "deferred" ? yieldSlot(wait) : wait());
  } catch {
    throw stopped(soft, final);
  }
}

/** Why work stopped, and what it was waiting for. */
function stopped(signal: AbortSignal, last: SenderError | undefined): SenderError {
  const reason: unknown = signal.reason;
  if (!(reason instanceof SenderError)) return last ?? new SenderError("cancelled", "The work was stopped.");
  if (last === undefined) return reason;
  return new SenderError(reason.code, (name) => `${reason.says(name)} The last attempt: ${last.says(name)}`, {
    cause: last,
  });
}

/**
 * Retry-After (RFC 9110, section 10.2.3) in milliseconds: seconds or an HTTP date.
 * @param now milliseconds since the epoch
 */
export function retryAfterMs(value: string | null | undefined, now: number): number | undefined {
  if (!value) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
