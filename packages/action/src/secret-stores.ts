import type {
  Deadline,
  ParameterReader,
  RoleAssumer,
  RotatableSecrets,
  SecretsSource,
} from "@secret-handoff/sdk";
import type { Surroundings } from "./github/surroundings.ts";
import type { Draft } from "./inputs/inputs.ts";

/** Where secrets are rotated and read. */
export type SecretStores = {
  readonly source: SecretsSource;
  readonly vault: RotatableSecrets;
  readonly parameter: ParameterReader;
  readonly assume: RoleAssumer;
};

/** Opens them in the region that was asked for. Nothing is called yet. */
export function openStores(
  { optional, age }: Draft,
  { openSecrets, openVault, openParameters, openRole, runtime }: Surroundings,
  deadline: Deadline,
): SecretStores {
  const region = optional?.region;
  return {
    source: openSecrets({ region, versionStage: age?.versionStage }, deadline, runtime),
    vault: openVault(region, deadline, runtime),
    parameter: openParameters(region, deadline, runtime),
    assume: openRole(region, deadline, runtime),
  };
}
