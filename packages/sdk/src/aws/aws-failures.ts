import type { Deadline } from "../runtime/deadline.ts";
import { TransientError } from "../runtime/retry.ts";
import { SenderError, type SenderErrorCode } from "../sender-error.ts";

/** What every exception of the AWS SDK for JavaScript v3 may carry. */
type AwsError = {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
};

/** What a SenderError is made of, once AWS's own error is added as its cause. */
export type AwsSentence = readonly [code: SenderErrorCode, sentence: string];

/** How one AWS service words the exceptions it knows. Undefined leaves an exception to the general sentences. */
export type AwsWording = (name: string, message: string) => AwsSentence | undefined;

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html and the services' API references. */
const THROTTLING = new Set([
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "RequestThrottled",
  "RequestThrottledException",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "BandwidthLimitExceeded",
  "SlowDown",
  "PriorRequestNotComplete",
]);
const CREDENTIALS = new Set([
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "IncompleteSignature",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
]);
const NETWORK = /^(ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)|TimeoutError/;

/**
 * The sentence for a failed AWS call, wrapped in {@link TransientError} where it can pass later.
 * @param service as people call it: "Secrets Manager"
 */
export function awsFailure(error: unknown, service: string, { hard }: Deadline, wording: AwsWording): Error {
  if (hard.aborted && hard.reason instanceof SenderError) return hard.reason;
  if (error instanceof SenderError) return error;
  if (!isAwsError(error)) return new Error(`${service} failed`, { cause: error });
  const status = error.$metadata?.httpStatusCode ?? 0;
  const code = typeof error.code === "string" ? error.code : error.name;
  const passing = THROTTLING.has(error.name) || NETWORK.test(code) || NETWORK.test(error.name);
  if (passing || status === 429 || status >= 500) {
    return new TransientError(
      new SenderError(
        "aws_unavailable",
        `${service} did not take the request (${code}), repeatedly. Try again later, and check that the runner may connect to it.`,
        { cause: error },
      ),
    );
  }
  const sentence = generalWording(error.name, error.message) ??
    wording(error.name, error.message) ?? [
      "aws_unavailable",
      `${service} refused the request (${error.name}).`,
    ];
  return new SenderError(...sentence, { cause: error });
}

/** What any service may answer. */
const generalWording: AwsWording = (name, message) => {
  if (CREDENTIALS.has(name)) {
    return [
      "aws_credentials",
      `AWS does not accept the credentials, or there are none (${name}). Run aws-actions/configure-aws-credentials before this step.`,
    ];
  }
  if (/^Region is missing/.test(message)) {
    return ["aws_region", "No AWS region is set. Set the region input or AWS_REGION."];
  }
  return undefined;
};

function isAwsError(error: unknown): error is AwsError {
  return typeof error === "object" && error !== null && "name" in error && "message" in error;
}
