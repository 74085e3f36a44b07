import {
  type ClaimId,
  type ClaimToken,
  decodeBase64url,
  encodeBase64url,
  type HandoffId,
  type OpenKeys,
} from "@secret-handoff/protocol";

/** What a reload within the lease needs. Kept from Reveal until the handoff is acknowledged, or is found to have ended. */
export type Remembered = {
  /** The link's key part; it has left the visible address. */
  readonly fragment: string;
  /** A claim that was sent, or is about to be; gone once the service calls its answers wrong. The answers are not kept. */
  readonly claim?: { readonly claimId: ClaimId; readonly openKeys: OpenKeys } | undefined;
};

export type Recalled = {
  readonly fragment?: string;
  /** This browser has sent a claim by this name. */
  readonly claimId?: ClaimId | undefined;
  readonly openKeys?: OpenKeys;
  /** The handoff was taken in this tab. */
  readonly finished?: true;
  /** Something was kept here and could not be read any more. It is gone now. */
  readonly spoiled?: true;
};

/** A place for short texts: sessionStorage, localStorage, or what stands in for them. */
export type Store = {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(): readonly string[];
};

export type ClaimMemory = {
  recall(id: HandoffId): Recalled;
  remember(id: HandoffId, what: Remembered): void;
  /** Wipes all of it. */
  forget(id: HandoffId): void;
  /** Wipes all of it and leaves the mark that the handoff was taken over here. */
  finish(id: HandoffId): void;
};

const PREFIX = "secret-handoff/";
/** How long a claimId may wait for the tab to be opened again: the lease and a little, ms. */
const KEEP_CLAIM_ID = 150_000;

/**
 * @param tab dies with the tab, survives a reload or a crash: holds everything
 * @param browser survives the tab: holds the claimId alone, which is worth nothing without the link and the answers. With it the
 * same browser is still the same browser when its tab was closed and the mail's link is pressed again
 * @param now milliseconds since 1970
 */
export function createClaimMemory(tab: Store, browser: Store, now: () => number): ClaimMemory {
  const tabKey = (id: HandoffId) => PREFIX + id;
  const browserKey = (id: HandoffId) => `${PREFIX}claim/${id}`;

  for (const key of browser.keys().filter((name) => name.startsWith(`${PREFIX}claim/`))) {
    if (readClaimId(browser.get(key), now()) === undefined) browser.remove(key);
  }

  function forget(id: HandoffId): void {
    tab.remove(tabKey(id));
    browser.remove(browserKey(id));
  }

  return {
    forget,
    recall(id) {
      const here = readTab(tab.get(tabKey(id)));
      if (here.spoiled) tab.remove(tabKey(id));
      return here.claimId ? here : { ...here, claimId: readClaimId(browser.get(browserKey(id)), now()) };
    },
    remember(id, { fragment, claim }) {
      forget(id);
      const claimId = claim && encodeBase64url(claim.claimId);
      const keys = claim && [claim.openKeys.claimToken, claim.openKeys.contentKey, claim.openKeys.commitment];
      tab.set(tabKey(id), JSON.stringify({ fragment, claimId, keys: keys?.map(encodeBase64url) }));
      if (claimId) browser.set(browserKey(id), JSON.stringify({ claimId, until: now() + KEEP_CLAIM_ID }));
    },
    finish(id) {
      forget(id);
      tab.set(tabKey(id), JSON.stringify({ finished: true }));
    },
  };
}

/** What this file has written itself, and reads back. */
type Kept =
  | { readonly finished: true }
  | {
      readonly finished?: never;
      readonly fragment: string;
      readonly claimId?: string;
      /** claimToken, contentKey and commitment. */
      readonly keys?: readonly string[];
    };

function readTab(stored: string | undefined): Recalled {
  if (stored === undefined) return {};
  try {
    const kept: Kept = JSON.parse(stored);
    if (kept.finished) return { finished: true };
    const { fragment, claimId, keys = [] } = kept;
    if (typeof fragment !== "string") return { spoiled: true };
    const [claimToken, contentKey, commitment] = keys.map((key) => decodeBase64url(key, 32));
    if (!claimId || !claimToken || !contentKey || !commitment) return { fragment };
    const openKeys = { claimToken: claimToken as Uint8Array as ClaimToken, contentKey, commitment };
    return { fragment, claimId: asClaimId(claimId), openKeys };
  } catch {
    // Whoever changed it: no part of it is believed.
    return { spoiled: true };
  }
}

function readClaimId(stored: string | undefined, now: number): ClaimId | undefined {
  if (stored === undefined) return undefined;
  try {
    const { claimId, until }: { claimId: string; until: number } = JSON.parse(stored);
    return until > now ? asClaimId(claimId) : undefined;
  } catch {
    return undefined;
  }
}

function asClaimId(spelled: string): ClaimId {
  return decodeBase64url(spelled, 16) as Uint8Array as ClaimId;
}

/**
 * The tab's store: sessionStorage, or where the browser refuses it (site data blocked, some private windows) the state of this
 * history entry, which survives a reload just as well.
 */
export function tabStore(window: Window): Store {
  return webStore(() => window.sessionStorage) ?? historyStore(window.history);
}

/** The browser's store: localStorage, or nothing. */
export function browserStore(window: Window): Store {
  return webStore(() => window.localStorage) ?? EMPTY_STORE;
}

/** Undefined where the browser throws at the first touch. */
function webStore(open: () => Storage): Store | undefined {
  return unlessRefused(() => {
    const storage = open();
    storage.setItem("secret-handoff", "");
    storage.removeItem("secret-handoff");
    return {
      get: (key) => unlessRefused(() => storage.getItem(key)) ?? undefined,
      set: (key, value) => unlessRefused(() => storage.setItem(key, value)),
      remove: (key) => unlessRefused(() => storage.removeItem(key)),
      keys: () => unlessRefused(() => Object.keys(storage)) ?? [],
    };
  });
}

function historyStore(history: History): Store {
  const read = (): Record<string, string> => ({ ...(history.state as Record<string, string> | null) });
  const write = (state: Record<string, string>) => unlessRefused(() => history.replaceState(state, ""));
  return {
    get: (key) => read()[key],
    set: (key, value) => write({ ...read(), [key]: value }),
    remove(key) {
      const { [key]: _removed, ...rest } = read();
      write(rest);
    },
    keys: () => Object.keys(read()),
  };
}

const EMPTY_STORE: Store = {
  get: () => undefined,
  set() {},
  remove() {},
  keys: () => [],
};

/** SecurityError or QuotaExceededError, at any time: then nothing is kept, and a reload asks for the answers again. */
function unlessRefused<Value>(access: () => Value): Value | undefined {
  try {
    return access();
  } catch {
    return undefined;
  }
}
