import type { AuditEvent, Misfiled } from "@secret-handoff/protocol/api";
import { INDEXED_ATTRIBUTES, memberItems } from "./event-index.ts";
import { type Attributes, ItemReader } from "./expressions.ts";
import type { Table } from "./table.ts";

/** The attributes by which an event's own item is found, and those of the items that lead to it. */
const OF_ITEM = ["stream", "sequence", "day", "at", ...INDEXED_ATTRIBUTES];
const OF_MEMBER = ["stream", "sequence", "at", "secret", "recipient"];
const KEYS_A_READ = 100;
/** Reads at once. */
const READS_AT_ONCE = 10;

/**
 * Which events the indexes would not find by all that they name. A seal covers events, and not the attributes of the items that hold them:
 * whoever can write the table could hide an event and leave it unchanged.
 * @param filed each item, with what it would be if its event were stored now
 */
export async function findMisfiled(
  table: Table,
  filed: readonly { readonly item: Attributes; readonly expected: Attributes; readonly event: AuditEvent }[],
): Promise<readonly Misfiled[]> {
  const members = filed.map(({ event, expected }) => {
    const read = new ItemReader(expected);
    const place = { at: read.string("at"), ttl: read.number("ttl") };
    return memberItems(read.string("stream"), read.number("sequence"), event, place);
  });
  const found = await readByKey(table, members.flat());
  return filed.flatMap(({ item, expected, event: { id } }, index) => {
    const lost = (members[index] ?? []).flatMap((member) =>
      differences(OF_MEMBER, found.get(nameOfKey(member)) ?? {}, member).filter((name) => name in member),
    );
    const attributes = [...new Set([...differences(OF_ITEM, item, expected), ...lost])];
    return attributes.length === 0 ? [] : [{ id, attributes }];
  });
}

function differences(names: readonly string[], item: Attributes, expected: Attributes): readonly string[] {
  return names.filter((name) => JSON.stringify(item[name]) !== JSON.stringify(expected[name]));
}

async function readByKey(
  table: Table,
  items: readonly Attributes[],
): Promise<ReadonlyMap<string, Attributes>> {
  const keys = items.flatMap(({ stream, sequence }) => (stream && sequence ? [{ stream, sequence }] : []));
  const reads = Array.from({ length: Math.ceil(keys.length / KEYS_A_READ) }, (_, n) => n * KEYS_A_READ);
  const found: Attributes[] = [];
  for (let first = 0; first < reads.length; first += READS_AT_ONCE) {
    const pages = reads.slice(first, first + READS_AT_ONCE);
    const read = pages.map((from) => table.getMany(keys.slice(from, from + KEYS_A_READ)));
    found.push(...(await Promise.all(read)).flat());
  }
  return new Map(found.map((item) => [nameOfKey(item), item]));
}

function nameOfKey({ stream, sequence }: Attributes): string {
  return JSON.stringify([stream, sequence]);
}
