import { AwsException, invalidRequest, notFound } from "./exception.ts";
import { listPage } from "./listing.ts";
import { idOf, type Request } from "./request.ts";
import type { Secret, Version } from "./secret.ts";
import { encodeValue, type SecretValue } from "./secret-value.ts";
import type { Vault } from "./vault.ts";

export function getSecretValue(request: Request, vault: Vault) {
  const secret = vault.findLive(idOf(request));
  vault.rotations.advance(secret, vault.clock());
  const version = pickVersion(secret, request);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    VersionStages: secret.stagesOf(version),
    CreatedDate: version.createdAt,
    ...encodeValue(version.value),
  };
}

function pickVersion(secret: Secret, { VersionId, VersionStage }: Request): Version & { value: SecretValue } {
  const wanted =
    VersionId === undefined ? `staging label: ${VersionStage ?? "AWSCURRENT"}` : `VersionId: ${VersionId}`;
  const version =
    VersionId === undefined ? secret.at(VersionStage ?? "AWSCURRENT") : secret.versions.get(VersionId);
  if (version && VersionStage !== undefined && !secret.stagesOf(version).includes(VersionStage)) {
    throw invalidRequest("You provided a VersionStage that is not associated to the provided VersionId.");
  }
  if (version?.value === undefined) throw notFound(`the specified secret value for ${wanted}`);
  return { ...version, value: version.value };
}

/** What cannot be read is told beside what can, never instead of it. */
export function batchGetSecretValue(request: Request, vault: Vault) {
  const { page, ...rest } = request.SecretIdList
    ? { page: request.SecretIdList }
    : listPage(vault.all(), { MaxResults: 20, ...request });
  const SecretValues: object[] = [];
  const Errors: object[] = [];
  for (const wanted of page) {
    const SecretId = typeof wanted === "string" ? wanted : wanted.arn;
    try {
      vault.permit("GetSecretValue", SecretId);
      SecretValues.push(getSecretValue({ SecretId }, vault));
    } catch (error) {
      if (!(error instanceof AwsException)) throw error;
      Errors.push({ SecretId, ErrorCode: error.name, Message: error.message });
    }
  }
  return { SecretValues, Errors, ...rest };
}

export function describeSecret(request: Request, vault: Vault) {
  const secret = vault.find(idOf(request));
  vault.rotations.poll(secret, vault.clock());
  return { ...entryOf(secret), VersionIdsToStages: secret.stagesById() };
}

export function listSecrets(request: Request, vault: Vault) {
  const { page, ...rest } = listPage(vault.all(), request);
  const SecretList = page.map((secret) => ({
    ...entryOf(secret),
    SecretVersionsToStages: secret.stagesById(),
  }));
  return { SecretList, ...rest };
}

export function listSecretVersionIds(request: Request, vault: Vault) {
  const secret = vault.findLive(idOf(request));
  const Versions = [...secret.versions.values()].map((version) => ({
    VersionId: version.id,
    VersionStages: secret.stagesOf(version),
    CreatedDate: version.createdAt,
  }));
  return { ARN: secret.arn, Name: secret.name, Versions };
}

function entryOf(secret: Secret) {
  const enabled = secret.rotation.kind !== "unconfigured";
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description === "" ? {} : { Description: secret.description }),
    RotationEnabled: enabled,
    ...(enabled ? { RotationLambdaARN: "arn:aws:lambda:eu-west-1:111122223333:function:rotate" } : {}),
    ...(secret.rotatedAt === undefined ? {} : { LastRotatedDate: secret.rotatedAt }),
    LastChangedDate: secret.changedAt,
    CreatedDate: secret.createdAt,
    ...(secret.deletedAt === undefined ? {} : { DeletedDate: secret.deletedAt }),
  };
}
