import { AwsException, invalidParameter } from "./exception.ts";
import type { Secret } from "./secret.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html */
export type ListRequest = {
  readonly Filters?: readonly Filter[];
  readonly IncludePlannedDeletion?: boolean;
  readonly MaxResults?: number;
  readonly NextToken?: string;
  readonly SortOrder?: "asc" | "desc";
};

type Filter = { readonly Key: string; readonly Values: readonly string[] };

export type ListPage = { readonly page: readonly Secret[]; readonly NextToken?: string };

const MOST = 100;

/** One page of the secrets that match, newest first unless asked otherwise. @throws AwsException */
export function listPage(secrets: readonly Secret[], request: ListRequest): ListPage {
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
