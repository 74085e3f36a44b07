import { randomInt } from "node:crypto";
import { invalidParameter, invalidRequest, type PasswordRequest } from "./request.ts";
import type { Secret, SecretValue, Version } from "./secrets.ts";

/** How a secret's rotation function behaves. */
export type RotationBehaviour =
  /** There is none. */
  | { readonly kind: "unconfigured" }
  /** Done before RotateSecret answers. */
  | ({ readonly kind: "fast" } & Next)
  /** Done after so many calls of DescribeSecret, or so many seconds of the clock. */
  | ({ readonly kind: "slow"; readonly polls?: number; readonly seconds?: number } & Next)
  /** Starts and never succeeds: AWSPENDING stays on a version without a value. */
  | { readonly kind: "failing" }
  /** An earlier rotation never ended, so that no new one is begun. */
  | { readonly kind: "stuck" };

/** Makes the new value of the old one; without it a new password is put in. */
type Next = { readonly next?: (value: SecretValue) => SecretValue };

type UnderWay = { readonly version: Version; readonly startedAt: number; polls: number };

/**
 * Rotations as Secrets Manager runs them: RotateSecret only begins one, and staging labels show its progress.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
 */
export class Rotations {
  readonly #underWay = new Map<Secret, UnderWay>();

  /** Sets how a secret rotates from now on. */
  configure(secret: Secret, rotation: RotationBehaviour, now: number): void {
    secret.rotation = rotation;
    this.#underWay.delete(secret);
    if (rotation.kind === "stuck") secret.label("AWSPENDING", secret.add(undefined, now), now);
  }

  /** @param token the new version's id: the same again begins nothing new @throws AwsException */
  begin(secret: Secret, token: string, now: number): Version {
    const { rotation } = secret;
    if (rotation.kind === "unconfigured") {
      throw invalidRequest("No Lambda rotation function ARN is associated with this secret.");
    }
    const known = secret.versions.get(token);
    if (known) return known;
    const pending = secret.at("AWSPENDING");
    if (pending && pending !== secret.at("AWSCURRENT")) {
      throw invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.");
    }
    const version = secret.add(undefined, now, token);
    secret.label("AWSPENDING", version, now);
    this.#underWay.set(secret, { version, startedAt: now, polls: 0 });
    this.advance(secret, now);
    return version;
  }

  /** Counts a call of DescribeSecret: a slow rotation may wait for some. */
  poll(secret: Secret, now: number): void {
    const rotation = this.#underWay.get(secret);
    if (rotation) rotation.polls += 1;
    this.advance(secret, now);
  }

  /** Ends a rotation whose time has come. */
  advance(secret: Secret, now: number): void {
    const underWay = this.#underWay.get(secret);
    if (!underWay || !isDone(secret.rotation, underWay, now)) return;
    const { version } = underWay;
    const old = secret.at("AWSCURRENT")?.value;
    version.value = "next" in secret.rotation && old ? secret.rotation.next?.(old) : undefined;
    version.value ??= withNewPassword(old);
    // AWSPENDING stays beside AWSCURRENT, as after most rotation functions.
    secret.label("AWSCURRENT", version, now);
    secret.rotatedAt = now;
    this.#underWay.delete(secret);
  }
}

function isDone(rotation: RotationBehaviour, { polls, startedAt }: UnderWay, now: number): boolean {
  switch (rotation.kind) {
    case "fast":
      return true;
    case "slow":
      return polls >= (rotation.polls ?? 0) && now >= startedAt + (rotation.seconds ?? 0);
    case "failing":
    case "stuck":
    case "unconfigured":
      return false;
  }
}

/** The rotation functions that AWS publishes change `password` and leave the other keys of the JSON. */
function withNewPassword(value: SecretValue | undefined): string {
  const password = randomPassword({ ExcludePunctuation: true });
  try {
    const parsed: unknown = JSON.parse(String(value));
    if (typeof parsed === "object" && parsed !== null && "password" in parsed) {
      return JSON.stringify({ ...parsed, password });
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return password;
}

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
