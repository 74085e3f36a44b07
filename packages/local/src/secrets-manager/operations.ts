import { randomPassword } from "./random-password.ts";
import {
  batchGetSecretValue,
  describeSecret,
  getSecretValue,
  listSecrets,
  listSecretVersionIds,
} from "./reading.ts";
import type { Request } from "./request.ts";
import type { Vault } from "./vault.ts";
import { createSecret, putSecretValue, rotateSecret, updateSecretVersionStage } from "./writing.ts";

/** Takes a request, gives the answer's body. @throws AwsException */
type Operation = (request: Request, vault: Vault) => object;

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["GetSecretValue", getSecretValue],
  ["BatchGetSecretValue", batchGetSecretValue],
  ["DescribeSecret", describeSecret],
  ["ListSecrets", listSecrets],
  ["ListSecretVersionIds", listSecretVersionIds],
  ["CreateSecret", createSecret],
  ["PutSecretValue", putSecretValue],
  ["UpdateSecretVersionStage", updateSecretVersionStage],
  ["RotateSecret", rotateSecret],
  ["GetRandomPassword", (request) => ({ RandomPassword: randomPassword(request) })],
]);
