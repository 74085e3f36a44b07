import type { Concealed } from "../redact.ts";
import { SenderError } from "../sender-error.ts";
import type { SecretVersion } from "../sources/secret-version.ts";

/** How a secret gets its new value. */
export type Rotation =
  /** By the rotation that is set up for it in Secrets Manager. */
  | { readonly kind: "managed" }
  /** By a password that Secrets Manager makes, written to one key of its JSON. */
  | { readonly kind: "generate"; readonly key: string; readonly rules: PasswordRules };

/** One rotation. */
export type RotationRequest = {
  readonly secret: Pick<SecretVersion, "arn" | "name">;
  /** The id of the version to make: the same request again makes no second one. */
  readonly versionId: string;
  /** How long it may take, ms. */
  readonly limitMs: number;
};

/** `begun` is false where this version had been made by an earlier attempt. */
export type Rotated = { readonly versionId: string; readonly begun: boolean };

/** The calls of Secrets Manager that rotating needs. Each method throws SenderError with a sentence that names the secret. */
export type RotatableSecrets = {
  readonly stages: (id: string) => Promise<VersionStages>;
  /** Begins the rotation that is set up. `busy`: an earlier one has not ended. */
  readonly begin: (id: string, versionId: string) => Promise<"begun" | "busy">;
  readonly password: (rules: PasswordRules) => Promise<Concealed<string>>;
  /** Stores a version under a label of our own. `taken`: the version is there with another value. */
  readonly stage: (id: string, versionId: string, value: Concealed<string>) => Promise<"staged" | "taken">;
  /** Moves AWSCURRENT from one version to another; `moved_away`: it was no longer on `from`. */
  readonly promote: (id: string, from: string, to: string) => Promise<"promoted" | "moved_away">;
  /** Takes our own label off a version. */
  readonly unlabel: (id: string, versionId: string) => Promise<void>;
};

/** The label of a version that is written and not current yet. */
export const STAGED = "SECRETHANDOFFSTAGED";

/** The label of the version that is read where none is named. */
export const CURRENT = "AWSCURRENT";

/** Which version has which staging label. https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html */
export type VersionStages = {
  /** The secret's whole ARN. */
  readonly arn: string;
  /** True where a rotation is set up. */
  readonly rotates: boolean;
  /** When anything of the secret was changed last, ms since the epoch. */
  readonly changedAt: number;
  readonly labels: Readonly<Record<string, readonly string[]>>;
};

/** True when the version has the label. */
export function hasLabel({ labels }: VersionStages, versionId: string, label: string): boolean {
  return labels[versionId]?.includes(label) ?? false;
}

/** The version that has the label, if any. */
export function versionWith({ labels }: VersionStages, label: string): string | undefined {
  return Object.keys(labels).find((versionId) => labels[versionId]?.includes(label));
}

/** Kinds of characters a password can be made of. */
const CHARACTER_CLASSES = ["lowercase", "uppercase", "digits", "punctuation"] as const;
export type CharacterClass = (typeof CHARACTER_CLASSES)[number];

/** What a generated password looks like. Each class it is made of occurs at least once. */
export type PasswordRules = {
  /** Characters. */
  readonly length: number;
  readonly classes: readonly CharacterClass[];
  /** Characters that it must not hold. */
  readonly exclude: string;
};

const SHORTEST_PASSWORD = 16;
/** GetRandomPassword makes none longer (Secrets Manager API reference). */
const LONGEST_PASSWORD = 4_096;
/** Fewer different characters than this make even a long password guessable. */
const FEWEST_CHARACTERS = 10;

/** As GetRandomPassword has them. */
const CHARACTERS: Readonly<Record<CharacterClass, string>> = {
  lowercase: "abcdefghijklmnopqrstuvwxyz",
  uppercase: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  digits: "0123456789",
  punctuation: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
};

/**
 * Rules for a strong password.
 * @param length digits
 * @param classes names of character classes, separated by commas or white space
 * @throws SenderError `input`
 */
export function parsePasswordRules(length: string, classes: string, exclude: string): PasswordRules {
  const characters = /^\d{1,4}$/.test(length) ? Number(length) : 0;
  if (characters < SHORTEST_PASSWORD || characters > LONGEST_PASSWORD) {
    throw new SenderError(
      "input",
      (say) => `${say("password-length")} must be a number from ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD}.`,
    );
  }
  const named = classes.split(/[\s,]+/).filter((word) => word !== "");
  const chosen = CHARACTER_CLASSES.filter((known) => named.includes(known));
  const strangers = named.filter((word) => !CHARACTER_CLASSES.some((known) => known === word));
  const left = chosen.flatMap((name) => [...CHARACTERS[name]]).filter((one) => !exclude.includes(one));
  if (strangers.length > 0 || chosen.length === 0 || left.length < FEWEST_CHARACTERS) {
    throw new SenderError(
      "input",
      (say) =>
        `${say("password-characters")} and ${say("password-exclude")} must leave at least ${FEWEST_CHARACTERS} characters. Choose from ${CHARACTER_CLASSES.join(", ")}.`,
    );
  }
  return { length: characters, classes: chosen, exclude };
}
