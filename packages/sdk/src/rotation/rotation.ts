import type { Concealed } from "../concealed.ts";
import type { SecretVersion } from "../sources/secret-version.ts";
import type { PasswordRules } from "./password-rules.ts";

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
