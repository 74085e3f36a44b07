import type { Store } from "@secret-handoff/protocol/recipient";

const PROBE = "secret-handoff/";

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
    storage.setItem(PROBE, "");
    storage.removeItem(PROBE);
    return {
      get: (key) => unlessRefused(() => storage.getItem(key)) ?? undefined,
      set: (key, value) => unlessRefused(() => storage.setItem(key, value)),
      remove: (key) => unlessRefused(() => storage.removeItem(key)),
      keys: () => unlessRefused(() => Object.keys(storage)) ?? [],
    };
  });
}

function historyStore(history: History): Store {
  const read = (): Record<string, string | undefined> => ({ ...history.state });
  const set = (key: string, value?: string) =>
    unlessRefused(() => history.replaceState({ ...read(), [key]: value }, ""));
  return { get: (key) => read()[key], set, remove: set, keys: () => Object.keys(read()) };
}

const EMPTY_STORE: Store = { get() {}, set() {}, remove() {}, keys: () => [] };

/** SecurityError or QuotaExceededError, at any time: then nothing is kept, and a reload asks for the answers again. */
function unlessRefused<Value>(access: () => Value): Value | undefined {
  try {
    return access();
  } catch {
    return undefined;
  }
}
