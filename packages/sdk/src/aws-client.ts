import { type AwsWording, awsFailure } from "./aws-failures.ts";
import type { Lifetime } from "./lifetime.ts";
import { retry } from "./retry.ts";
import type { Runtime } from "./runtime.ts";

/** How every AWS client is made: we do the retrying ourselves, and one attempt takes no longer than ten seconds. */
export const CLIENT_OPTIONS = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 },
} as const;

/**
 * Calls AWS until the answer is something that does not pass.
 * @param service as people call it
 * @throws SenderError in the call's own wording
 */
export function callAws<T>(
  service: string,
  run: (until: { readonly abortSignal: AbortSignal }) => Promise<T>,
  wording: AwsWording,
  lifetime: Lifetime,
  runtime: Runtime,
): Promise<T> {
  return retry(
    async () => {
      try {
        return await run({ abortSignal: lifetime.over });
      } catch (error) {
        throw awsFailure(error, service, lifetime, wording);
      }
    },
    lifetime,
    runtime,
  );
}
