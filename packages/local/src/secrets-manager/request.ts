import type { SecretValue } from "./secrets.ts";

/** An exception of the API, as the SDK will throw it. */
export class AwsException extends Error {
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

export function notFound(what = "the specified secret."): AwsException {
  return new AwsException("ResourceNotFoundException", `Secrets Manager can't find ${what}`);
}

export function invalidRequest(message: string): AwsException {
  return new AwsException("InvalidRequestException", message);
}

export function invalidParameter(message: string): AwsException {
  return new AwsException("InvalidParameterException", message);
}

/** In the words of IAM, which name the permission and what it was wanted on. */
export function accessDenied(operation: string, resource: string): AwsException {
  const action = `secretsmanager:${operation}`;
  return new AwsException(
    "AccessDeniedException",
    `User: arn:aws:sts::111122223333:assumed-role/handoff/GitHubActions is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  );
}

export function throttled(): AwsException {
  return new AwsException("ThrottlingException", "Rate exceeded");
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html */
export type ListRequest = {
  readonly Filters?: readonly Filter[];
  readonly IncludePlannedDeletion?: boolean;
  readonly MaxResults?: number;
  readonly NextToken?: string;
  readonly SortOrder?: "asc" | "desc";
};

export type Filter = { readonly Key: string; readonly Values: readonly string[] };

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
export type PasswordRequest = {
  readonly PasswordLength?: number;
  readonly ExcludeCharacters?: string;
  readonly ExcludeNumbers?: boolean;
  readonly ExcludePunctuation?: boolean;
  readonly ExcludeUppercase?: boolean;
  readonly ExcludeLowercase?: boolean;
  readonly IncludeSpace?: boolean;
  readonly RequireEachIncludedType?: boolean;
};

/** What the operations take, as far as the local stack looks at it. Bytes are base64, times Unix seconds. */
export type Request = ListRequest &
  PasswordRequest & {
    readonly SecretId?: string;
    readonly SecretIdList?: readonly string[];
    readonly Name?: string;
    readonly Description?: string;
    readonly VersionId?: string;
    readonly VersionStage?: string;
    readonly VersionStages?: readonly string[];
    readonly ClientRequestToken?: string;
    readonly SecretString?: string;
    readonly SecretBinary?: string;
    readonly RotationLambdaARN?: string;
    readonly RotateImmediately?: boolean;
    readonly MoveToVersionId?: string;
    readonly RemoveFromVersionId?: string;
  };

/** @throws AwsException when the request names no secret */
export function idOf({ SecretId }: Request): string {
  if (typeof SecretId === "string" && SecretId !== "") return SecretId;
  throw new AwsException(
    "ValidationException",
    "1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null",
  );
}

/** The value that a request carries, if it does. @throws AwsException when it carries two */
export function decodeValue({ SecretString, SecretBinary }: Request): SecretValue | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  return SecretBinary === undefined ? SecretString : Buffer.from(SecretBinary, "base64");
}

export function encodeValue(value: SecretValue) {
  return typeof value === "string"
    ? { SecretString: value }
    : { SecretBinary: Buffer.from(value).toString("base64") };
}
