import { SenderError } from "../sender-error.ts";
import type { Deadline } from "./deadline.ts";
import { type Runtime, sleep } from "./runtime.ts";

type TransientOptions = { readonly afterMs?: number | undefined; readonly throttled?: boolean };

/** Thrown by an attempt whose failure can pass later: a network error, 429, 5xx, AWS throttling, SMTP 4xx. */
export class TransientError extends Error {
  override readonly name = "TransientError";
  /** What is thrown when no attempt is left. */
  readonly final: SenderError;
  /** How long the other side asked us to wait, ms. */
  readonly afterMs: number | undefined;
  /** True when the other side is there and asks for fewer requests: that passes, however long it takes. */
  readonly throttled: boolean;

  constructor(final: SenderError, { afterMs, throttled = false }: TransientOptions = {}) {
    super(final.message, { cause: final });
    this.final = final;
    this.afterMs = afterMs;
    this.throttled = throttled;
  }
}

export type RetryOptions = {
  readonly attempts: number;
  /** The longest wait before the second attempt, ms; it doubles from there. */
  readonly baseMs: number;
  /** The longest wait, ms. */
  readonly capMs: number;
};

export const RETRY: RetryOptions = { attempts: 5, baseMs: 250, capMs: 8_000 };
/** A longer Retry-After is not waited for: the failure is told instead. */
const LONGEST_ASKED_MS = 60_000;

/**
 * Repeats `attempt` while it throws {@link TransientError}: exponential backoff with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), never sooner than the other side asked.
 * @throws what `attempt` throws; the last failure when no attempt is left; the reason when the soft deadline passes meanwhile
 */
export async function retry<T>(
  attempt: (number: number) => Promise<T>,
  deadline: Deadline,
  runtime: Runtime,
  { attempts, baseMs, capMs }: RetryOptions = RETRY,
): Promise<T> {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(number);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      const asked = error.afterMs ?? 0;
      if (number >= attempts || asked > LONGEST_ASKED_MS) throw error.final;
      if (deadline.soft.aborted) throw stopped(deadline.soft, error.final);
      const jitter = runtime.random() * Math.min(capMs, baseMs * 2 ** (number - 1));
      try {
        await sleep(Math.max(asked, jitter), runtime, deadline.soft);
      } catch {
        throw stopped(deadline.soft, error.final);
      }
    }
  }
}

/** Why work stopped, with what it was waiting for as the cause. */
function stopped(signal: AbortSignal, cause: SenderError): SenderError {
  const reason: unknown = signal.reason;
  return reason instanceof SenderError ? new SenderError(reason.code, reason.message, { cause }) : cause;
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
