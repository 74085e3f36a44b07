import { AwsException } from "./exception.ts";
import type { ListRequest } from "./listing.ts";
import type { PasswordRequest } from "./random-password.ts";

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
