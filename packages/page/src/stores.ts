import type { Store } from "./claim-memory.ts";

/**
 * The tab's store: sessionStorage, or where the browser refuses it (site data blocked, some private windows) the state of this
 * history entry, which survives a reload just as well.
 */
export function tabStore(window: Window): Store {
  return webStore(() => window.sessionStorage) ?? historyStore(window.history);
}

/** The browser's store: localStorage, or nothing. */
export function browserStore(window: Window): Store {
  return webStore(() => window.localStorage) ?? emptyStore;
}

/** Undefined where the browser throws at the first touch. */
function webStore(open: () => Storage): Store | undefined {
  try {
    const storage = open();
    storage.setItem("secret-handoff", "");
    storage.removeItem("secret-handoff");
    return {
      get: (key) => storage.getItem(key) ?? undefined,
      set: (key, value) => storage.setItem(key, value),
      remove: (key) => storage.removeItem(key),
      keys: () => Object.keys(storage),
    };
  } catch {
    // SecurityError or QuotaExceededError: the caller has another place.
    return undefined;
  }
}

function historyStore(history: History): Store {
  const read = (): Record<string, string> => ({ ...(history.state as Record<string, string> | null) });
  const write = (state: Record<string, string>) => history.replaceState(state, "");
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

const emptyStore: Store = {
  get: () => undefined,
  set() {},
  remove() {},
  keys: () => [],
};
