import type { Concealed } from "../concealed.ts";

/** One version of one secret, as it was read. */
export type SecretVersion = {
  readonly arn: string;
  readonly name: string;
  readonly versionId: string;
  /** When this version was made, Unix seconds. */
  readonly versionCreatedAt: number;
  /** When the value stops working by itself, Unix seconds. */
  readonly endsAt?: number;
  /** The value is JSON by nature: each of its leaves is a field, whatever is chosen for secrets. */
  readonly inFields?: true;
  /** Text, or the bytes of a binary secret. */
  readonly value: Concealed<string | Uint8Array>;
};

/** A version and the name it is handed over under. */
export type LabelledSecret = SecretVersion & { readonly label: string };

/** Where secrets come from. Each method throws SenderError with a sentence that names the secret. */
export type SecretsSource = {
  /** The current version of the secret of this name or ARN, or the version named. */
  readonly read: (id: string, versionId?: string) => Promise<SecretVersion>;
  /** Names of the secrets that begin with `prefix`, at most `limit` + 1 of them. */
  readonly namesWithPrefix: (prefix: string, limit: number) => Promise<readonly string[]>;
};
