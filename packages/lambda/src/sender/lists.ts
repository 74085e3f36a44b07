import { isHandoffId } from "@secret-handoff/protocol";
import type { HandoffView, ListQuery, ListResponse } from "@secret-handoff/protocol/api";
import { type Attributes, attributeOf, ItemReader } from "../store/expressions.ts";
import { keyOf, viewOf } from "../store/handoff-record.ts";
import type { Handoffs } from "../store/handoffs.ts";
import { badCursor, type Cursors, refusingBadCursor } from "./cursors.ts";

const HANDOFFS_A_PAGE = 50;
/** A filtered list reads more at once, and goes on for so many reads while it finds nothing. */
const HANDOFFS_A_READ = 250;
const READS_A_CALL = 4;

/**
 * An owner's handoffs, newest first, a page at a time; where few are wanted, a page may be short or empty and yet have a cursor.
 * @param shown which of them the caller may see
 * @throws ProblemError 400 where the cursor is none
 */
export async function listHandoffs(
  { handoffs, cursors }: { readonly handoffs: Handoffs; readonly cursors: Cursors },
  owner: string,
  { secret, run, state, cursor }: ListQuery,
  now: number,
  shown: (view: HandoffView) => boolean,
): Promise<ListResponse> {
  const isFiltered = secret !== undefined || run !== undefined || state !== undefined;
  const wanted = (view: HandoffView) =>
    shown(view) &&
    (secret === undefined || view.secret === secret) &&
    (run === undefined || view.run === run) &&
    (state === undefined || view.state === state);
  let after = cursor === undefined ? undefined : handoffPlace(await cursors.read("handoffs", cursor), owner);
  const found: HandoffView[] = [];
  for (let reads = 0; reads < READS_A_CALL && found.length === 0; reads += 1) {
    const limit = isFiltered ? HANDOFFS_A_READ : HANDOFFS_A_PAGE;
    const { records, next } = await refusingBadCursor(cursor, () =>
      handoffs.listByOwner(owner, limit, after),
    );
    found.push(...records.map((record) => viewOf(record, now)).filter(wanted));
    after = next;
    if (!after) return { handoffs: found };
  }
  return after
    ? { handoffs: found, cursor: await cursors.write("handoffs", handoffCursor(after)) }
    : { handoffs: found };
}

/** Names the last handoff that was looked at. */
function handoffCursor(place: Attributes): readonly (string | number)[] {
  const read = new ItemReader(place);
  return [read.string("id"), read.number("createdAt")];
}

function handoffPlace([id, createdAt]: readonly unknown[], owner: string): Attributes {
  if (typeof id !== "string" || !isHandoffId(id)) throw badCursor();
  if (typeof createdAt !== "number" || !Number.isSafeInteger(createdAt)) throw badCursor();
  return { ...keyOf({ id }), owner: attributeOf(owner), createdAt: attributeOf(createdAt) };
}
