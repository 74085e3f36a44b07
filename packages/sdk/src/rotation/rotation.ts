import type { SecretVersion } from "../sources/secret-version.ts";
import type { PasswordRules } from "./password-rules.ts";

/** How a secret gets its new value. */
export type Rotation =
  /** By the rotation that is set up for it in Secrets Manager. */
  | { readonly kind: "managed" }
  /** By a password that Secrets Manager makes, written to one key of its JSON. */
  | { readonly kind: "generate"; readonly key: string; readonly rules: PasswordRules };

/** What a rotation is asked for. */
export type RotationWish = {
  readonly secret: Pick<SecretVersion, "arn" | "name">;
  /** The id of the version to make: the same wish again makes no second one. */
  readonly versionId: string;
  /** How long it may take, ms. */
  readonly limitMs: number;
};

/** `begun` is false where this version had been made by an earlier attempt. */
export type Rotated = { readonly versionId: string; readonly begun: boolean };
