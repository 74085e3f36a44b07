/** Tries of one call; the SDK waits a moment between them, and longer after a throttled one. */
const ATTEMPTS = 3;
/** Milliseconds. Far above what the service takes: a debit whose answer alone was late is made twice. */
const ANSWER_MS = 2_500;
/** Milliseconds that the SDK waits between the tries of one call, in all. */
const BACKOFF_MS = 1_500;

/** Milliseconds that one call to AWS takes at the most, whatever does not answer. */
export const LONGEST_CALL_MS = ATTEMPTS * ANSWER_MS + BACKOFF_MS;

/**
 * Milliseconds of its time that a function in the background keeps for the item under way. One that is cut off counts as failed. A call
 * that fails ends the item, and one more call puts it off.
 */
export const RESERVE_MS = 2 * LONGEST_CALL_MS + 2_000;

/**
 * How every client of the functions is made: a call that hangs is given up in time for another try. The SDK itself would wait for minutes;
 * without `throwOnRequestTimeout` it only warns.
 * https://github.com/smithy-lang/smithy-typescript/blob/main/packages/node-http-handler/src/set-request-timeout.ts
 * @param answerMs milliseconds until an answer begins, and between its parts
 */
export function callOptions({ answerMs = ANSWER_MS, maxAttempts = ATTEMPTS } = {}) {
  return {
    maxAttempts,
    requestHandler: {
      connectionTimeout: answerMs,
      requestTimeout: answerMs,
      throwOnRequestTimeout: true,
      socketTimeout: answerMs,
    },
  };
}
