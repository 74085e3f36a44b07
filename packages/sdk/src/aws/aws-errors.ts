import { isThrottlingError, isTransientError } from "@smithy/core/retry";
import { redact } from "../redact.ts";
import type { Deadline } from "../runtime/deadline.ts";
import { type NetworkFault, networkFault } from "../runtime/network.ts";
import { TransientError } from "../runtime/retry.ts";
import { SenderError, type SenderErrorCode } from "../sender-error.ts";
import type { Sentence } from "../settings.ts";
import { accessDenied } from "./access-denied.ts";

/** One call to AWS, in words for a refusal. */
export type AwsCall = {
  /** As people call it: "Secrets Manager". */
  readonly service: string;
  /** What the call is about, as the reader knows it: `secret "prod/db"`. */
  readonly resource: string;
  /** The IAM action that the call takes: AWS does not always name it. */
  readonly permission: string;
  /** How this call words refusals that it knows more about than the general sentences do. */
  readonly wording?: AwsWording;
  /** Whom the call mails: their name stays out of every sentence. */
  readonly recipient?: string;
  /** Secrets in the request, which AWS may repeat. */
  readonly sent?: readonly string[];
  /** True for a call that must not be repeated where it may have been carried out. */
  readonly once?: boolean;
  /** What AWS refuses, where "the request for RESOURCE" says it badly, and the code for a refusal that is in no table. */
  readonly request?: string;
  readonly refusedCode?: SenderErrorCode;
};

/** A code and a sentence: a SenderError without AWS's own error, which is added as its cause. */
export type AwsSentence = readonly [code: SenderErrorCode, sentence: Sentence];

/** Undefined leaves a refusal to the general sentences. @param message AWS's own words, not yet fit for a log */
export type AwsWording = (name: string, message: string) => AwsSentence | undefined;

/** What every exception of the AWS SDK for JavaScript v3 may carry. */
type AwsError = {
  readonly name: string;
  readonly message: string;
  readonly cause?: Error;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
};

function isAwsError(error: unknown): error is AwsError {
  return typeof error === "object" && error !== null && "name" in error && "message" in error;
}

/**
 * The sentence for a failed AWS call, wrapped in {@link TransientError} where trying again may help. The name of an exception says
 * little (InvalidRequestException is a dozen things): AWS's message decides, and what is in no table is quoted.
 */
export function awsFailure(error: unknown, call: AwsCall, { hard }: Deadline): Error {
  if (hard.aborted && hard.reason instanceof SenderError) return hard.reason;
  if (error instanceof SenderError) return error;
  if (!isAwsError(error)) return new Error(`${call.service} failed`, { cause: error });
  const failed = (sentence: AwsSentence) => new SenderError(...sentence, { cause: error });
  if (CLOCK.test(`${error.name} ${error.message}`)) return new TransientError(failed(clockSkewed(error)));
  const sentence = misconfigured(error) ?? call.wording?.(error.name, error.message);
  if (sentence) return failed(sentence);
  if (isThrottling(error)) return new TransientError(failed(throttled(error, call)), { kind: "throttled" });
  const network = statusOf(error) < 300 ? networkFault(error) : undefined;
  if (call.once && mayHaveSucceeded(error, network)) return failed(outcomeUnknown(call));
  if (network) {
    const final = failed(unreachable(error, network, call));
    return network.transient ? new TransientError(final) : final;
  }
  if (statusOf(error) < 500 && isNotFromAws(error)) return failed(notFromAws(error, call));
  if (isTransientError(error) || statusOf(error) >= 500)
    return new TransientError(failed(unavailable(error, call)));
  return failed(generalSentence(error, call));
}

/** An answer without a word that AWS has for errors: the SDK makes one up. */
function isNotFromAws({ name, message }: AwsError): boolean {
  return (
    name === "Unknown" ||
    name === "UnknownError" ||
    /Deserialization error|is not valid JSON|char '.*' is not expected/.test(message)
  );
}

function notFromAws(error: AwsError, { service }: AwsCall): AwsSentence {
  return [
    "aws_unavailable",
    `${service} answered ${statusOf(error)} with something that is not its own, like the web page of a proxy. Check that this machine may connect to AWS, and AWS_ENDPOINT_URL.`,
  ];
}

function statusOf({ $metadata }: AwsError): number {
  return $metadata?.httpStatusCode ?? 0;
}

/** The SDK's table, without the quota on how many there may be of something: that one does not pass. */
function isThrottling(error: AwsError): boolean {
  return isThrottlingError(error) && error.name !== "LimitExceededException";
}

/** The request was sent, and no answer says that it was refused. A gateway's 502 and 504 say nothing of what lies behind it. */
function mayHaveSucceeded(error: AwsError, network: NetworkFault | undefined): boolean {
  const status = statusOf(error);
  if (status === 502 || status === 504) return true;
  return network !== undefined && !network.unsent && !/without establishing a connection/.test(error.message);
}

/** The SDK notes the difference from such an answer and signs the next request by AWS's clock, so trying again helps. */
const CLOCK =
  /\bSignature (?:expired|not yet current)|\b(?:RequestTimeTooSkewed|RequestExpired|RequestInTheFuture)/;

