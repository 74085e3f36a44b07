import {
  type Attributes,
  type Expression,
  type Key,
  type Log,
  type Refusable,
  Table,
  type Update,
  type Written,
} from "@secret-handoff/lambda";

/** A table that notifies a listener of each write, as the stream of a deployment does. */
export class NotifyingTable extends Table {
  #listener: (key: Key) => void = () => {};

  onWrite(listener: (key: Key) => void): void {
    this.#listener = listener;
  }

  override async put(item: Attributes, condition: Expression): Promise<boolean> {
    const written = await super.put(item, condition);
    if (written) this.#notify(item);
    return written;
  }

  override async update(update: Update): Promise<boolean> {
    const written = await super.update(update);
    if (written) this.#notify(update.key);
    return written;
  }

  override async updateAndRead(update: Update): Promise<Written> {
    const written = await super.updateAndRead(update);
    if (written.done) this.#notify(update.key);
    return written;
  }

  override async updateOrRead(update: Update): Promise<Refusable> {
    const written = await super.updateOrRead(update);
    if (written.done) this.#notify(update.key);
    return written;
  }

  #notify({ id }: Attributes): void {
    if (id?.S) this.#listener({ id: id.S });
  }
}

/** Drains each handoff after each write to it, one drain of a handoff at a time. */
export function createDrainQueue(drainKey: (key: Key) => Promise<unknown>, log: Log) {
  const running = new Map<string, { again: boolean }>();
  const pending = new Set<Promise<void>>();
  const run = async (key: Key, state: { again: boolean }) => {
    do {
      state.again = false;
      await drainKey(key);
    } while (state.again);
  };
  return {
    push(key: Key): void {
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
