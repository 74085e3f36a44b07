import { Concealed, type LabelledSecret, type SecretVersion } from "@secret-handoff/sdk";

/** A secret version for tests; its ARN comes from its name. */
export function secretVersion(
  name: string,
  value: string | Uint8Array,
  more: Partial<SecretVersion> = {},
): SecretVersion {
  return {
    arn: `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}-AbCdEf`,
    name,
    versionId: "11111111-2222-3333-4444-555555555555",
    versionCreatedAt: 1_795_000_000,
    value: new Concealed(value),
    ...more,
  };
}

/** The same, labelled with its name. */
export function labelled(
  name: string,
  value: string | Uint8Array,
  more: Partial<LabelledSecret> = {},
): LabelledSecret {
  return { ...secretVersion(name, value), label: name, ...more };
}
