/** What DynamoDB bills of one write, in request units. */
export type WriteUnits = {
  /** The item's own name in its table: the first attribute of its key. */
  readonly key: string;
  /** Bytes of the item after the write, near enough; undefined where nobody has reckoned them. */
  readonly bytes?: number;
  /** The table itself. */
  readonly item: number;
  /** Each index that the write changes. */
  readonly indexes: Readonly<Record<string, number>>;
};

/** What one step in the life of a handoff writes. */
export type Step = { readonly what: string; readonly writes: readonly WriteUnits[] };

/** The write units of a handoff, by what they are for. The handoff itself is its items and its events. */
export type Bill = {
  /** The handoff and its subject, with what lists them and what is due. */
  readonly store: number;
  /** Its events, which are read by handoff and by day, sealed and exported. */
  readonly events: number;
  /** What makes the trail searchable: the events' entries in the indexes by secret, recipient, repository, class and type. */
  readonly search: number;
  /** The recipient's entry in the directory. */
  readonly directory: number;
};

/** An item that stands in this index is an event. */
const DAY_INDEX = "byDay";

export function billOf(writes: readonly WriteUnits[]): Bill {
  const bill = { store: 0, events: 0, search: 0, directory: 0 };
  for (const write of writes) {
    const units = unitsOf(write);
    const { [DAY_INDEX]: day } = write.indexes;
    if (write.key.startsWith("recipient/")) bill.directory += units;
    else if (day === undefined) bill.store += units;
    else {
      bill.events += write.item + day;
      bill.search += units - write.item - day;
    }
  }
  return bill;
}

/** One line a write: what it is for, bytes of the item, units of the table and of each index. */
export function linesOf(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(({ what, writes }) =>
    writes.map((write, index) => {
      const { bytes, item, indexes } = write;
      const spelt = Object.entries(indexes).map(([name, units]) => `${name} ${units}`);
      const line = [
        (bytes === undefined ? "" : `${bytes} B`).padStart(7),
        String(unitsOf(write)).padStart(4),
      ];
      return [(index === 0 ? what : "").padEnd(22), ...line, ` = item ${item}`, ...spelt].join("  ");
    }),
  );
}

function unitsOf({ item, indexes }: WriteUnits): number {
  return Object.values(indexes).reduce((sum, units) => sum + units, item);
}
