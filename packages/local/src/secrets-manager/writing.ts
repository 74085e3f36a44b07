import { randomUUID } from "node:crypto";
import { AwsException, decodeValue, idOf, invalidParameter, notFound, type Request } from "./request.ts";
import { equalValues } from "./secret.ts";
import type { LocalSecrets } from "./secrets.ts";

export function createSecret(request: Request, secrets: LocalSecrets) {
  const { Name = "", Description = "", ClientRequestToken } = request;
  if (!/^[A-Za-z0-9/_+=.@!-]{1,512}$/.test(Name)) {
    throw new AwsException(
      "ValidationException",
      "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
    );
  }
  if (secrets.all().some(({ name }) => name === Name)) {
    throw new AwsException(
      "ResourceExistsException",
      `The operation failed because the secret ${Name} already exists.`,
    );
  }
  const value = decodeValue(request);
  const now = secrets.clock();
  const secret = secrets.create(Name, now);
  secret.description = Description;
  if (value === undefined) return { ARN: secret.arn, Name };
  const version = secret.add(value, now, ClientRequestToken);
  secret.label("AWSCURRENT", version, now);
  return { ARN: secret.arn, Name, VersionId: version.id };
}

/** The same token and value again change nothing; another value under it is refused. */
export function putSecretValue(request: Request, secrets: LocalSecrets) {
  const secret = secrets.findLive(idOf(request));
  const { ClientRequestToken = randomUUID(), VersionStages = ["AWSCURRENT"] } = request;
  const value = decodeValue(request);
  if (value === undefined) throw invalidParameter("You must provide either SecretString or SecretBinary.");
  const known = secret.versions.get(ClientRequestToken);
  if (known?.value !== undefined && !equalValues(known.value, value)) {
    throw new AwsException(
      "ResourceExistsException",
      `You can't use ClientRequestToken ${ClientRequestToken} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  }
  const now = secrets.clock();
  const version = known ?? secret.add(value, now, ClientRequestToken);
  if (known?.value === undefined) {
    version.value = value;
    for (const stage of VersionStages) secret.label(stage, version, now);
  }
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    VersionStages: secret.stagesOf(version),
  };
}

export function updateSecretVersionStage(request: Request, secrets: LocalSecrets) {
  const secret = secrets.findLive(idOf(request));
  const { VersionStage = "", MoveToVersionId, RemoveFromVersionId } = request;
  const holder = secret.at(VersionStage);
  if (holder && RemoveFromVersionId !== holder.id && MoveToVersionId !== holder.id) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${VersionStage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  const target = MoveToVersionId === undefined ? undefined : secret.versions.get(MoveToVersionId);
  if (MoveToVersionId !== undefined && !target)
    throw notFound(`the specified secret value for VersionId: ${MoveToVersionId}`);
  if (target) secret.label(VersionStage, target, secrets.clock());
  else secret.unlabel(VersionStage);
  return { ARN: secret.arn, Name: secret.name };
}

export function rotateSecret(request: Request, secrets: LocalSecrets) {
  const secret = secrets.findLive(idOf(request));
  const { RotationLambdaARN, RotateImmediately = true, ClientRequestToken = randomUUID() } = request;
  const now = secrets.clock();
  if (RotationLambdaARN && secret.rotation.kind === "unconfigured") {
    secrets.rotations.configure(secret, { kind: "fast" }, now);
  }
  const version = RotateImmediately ? secrets.rotations.begin(secret, ClientRequestToken, now) : undefined;
  return { ARN: secret.arn, Name: secret.name, ...(version ? { VersionId: version.id } : {}) };
}
