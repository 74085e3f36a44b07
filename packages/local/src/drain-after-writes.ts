import { type Attributes, type HandoffKey, type Log, Table, type Update } from "@secret-handoff/lambda";
import type { HandoffId } from "@secret-handoff/protocol";

/** A table that notifies a listener of each write, as the stream of a deployment does. */
export class NotifyingTable extends Table {
  #listener: (key: HandoffKey) => void = () => {};

  onWrite(listener: (key: HandoffKey) => void): void {
    this.#listener = listener;
  }

  override async putNew(item: Attributes, keyAttribute: string, same?: string): Promise<boolean> {
    const written = await super.putNew(item, keyAttribute, same);
    if (written) this.#notify(item);
    return written;
  }

  override async update(update: Update): Promise<Attributes | undefined> {
    const written = await super.update(update);
    if (written) this.#notify(update.key);
    return written;
  }

  #notify({ id }: Attributes): void {
    if (id?.S) this.#listener({ id: id.S as HandoffId });
  }
}

/** Drains each handoff after each write to it, one drain of a handoff at a time. */
export function createDrainQueue(drainKey: (key: HandoffKey) => Promise<void>, log: Log) {
  const running = new Map<string, { again: boolean }>();
  const pending = new Set<Promise<void>>();
  const run = async (key: HandoffKey, state: { again: boolean }) => {
    do {
      state.again = false;
      await drainKey(key);
    } while (state.again);
  };
  return {
    push(key: HandoffKey): void {
      const busy = running.get(key.id);
      if (busy) {
        busy.again = true;
        return;
      }
      const state = { again: false };
      running.set(key.id, state);
      const promise = run(key, state)
        .catch(() => log({ level: "error", what: "drain_failed" }))
        .finally(() => {
          running.delete(key.id);
          pending.delete(promise);
        });
      pending.add(promise);
    },
    /** Resolves when what is being drained now is drained. */
    async settled(): Promise<void> {
      if (pending.size > 0) await Promise.all(pending);
    },
    /** Resolves when nothing is left to drain. */
    async idle(): Promise<void> {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
