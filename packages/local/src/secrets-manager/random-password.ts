import { randomInt } from "node:crypto";
import { invalidParameter } from "./exception.ts";

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

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";
const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
const DEFAULT_LENGTH = 32;
const MAX_LENGTH = 4_096;

/** A random password. @throws AwsException when no password fits the request */
export function randomPassword(request: PasswordRequest = {}): string {
  const length = request.PasswordLength ?? DEFAULT_LENGTH;
  const excluded = new Set(request.ExcludeCharacters ?? "");
  const types = [
    request.ExcludeLowercase ? "" : LOWER,
    request.ExcludeUppercase ? "" : UPPER,
    request.ExcludeNumbers ? "" : DIGITS,
    request.ExcludePunctuation ? "" : PUNCTUATION,
    request.IncludeSpace ? " " : "",
  ]
    .map((type) => [...type].filter((character) => !excluded.has(character)))
    .filter((type) => type.length > 0);
  const required = (request.RequireEachIncludedType ?? true) ? types : [];
  if (!Number.isInteger(length) || length < Math.max(1, required.length) || length > MAX_LENGTH) {
    throw invalidParameter("PasswordLength does not fit the required character types.");
  }
  const all = types.flat();
  if (all.length === 0) throw invalidParameter("No characters are left to make a password of.");
  const rest = Array.from({ length: length - required.length }, () => pick(all));
  return shuffled([...required.map(pick), ...rest]).join("");
}

function pick(characters: readonly string[]): string {
  return characters[randomInt(characters.length)] ?? "";
}

function shuffled(items: readonly string[]): readonly string[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [result[last], result[other]] = [result[other] ?? "", result[last] ?? ""];
  }
  return result;
}
