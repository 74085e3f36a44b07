import type { Deadline } from "../runtime/deadline.ts";
import { adaptivePace } from "../runtime/pace.ts";
import { retry } from "../runtime/retry.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { SenderErrorCode } from "../sender-error.ts";
import { type AwsCall, awsFailure } from "./aws-errors.ts";

/** More than one address of a host may be tried in it (runtime/network.ts). */
const CONNECT_MS = 10_000;
const ANSWER_MS = 10_000;

/**
 * How every AWS client is made: we do the retrying ourselves, and an attempt ends that is not answered in time, or whose answer
 * stands still. Without throwOnRequestTimeout the SDK would only warn, and go on waiting
 * (https://github.com/smithy-lang/smithy-typescript/blob/main/packages/node-http-handler/src/set-request-timeout.ts).
 * @param region undefined leaves it to the environment
 */
export function clientOptions(
  region: string | undefined,
  { awsAnswerMs: answerMs = ANSWER_MS }: Pick<Runtime, "awsAnswerMs">,
) {
  return {
    ...(region === undefined ? {} : { region }),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: answerMs,
      throwOnRequestTimeout: true,
      socketTimeout: answerMs,
    },
  };
}

/** Opens a client with the first call, and keeps it: its connections and credentials serve all calls. */
export function openedOnce<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
}

/** Calls one service of AWS until the answer is something that trying again does not change. @throws SenderError */
export type CallAws = <T>(
  call: AwsCall,
  run: (until: { readonly abortSignal: AbortSignal }) => Promise<T>,
  deadline: Deadline,
) => Promise<T>;

/**
 * One service of AWS: all calls to it keep one pace, because they share its quotas.
 * @param finals codes of refusals that would meet every other call as well
 */
export function awsService(runtime: Runtime, finals: readonly SenderErrorCode[] = []): CallAws {
  const pace = adaptivePace(runtime, finals);
  return (call, run, deadline) =>
    retry(
      async () => {
        try {
          return await run({ abortSignal: deadline.hard });
        } catch (error) {
          throw awsFailure(error, call, deadline);
        }
      },
      deadline,
      runtime,
      { pace },
    );
}