function clockSkewed({ name }: AwsError): AwsSentence {
  return [
    "clock",
    `AWS does not accept the time of the requests (${name}): this machine's clock is more than five minutes off. Set it, for example by NTP.`,
  ];
}

/** What is wrong before AWS is asked: region, address, credentials. */
function misconfigured({ name, message }: AwsError): AwsSentence | undefined {
  if (/^Region is missing/.test(message)) {
    return ["aws_region", (say) => `No AWS region is set. Set ${say("region")} or AWS_REGION.`];
  }
  if (/^Region not accepted|Invalid Configuration.*region/i.test(message)) {
    return [
      "aws_region",
      (say) =>
        `The AWS region is malformed. Write ${say("region")} (or AWS_REGION) like eu-west-1, without spaces or quotes.`,
    ];
  }
  if (name === "TypeError" && message === "Invalid URL") {
    return [
      "aws_unavailable",
      "An address of AWS in the environment is not a URL. Check AWS_ENDPOINT_URL and its like.",
    ];
  }
  if (name === "CredentialsProviderError") {
    return ["aws_credentials", (say) => `There are no AWS credentials. ${say("aws-login")}.`];
  }
  if (/expired/i.test(`${name} ${message}`) && /token|credential/i.test(`${name} ${message}`)) {
    return [
      "aws_credentials",
      (say) => `The AWS credentials have expired (${name}). ${say("aws-login", "expired")}.`,
    ];
  }
  return CREDENTIALS.has(name.replace(/Exception$/, ""))
    ? [
        "aws_credentials",
        (say) => `AWS does not accept the credentials (${name}). ${say("aws-login", "refused")}.`,
      ]
    : undefined;
}

/** https://docs.aws.amazon.com/general/latest/gr/CommonErrors.html and STS's own names, without "Exception". */
const CREDENTIALS: ReadonlySet<string> = new Set([
  "IncompleteSignature",
  "InvalidClientTokenId",
  "InvalidSignature",
  "MissingAuthenticationToken",
  "NotAuthorized",
  "OptInRequired",
  "SignatureDoesNotMatch",
  "UnrecognizedClient",
]);

function generalSentence(error: AwsError, call: AwsCall): AwsSentence {
  const { name, message } = error;
  if (isAbout("AccessDenied", name)) return ["access_denied", accessDenied(message, call)];
  if (KMS.test(message)) return keyUnusable(error, call);
  const { service, request = `the request for ${call.resource}`, refusedCode = "aws_refused" } = call;
  return [refusedCode, `${service} refused ${request}${quoted(error, call)}.`];
}

/** True for an exception in either spelling: the query protocol leaves "Exception" out. */
export function isAbout(word: string, name: string): boolean {
  return name === word || name === `${word}Exception`;
}

/** A service passes on what KMS answered it. A name that holds `kms` is in quotes or part of an ARN, and is not meant. */
const KMS = /\(Service: (AWS)?Kms\b|\(Service: AWSKMS\b|\bKMS key\b|\bcustomer master key\b/i;

function keyUnusable(error: AwsError, call: AwsCall): AwsSentence {
  return [
    "secret_unreadable",
    `The KMS key of ${call.resource} cannot be used${quoted(error, call)}. Check that the key exists in this region, is enabled, and is not to be deleted.`,
  ];
}

function throttled(error: AwsError, call: AwsCall): AwsSentence {
  return [
    "aws_unavailable",
    `${call.service} takes requests only slower than they come${quoted(error, call)}. Try again later, or ask AWS for a higher quota.`,
  ];
}

function unavailable(error: AwsError, call: AwsCall): AwsSentence {
  return [
    "aws_unavailable",
    `${call.service} failed to answer the request for ${call.resource}, repeatedly${quoted(error, call)}. Try again later.`,
  ];
}

function unreachable(
  error: AwsError,
  { code, reason, advice }: NetworkFault,
  { service }: AwsCall,
): AwsSentence {
  const host = /\b(?:ENOTFOUND|EAI_AGAIN) (\S+)/.exec(error.message)?.[1];
  return [
    "aws_unavailable",
    (say) =>
      `${service}${host === undefined ? "" : ` at ${host}`} cannot be reached: ${reason} (${code}). ${advice(say("region"))}`,
  ];
}

function outcomeUnknown({ service }: AwsCall): AwsSentence {
  return [
    "mail_unknown",
    `${service} was given the mail and did not answer: whether it goes out is not known, so it is not sent twice. Run again for this recipient.`,
  ];
}

/** AWS's word for it, its sentence and the request's id, for whoever asks AWS: all that AWS said, made fit for a log. */
function quoted({ name, message, $metadata }: AwsError, { recipient, sent }: AwsCall): string {
  const words = redact(message, recipient, sent);
  const quote = words === "" || words === name || words === "UnknownError" ? "" : `: ${words}`;
  const id = $metadata?.requestId === undefined ? "" : `; request ${redact($metadata.requestId)}`;
  return ` (${name}${quote}${id})`;
}
