import type { Deadline } from "../runtime/deadline.ts";
import { adaptivePace } from "../runtime/pace.ts";
import { environmentAgents } from "../runtime/proxy.ts";
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
 * @param keepAlive false opens a connection for each request
 */
export async function clientOptions(
  region: string | undefined,
  { awsAnswerMs: answerMs = ANSWER_MS }: Pick<Runtime, "awsAnswerMs">,
  keepAlive = true,
) {
  const agents = await environmentAgents({ keepAlive, maxSockets: 50 });
  return {
    ...(region === undefined ? {} : { region }),
    ...(agents ? { credentials: await awsCredentials(agents) } : {}),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: answerMs,
      throwOnRequestTimeout: true,
      socketTimeout: answerMs,
      ...(agents ?? (keepAlive ? {} : { httpAgent: { keepAlive }, httpsAgent: { keepAlive } })),
    },
  };
}

/**
 * The credentials in force, in the order of the AWS SDK. Those of SSO are asked for by a client of their own, which takes no settings
 * from the client that needs them: without this it would go round the proxy.
 * @param profile in ~/.aws; undefined leaves it to AWS_PROFILE
 */
export async function awsCredentials(
  agents: Awaited<ReturnType<typeof environmentAgents>>,
  profile?: string,
) {
  const { defaultProvider } = await import("./credentials-api.ts");
  return defaultProvider({
    ...(profile === undefined ? {} : { profile }),
    ...(agents ? { clientConfig: { requestHandler: agents } } : {}),
  });
}

/** Opens something with the first call, and keeps it. */
export function openedOnce<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
}

/**
 * Opens one client for each region with the first call there, and keeps it: its connections and credentials serve all calls.
 * @param open undefined leaves the region to the environment
 */
export function clientForRegion<T>(
  open: (region: string | undefined) => Promise<T>,
): (region: string | undefined) => Promise<T> {
  const opened = new Map<string | undefined, Promise<T>>();
  return (region) => {
    const client = opened.get(region) ?? open(region);
    opened.set(region, client);
    return client;
  };
}

/** The region that an ARN of this service names; undefined for a name. */
export function regionOfArn(service: string, id: string | undefined): string | undefined {
  const [, named, region] = /^arn:[^:]+:([a-z0-9-]+):([a-z0-9-]+):/.exec(id ?? "") ?? [];
  return named === service ? region : undefined;
}

/** Calls one service of AWS, and retries while that may help. @throws SenderError */
export type CallAws = <T>(
  call: AwsCall,
  run: (until: { readonly abortSignal: AbortSignal }) => Promise<T>,
  deadline: Deadline,
) => Promise<T>;

/**
 * One service of AWS: all calls to it keep one pace, because they share its quotas.
 * @param fatal codes of refusals that every other call would meet as well
 */
export function awsService(runtime: Runtime, fatal: readonly SenderErrorCode[] = []): CallAws {
  const pace = adaptivePace(runtime, fatal);
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
