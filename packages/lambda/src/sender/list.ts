import { isHandoffId, type State } from "@secret-handoff/protocol";
import type { HandoffView } from "@secret-handoff/protocol/api";
import { type Attributes, ItemReader, N, S } from "../store/attributes.ts";
import { keyOf, viewOf } from "../store/handoff.ts";
import type { Handoffs } from "../store/handoffs.ts";
import { CursorError, readCursor, writeCursor } from "./cursor.ts";

const PAGE = 50;
/** Pages that one call reads at the most while it filters. */
const PAGES_A_CALL = 10;

/** Which of an owner's handoffs are asked for. */
export type Wanted = {
  readonly secret?: string | undefined;
  readonly run?: string | undefined;
  readonly state?: State | undefined;
  readonly cursor?: string | undefined;
};

export type ListAnswer = { readonly handoffs: readonly HandoffView[]; readonly cursor?: string };

/**
 * An owner's handoffs, newest first, a page at a time; where few are wanted, a page may be short or empty and yet have a cursor.
 * @throws CursorError
 */
export async function listHandoffs(
  handoffs: Handoffs,
  owner: string,
  { secret, run, state, cursor }: Wanted,
  now: number,
): Promise<ListAnswer> {
  const wanted = (view: HandoffView) =>
    (secret === undefined || view.secret === secret) &&
    (run === undefined || view.run === run) &&
    (state === undefined || view.state === state);
  const found: HandoffView[] = [];
  let after = cursor === undefined ? undefined : placeIn(cursor, owner);
  for (let page = 0; page < PAGES_A_CALL && found.length < PAGE; page += 1) {
    const { records, next } = await handoffs.listByOwner(owner, PAGE, after);
    found.push(...records.map((record) => viewOf(record, now)).filter(wanted));
    after = next;
    if (!after) break;
  }
  return after ? { handoffs: found, cursor: cursorAt(after) } : { handoffs: found };
}

/** Names the last handoff of the page. */
function cursorAt(place: Attributes): string {
  const read = new ItemReader(place);
  return writeCursor([read.string("id"), read.number("createdAt")]);
}

function placeIn(cursor: string, owner: string): Attributes {
  const [id, createdAt] = readCursor(cursor);
  if (typeof id !== "string" || !isHandoffId(id)) throw new CursorError();
  if (typeof createdAt !== "number" || !Number.isSafeInteger(createdAt)) throw new CursorError();
  return { ...keyOf({ id }), owner: S(owner), createdAt: N(createdAt) };
}
