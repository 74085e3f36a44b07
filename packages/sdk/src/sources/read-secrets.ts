import { mapLimited } from "../runtime/concurrency.ts";
import { SenderError, toResult } from "../sender-error.ts";
import type { LabelledSecret, SecretsSource, SecretVersion } from "./secret-version.ts";
import type { SecretSelector } from "./selectors.ts";

/** More matches of one prefix are refused: one page of ListSecrets, as in aws-actions/aws-secretsmanager-get-secrets. */
export const MOST_MATCHES = 100;
const READS_AT_ONCE = 5;

/** What could be read, and one error for each selector or secret that could not. */
export type ReadResult = {
  readonly secrets: readonly LabelledSecret[];
  readonly errors: readonly SenderError[];
};

/**
 * Reads every selected secret once, in the order they were named, those of a prefix by name. A failure does not stop the
 * others, so that all of them can be told at once.
 * @param onRead told each version before anything else is done with it: the place to mask
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
  return {
    secrets: onceEach(read.flatMap((item) => (item instanceof SenderError ? [] : [item]))),
    errors: read.flatMap((item) => (item instanceof SenderError ? [item] : [])),
  };
}

async function readOne(
  { id, alias }: Wanted,
  source: SecretsSource,
  onRead: (version: SecretVersion) => void,
): Promise<LabelledSecret> {
  const version = await source.read(id);
  onRead(version);
  return { ...version, label: alias ?? version.name };
}

function spread<T>(result: readonly T[] | SenderError): readonly (T | SenderError)[] {
  return result instanceof SenderError ? [result] : result;
}

type Wanted = { readonly id: string; readonly alias?: string };

async function expand(selector: SecretSelector, source: SecretsSource): Promise<readonly Wanted[]> {
  const alias = selector.alias === undefined ? {} : { alias: selector.alias };
  if (selector.kind === "secret") return [{ id: selector.id, ...alias }];
  const names = await source.namesWithPrefix(selector.prefix, MOST_MATCHES);
  if (names.length === 0) {
    throw new SenderError(
      "no_such_prefix",
      `No secret's name begins with "${selector.prefix}". Check the prefix in secret-ids, the region and the account.`,
    );
  }
  if (names.length > MOST_MATCHES) {
    throw new SenderError(
      "too_many_matches",
      `More than ${MOST_MATCHES} secrets begin with "${selector.prefix}". Use a longer prefix in secret-ids.`,
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

/** A secret that was named twice goes once, under its first label. */
function onceEach(secrets: readonly LabelledSecret[]): readonly LabelledSecret[] {
  const seen = new Set<string>();
  return secrets.filter(({ arn }) => !seen.has(arn) && seen.add(arn));
}
