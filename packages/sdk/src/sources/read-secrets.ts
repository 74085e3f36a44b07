import { mapLimited } from "../runtime/concurrency.ts";
import { SenderError, toResult } from "../sender-error.ts";
import type { Setting } from "../settings.ts";
import type { ParameterStore } from "./parameters.ts";
import { type LabelledSecret, labelOf, type SecretsSource, type SecretVersion } from "./secret-version.ts";
import type { Chosen, ParameterSelector, SecretSelector } from "./selectors.ts";

/** More matches of one prefix are refused: one page of ListSecrets, as in aws-actions/aws-secretsmanager-get-secrets. */
const MOST_MATCHES = 100;
const READS_AT_ONCE = 5;

/** What could be read, and one error for each selector or secret that could not. */
export type ReadResult = {
  readonly secrets: readonly LabelledSecret[];
  readonly errors: readonly SenderError[];
};

/**
 * Reads every selected secret once, in the order they were named, those of a prefix by name. A failure does not stop the
 * others, so that all of them can be reported at once.
 * @param onRead called with each version before anything else is done with it: the place to mask
 */
export async function readSecrets(
  selectors: readonly SecretSelector[],
  source: SecretsSource,
  onRead: (version: SecretVersion) => void = () => {},
): Promise<ReadResult> {
  const wanted = await mapLimited(selectors, READS_AT_ONCE, (selector) => toResult(expand(selector, source)));
  const read = await mapLimited(wanted.flatMap(spread), READS_AT_ONCE, async (item) => {
    if (item instanceof SenderError) return item;
    return toResult(readOne(item, source, onRead));
  });
  return readResult(read, "secret-ids");
}

/** A secret and the line that names it; one that a prefix found has none. */
export type ReadSecret = { readonly secret: LabelledSecret; readonly line: number | undefined };

async function readOne(
  wanted: Wanted,
  source: SecretsSource,
  onRead: (version: SecretVersion) => void,
): Promise<ReadSecret> {
  const version = await source.read(wanted.id);
  onRead(version);
  return chosenOf(version, wanted);
}

/** A version as its line asks for it: under the alias, and the one key alone. */
export function chosenOf(
  version: SecretVersion,
  { alias, key, line }: Partial<Chosen> & { readonly key?: string },
): ReadSecret {
  const label = alias ?? labelOf(version, key);
  return { secret: { ...version, label, ...(key === undefined ? {} : { key }) }, line };
}

function spread<T>(result: readonly T[] | SenderError): readonly (T | SenderError)[] {
  return result instanceof SenderError ? [result] : result;
}

type Wanted = Partial<Chosen> & { readonly id: string; readonly key?: string };

async function expand(selector: SecretSelector, source: SecretsSource): Promise<readonly Wanted[]> {
  if (selector.kind === "secret") return [selector];
  const alias = selector.alias === undefined ? {} : { alias: selector.alias };
  const names = await source.namesWithPrefix(selector.prefix, MOST_MATCHES);
  if (names.length === 0) {
    throw new SenderError(
      "no_such_prefix",
      (say) =>
        `No secret's name begins with "${selector.prefix}". Check the prefix in ${say("secret-ids")}, the region and the account.`,
    );
  }
  if (names.length > MOST_MATCHES) {
    throw new SenderError(
      "too_many_matches",
      (say) =>
        `More than ${MOST_MATCHES} secrets begin with "${selector.prefix}". Use a longer prefix in ${say("secret-ids")}.`,
    );
  }
  if (selector.alias !== undefined && names.length > 1) {
    throw new SenderError(
      "too_many_matches",
      `The alias "${selector.alias}" fits one secret, but ${names.length} begin with "${selector.prefix}". Drop the alias or use a longer prefix.`,
    );
  }
  return names.toSorted().map((id) => ({ id, ...alias }));
}

/** Reads every selected parameter, in the order they were named, those of a path by name. As {@link readSecrets} does otherwise. */
export async function readParameters(
  selectors: readonly ParameterSelector[],
  store: ParameterStore,
  onRead: (version: SecretVersion) => void = () => {},
): Promise<ReadResult> {
  const read = await mapLimited(selectors, READS_AT_ONCE, (selector) =>
    toResult(readSelector(selector, store, onRead)),
  );
  return readResult(read.flatMap(spread), "parameters");
}

async function readSelector(
  selector: ParameterSelector,
  store: ParameterStore,
  onRead: (version: SecretVersion) => void,
): Promise<readonly ReadSecret[]> {
  if (selector.kind === "parameter") {
    const version = await store.read(selector.name);
    onRead(version);
    return [chosenOf(version, selector)];
  }
  const versions = await store.readPath(selector.path, MOST_MATCHES);
  for (const version of versions) onRead(version);
  if (versions.length === 0) {
    throw new SenderError(
      "no_such_prefix",
      (say) =>
        `There is no parameter under "${selector.path}/". Check ${say("parameters")}, the region and the account.`,
    );
  }
  if (versions.length > MOST_MATCHES) {
    throw new SenderError(
      "too_many_matches",
      (say) =>
        `More than ${MOST_MATCHES} parameters lie under "${selector.path}/". Use a longer path in ${say("parameters")}.`,
    );
  }
  return versions.map((version) => ({ secret: { ...version, label: version.name }, line: undefined }));
}

/**
 * What was read, with the errors of what was not. A secret that a line names and a prefix finds as well goes once, under its first label. Two lines that name the same one, by its name
 * and its ARN, are a mistake.
 */
export function readResult(read: readonly (ReadSecret | SenderError)[], input: Setting): ReadResult {
  const lines = new Map<string, number | undefined>();
  const secrets: LabelledSecret[] = [];
  const errors: SenderError[] = read.filter((one) => one instanceof SenderError);
  for (const one of read) {
    if (one instanceof SenderError) continue;
    const { secret, line } = one;
    const what = JSON.stringify([secret.arn, secret.key]);
    const earlier = lines.get(what);
    if (!lines.has(what)) {
      lines.set(what, line);
      secrets.push(secret);
    } else if (earlier !== undefined && line !== undefined) {
      errors.push(
        new SenderError(
          "secret_ids",
          (say) => `${say(input, [earlier, line])} name the same one. Name it once.`,
        ),
      );
    }
  }
  return { secrets, errors };
}
