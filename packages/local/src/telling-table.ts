import { type Attributes, type HandoffKey, Table, type Update } from "@secret-handoff/lambda";
import type { HandoffId } from "@secret-handoff/protocol";

/** A table that tells of each write, as the stream of a deployment does. */
export class TellingTable extends Table {
  #tell: (key: HandoffKey) => void = () => {};

  onWrite(tell: (key: HandoffKey) => void): void {
    this.#tell = tell;
  }

  override async putNew(item: Attributes, keyAttribute: string, same?: string): Promise<boolean> {
    const written = await super.putNew(item, keyAttribute, same);
    if (written) this.#told(item);
    return written;
  }

  override async update(update: Update): Promise<Attributes | undefined> {
    const written = await super.update(update);
    if (written) this.#told(update.key);
    return written;
  }

  #told({ id }: Attributes): void {
    if (id?.S) this.#tell({ id: id.S as HandoffId });
  }
}
