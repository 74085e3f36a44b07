import {
  AwsException,
  encodeValue,
  type Filter,
  idOf,
  invalidParameter,
  invalidRequest,
  type ListRequest,
  notFound,
  type Request,
} from "./request.ts";
import type { Secret, SecretValue, Version } from "./secret.ts";
import type { LocalSecrets } from "./secrets.ts";

export function getSecretValue(request: Request, secrets: LocalSecrets) {
  const secret = secrets.findLive(idOf(request));
  secrets.rotations.advance(secret, secrets.clock());
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

/** What cannot be read is listed under Errors; the other secrets are returned all the same. */
export function batchGetSecretValue(request: Request, secrets: LocalSecrets) {
  const { page, ...rest } = request.SecretIdList
    ? { page: request.SecretIdList }
    : listPage(secrets.all(), { MaxResults: 20, ...request });
  const SecretValues: object[] = [];
  const Errors: object[] = [];
  for (const wanted of page) {
    const SecretId = typeof wanted === "string" ? wanted : wanted.arn;
    try {
      secrets.permit("GetSecretValue", SecretId);
      SecretValues.push(getSecretValue({ SecretId }, secrets));
    } catch (error) {
      if (!(error instanceof AwsException)) throw error;
      Errors.push({ SecretId, ErrorCode: error.name, Message: error.message });
    }
  }
  return { SecretValues, Errors, ...rest };
}

export function describeSecret(request: Request, secrets: LocalSecrets) {
  const secret = secrets.find(idOf(request));
  secrets.rotations.poll(secret, secrets.clock());
  return { ...entryOf(secret), VersionIdsToStages: secret.stagesById() };
}

export function listSecrets(request: Request, secrets: LocalSecrets) {
  const { page, ...rest } = listPage(secrets.all(), request);
  const SecretList = page.map((secret) => ({
    ...entryOf(secret),
    SecretVersionsToStages: secret.stagesById(),
  }));
  return { SecretList, ...rest };
}

export function listSecretVersionIds(request: Request, secrets: LocalSecrets) {
  const secret = secrets.findLive(idOf(request));
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

type ListPage = { readonly page: readonly Secret[]; readonly NextToken?: string };

const MOST = 100;

/** One page of the secrets that match, newest first unless asked otherwise. @throws AwsException */
function listPage(secrets: readonly Secret[], request: ListRequest): ListPage {
  const { Filters = [], MaxResults = MOST, SortOrder = "desc" } = request;
  if (!Number.isInteger(MaxResults) || MaxResults < 1 || MaxResults > MOST) {
    throw invalidParameter(`MaxResults must be between 1 and ${MOST}.`);
  }
  const oldestFirst = secrets
    .filter((secret) => request.IncludePlannedDeletion || secret.deletedAt === undefined)
    .filter((secret) => Filters.every((filter) => matches(secret, filter)));
  const sorted = SortOrder === "asc" ? oldestFirst : [...oldestFirst].reverse();
  const start = placeOf(request.NextToken);
  const end = start + MaxResults;
  const more = end < sorted.length ? { NextToken: Buffer.from(`after ${end}`).toString("base64") } : {};
  return { page: sorted.slice(start, end), ...more };
}

/** A value with `!` before it must not match; of the others one must (API reference, Filter). */
function matches(secret: Secret, { Key, Values }: Filter): boolean {
  const wanted = Values.filter((value) => !value.startsWith("!"));
  const unwanted = Values.filter((value) => value.startsWith("!")).map((value) => value.slice(1));
  const has = (value: string) => hasPrefix(secret, Key, value);
  return (wanted.length === 0 || wanted.some(has)) && !unwanted.some(has);
}

function hasPrefix({ name, description }: Secret, key: string, value: string): boolean {
  switch (key) {
    case "name":
      return name.startsWith(value);
    case "description":
      return description.toLowerCase().startsWith(value.toLowerCase());
    case "all":
      return words(value).every((word) =>
        words(`${name} ${description}`).some((own) => own.startsWith(word)),
      );
    default:
      throw invalidParameter(`The local stack does not filter by ${key}.`);
  }
}

function words(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
}

function placeOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const [, place] = /^after (\d+)$/.exec(Buffer.from(token, "base64").toString()) ?? [];
  if (place === undefined) {
    throw new AwsException("InvalidNextTokenException", "The NextToken value is invalid.");
  }
  return Number(place);
}
