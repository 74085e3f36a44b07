import { mapLimited } from "../../runtime/concurrency.ts";
import { SenderError, toResult } from "../../sender-error.ts";
import { chosenOf, type ReadResult, readResult } from "../read-secrets.ts";
import type { SecretVersion } from "../secret-version.ts";
import { type Chosen, linesOf, refuseRepetition } from "../selectors.ts";
import { type AzureSecret, azureStore } from "./azure.ts";
import { type GoogleSecret, googleStore } from "./google.ts";
import { type OnePasswordItem, onePasswordStore } from "./onepassword.ts";
import type { StoreContext } from "./store-http.ts";
import { type VaultOptions, type VaultSecret, vaultStore } from "./vault.ts";

/** A secret in one of the stores, by its address. */
export type StoreSecret =
  | ({ readonly store: "vault" } & VaultSecret)
  | ({ readonly store: "google" } & GoogleSecret)
  | ({ readonly store: "azure" } & AzureSecret)
  | ({ readonly store: "op" } & OnePasswordItem);

/** One line of other-secrets. */
export type OtherSelector = Chosen & {
  /** As it was written. */
  readonly id: string;
  readonly secret: StoreSecret;
  /** The one key of a JSON secret that is handed over. */
  readonly key?: string;
};

const FORM =
  "vault://PATH, google://projects/P/secrets/S, azure://VAULT/SECRET or op://VAULT/ITEM, ALIAS before it and a key after it where wanted";

/**
 * Reads other-secrets, one a line: an address, `ALIAS, address` or `ALIAS, address, key`.
 * @throws SenderError `secret_ids`, naming the line
 */
export function parseOtherSecrets(text: string): readonly OtherSelector[] {
  const selectors = linesOf(text, "other-secrets", FORM).map(({ id, line, alias, key }): OtherSelector => {
    const secret = secretAt(id);
    if (!secret)
      throw new SenderError(
        "secret_ids",
        (say) => `${say("other-secrets", [line])} is not understood. Write ${FORM}.`,
      );
    return {
      id,
      secret,
      line,
      ...(alias === undefined ? {} : { alias }),
      ...(key === undefined ? {} : { key }),
    };
  });
  refuseRepetition(
    selectors,
    selectors.map(({ id, key }) => [id, key]),
    "other-secrets",
  );
  return selectors;
}

/** Names may hold what is coded with % in an address. */
function secretAt(address: string): StoreSecret | undefined {
  const [, scheme, rest = ""] = /^(vault|google|azure|op):\/\/(.+)$/.exec(address) ?? [];
  const [path = "", query] = rest.split("?");
  const version = query === undefined ? undefined : /^version=([\w.-]{1,64})$/.exec(query)?.[1];
  if (query !== undefined && version === undefined) return undefined;
  const parts = path.split("/").map(decoded);
  if (
    parts.some(
      (part) => part === undefined || part === "" || part === "." || part === ".." || /\p{Cc}/u.test(part),
    )
  )
    return undefined;
  const [first = "", second = "", third] = parts as readonly string[];
  switch (scheme) {
    case "vault": {
      // A slash that was coded would be read as one of the path, and what stands round it as parts of it.
      if (parts.some((part) => /[/\\]/.test(part ?? ""))) return undefined;
      if (parts.length < 2 || (version !== undefined && !/^\d{1,9}$/.test(version))) return undefined;
      return {
        store: "vault",
        path: parts.join("/"),
        ...(version === undefined ? {} : { version: Number(version) }),
      };
    }
    case "google":
      return /^projects\/[\w.:-]+\/(?:locations\/[a-z0-9-]+\/)?secrets\/[\w-]{1,255}$/.test(path)
        ? { store: "google", name: path, version }
        : undefined;
    case "azure": {
      const isHost = /^[a-z0-9-]{1,127}(?:\.vault\.[a-z0-9.-]+)?$/i.test(first);
      const isSecret =
        /^[a-z0-9-]{1,127}$/i.test(second) && (version === undefined || /^[0-9a-f]{32}$/.test(version));
      return parts.length === 2 && isHost && isSecret
        ? { store: "azure", vault: first.toLowerCase(), name: second, version }
        : undefined;
    }
    case "op":
      return parts.length <= 3 && second !== "" && query === undefined
        ? { store: "op", vault: first, item: second, field: third }
        : undefined;
    default:
      return undefined;
  }
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

const READS_AT_ONCE = 5;

/** Reads one secret of any of the stores. @throws SenderError */
export type StoreReader = (secret: StoreSecret) => Promise<SecretVersion>;

/** Opens the stores. Nothing is called, and no login made, before the first secret of each is read. @param execution see `vaultStore` */
export function storeReader(vault: VaultOptions, execution: string, context: StoreContext): StoreReader {
  const readers = {
    vault: vaultStore(vault, execution, context),
    google: googleStore(context),
    azure: azureStore(context),
    op: onePasswordStore(context),
  };
  return (secret) => {
    switch (secret.store) {
      case "vault":
        return readers.vault(secret);
      case "google":
        return readers.google(secret);
      case "azure":
        return readers.azure(secret);
      case "op":
        return readers.op(secret);
    }
  };
}

/** Reads every selected secret of other stores, in the order they were named. As `readSecrets` does otherwise. */
export async function readOtherSecrets(
  selectors: readonly OtherSelector[],
  read: StoreReader,
  onRead: (version: SecretVersion) => void = () => {},
): Promise<ReadResult> {
  const results = await mapLimited(selectors, READS_AT_ONCE, (selector) =>
    toResult(
      read(selector.secret).then((version) => {
        onRead(version);
        return chosenOf(version, selector);
      }),
    ),
  );
  return readResult(results, "other-secrets");
}
