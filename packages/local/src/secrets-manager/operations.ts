import { randomUUID } from "node:crypto";
import {
  AwsException,
  decodeValue,
  encodeValue,
  type Filter,
  idOf,
  invalidParameter,
  invalidRequest,
  type ListRequest,
  notFound,
  type Request,
} from "./request.ts";
import { equalValues, type LocalSecrets, type Secret, type SecretValue, type Version } from "./secrets.ts";

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
