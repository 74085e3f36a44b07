import type { ErrorCollector } from "../sender-error.ts";
import { type GitHubAppRequest, gitHubAppToken } from "./github-app.ts";
import type { ParameterStore } from "./parameters.ts";
import { readParameters, readSecrets } from "./read-secrets.ts";
import type { RoleAssumer, RoleRequest } from "./role-credentials.ts";
import type { LabelledSecret, SecretsSource, SecretVersion } from "./secret-version.ts";
import type { ParameterSelector, SecretSelector } from "./selectors.ts";
import { type OtherSelector, readOtherSecrets, storeReader } from "./stores/other-secrets.ts";
import type { StoreContext } from "./stores/store-http.ts";
import type { VaultOptions } from "./stores/vault.ts";

/** What is to be read or made, whatever it is kept in. */
export type WantedSecrets = {
  readonly secretIds?: readonly SecretSelector[] | undefined;
  readonly parameters?: readonly ParameterSelector[] | undefined;
  readonly otherSecrets?: readonly OtherSelector[] | undefined;
  readonly vault?: VaultOptions | undefined;
  /** Whose temporary credentials to make. */
  readonly role?: Omit<RoleRequest, "versionId"> | undefined;
  /** Of which GitHub App to make a token. */
  readonly app?: Omit<GitHubAppRequest, "versionId"> | undefined;
};

/** Where secrets are read and made. */
export type SecretSources = {
  readonly secrets: SecretsSource;
  readonly parameters: ParameterStore;
  readonly assumeRole: RoleAssumer;
  /** For stores of other makers. */
  readonly stores: StoreContext;
};

/** What was read: `secrets` of Secrets Manager, which can be rotated, and `others`, which cannot. */
export type ReadSources = {
  readonly secrets: readonly LabelledSecret[];
  readonly others: readonly LabelledSecret[];
};

/**
 * Reads everything side by side. What has no versions (temporary credentials) belongs to this execution alone.
 * @param execution names this execution in the whole world, at most 64 characters
 * @param errors takes every mistake
 * @param onRead called with each version before anything else is done with it: the place to mask
 */
export async function readAllSecrets(
  { secretIds = [], parameters = [], otherSecrets = [], vault = {}, role, app }: WantedSecrets,
  sources: SecretSources,
  execution: string,
  errors: ErrorCollector,
  onRead: (version: SecretVersion) => void = () => {},
): Promise<ReadSources> {
  const make = (work: Promise<SecretVersion>) =>
    errors.attemptAsync(async () => {
      const version = await work;
      onRead(version);
      return { ...version, label: version.name };
    });
  // All in one: where one fails in a way that nothing foresaw, the failure of another must not be left without anyone to see it.
  const [secrets, named, foreign, issued, assumed] = await Promise.all([
    readSecrets(secretIds, sources.secrets, onRead),
    readParameters(parameters, sources.parameters, onRead),
    readOtherSecrets(otherSecrets, storeReader(vault, execution, sources.stores), onRead),
    app && make(gitHubAppToken({ ...app, versionId: execution }, sources.stores)),
    role && make(sources.assumeRole({ ...role, versionId: execution })),
  ]);
  errors.add(...secrets.errors, ...named.errors, ...foreign.errors);
  const made = [assumed, issued].filter((version) => version !== undefined);
  return { secrets: secrets.secrets, others: [...named.secrets, ...foreign.secrets, ...made] };
}
