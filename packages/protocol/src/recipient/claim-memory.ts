import { decodeBase64url, encodeBase64url } from "../encoding.ts";
import type { ClaimToken, HandoffId, OpenKeys } from "../keys.ts";

/** What a reload within the lease needs. Kept from Reveal until the handoff is acknowledged, or is found to have ended. */
type Remembered = {
  /** The link's key part; it has left the visible address. */
  readonly fragment: string;
  /** A claim that was sent, or is about to be; gone once the service calls its answers wrong. The answers are not kept. */
  readonly claim?: { readonly claimId: string; readonly openKeys: OpenKeys } | undefined;
};

type Recalled = {
  readonly fragment?: string;
  /** This browser has sent a claim by this name. */
  readonly claimId?: string | undefined;
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
  /** Wipes all of it, but for a claim of another tab. */
  forget(id: HandoffId): void;
  /** Wipes all of it and leaves the mark that the handoff was taken over here. */
  finish(id: HandoffId): void;
};

const PREFIX = "secret-handoff/";
const CLAIM_PREFIX = `${PREFIX}claim/`;
const FINISHED = "finished";
/** How long a claimId may wait for the tab to be opened again: the lease and a little, ms. */
const KEEP_CLAIM_ID = 150_000;

/**
 * @param tab dies with the tab, survives a reload or a crash: holds everything
 * @param browser survives the tab: holds the claimId alone, which is worth nothing without the link and the answers. With it the
 * same browser is still the same browser when its tab was closed and the mail's link is pressed again
 * @param now milliseconds since 1970
 */
export function createClaimMemory(tab: Store, browser: Store, now: () => number): ClaimMemory {
  for (const key of browser.keys()) {
    if (key.startsWith(CLAIM_PREFIX) && !readClaimId(browser.get(key), now())) browser.remove(key);
  }

  /** What another tab of this browser has claimed stays: there the secret may be open. */
  function forget(id: HandoffId): void {
    const own = readTab(tab.get(PREFIX + id)).claimId;
    const known = readClaimId(browser.get(CLAIM_PREFIX + id), now());
    tab.remove(PREFIX + id);
    if (known === own) browser.remove(CLAIM_PREFIX + id);
  }

  return {
    forget,
    recall(id) {
      const kept = readTab(tab.get(PREFIX + id));
      if (kept.spoiled) tab.remove(PREFIX + id);
      return kept.claimId ? kept : { ...kept, claimId: readClaimId(browser.get(CLAIM_PREFIX + id), now()) };
    },
    remember(id, { fragment, claim }) {
      const parts = [fragment];
      if (claim) {
        const { claimToken, contentKey, commitment } = claim.openKeys;
        parts.push(claim.claimId, ...[claimToken, contentKey, commitment].map(encodeBase64url));
        browser.set(CLAIM_PREFIX + id, `${claim.claimId} ${now() + KEEP_CLAIM_ID}`);
      } else forget(id);
      tab.set(PREFIX + id, parts.join(" "));
    },
    finish(id) {
      forget(id);
      tab.set(PREFIX + id, FINISHED);
    },
  };
}

function readTab(stored: string | undefined): Recalled {
  if (stored === undefined) return {};
  if (stored === FINISHED) return { finished: true };
  try {
    const [fragment = "", claimId, ...keys] = stored.split(" ");
    const [claimToken, contentKey, commitment] = keys.map((key) => decodeBase64url(key, 32));
    if (!/^[\w-]{46}( [\w-]{22}( [\w-]{43}){3})?$/.test(stored)) return { spoiled: true };
    if (!claimToken || !contentKey || !commitment) return { fragment };
    return {
      fragment,
      claimId,
      openKeys: { claimToken: claimToken as Uint8Array as ClaimToken, contentKey, commitment },
    };
  } catch {
    // A key that is none, whoever changed it: no part of the entry is believed.
    return { spoiled: true };
  }
}

function readClaimId(stored: string | undefined, now: number): string | undefined {
  const [, claimId, until] = /^([\w-]{22}) (\d+)$/.exec(stored ?? "") ?? [];
  return Number(until) > now ? claimId : undefined;
}
