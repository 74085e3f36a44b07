/** The label of the version that is read where none is named. */
export const CURRENT = "AWSCURRENT";

/** Which version bears which staging label. https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html */
export type VersionStages = {
  /** The secret's whole ARN. */
  readonly arn: string;
  /** True where a rotation is set up. */
  readonly rotates: boolean;
  /** When anything of the secret was changed last, ms since the epoch. */
  readonly changedAt: number;
  readonly labels: Readonly<Record<string, readonly string[]>>;
};

/** True when the version bears the label. */
export function bears({ labels }: VersionStages, versionId: string, label: string): boolean {
  return labels[versionId]?.includes(label) ?? false;
}

/** The version that bears the label, if any. */
export function versionWith({ labels }: VersionStages, label: string): string | undefined {
  return Object.keys(labels).find((versionId) => labels[versionId]?.includes(label));
}
