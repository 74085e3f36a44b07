import { type HandoffView, isHandoffId, type State } from "@secret-handoff/protocol";
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
  let after = cursor === undefined ? undefined : await placeIn(cursor, handoffs, owner);
  for (let page = 0; page < PAGES_A_CALL && found.length < PAGE; page += 1) {
    const { records, next } = await handoffs.listByOwner(owner, PAGE, after);
    found.push(...records.map((record) => viewOf(record, now)).filter(wanted));
    after = next;
    if (!after) break;
  }
  return after ? { handoffs: found, cursor: cursorAt(after) } : { handoffs: found };
}

/** Names the last handoff of the page. Its verifier is part of its place, and is looked up again: senders see none. */
function cursorAt(place: Attributes): string {
  return writeCursor([new ItemReader(place).string("id")]);
}

async function placeIn(cursor: string, handoffs: Handoffs, owner: string): Promise<Attributes> {
  const [id] = readCursor(cursor);
  if (typeof id !== "string" || !isHandoffId(id)) throw new CursorError();
  const last = (await handoffs.find(id)).find((record) => record.owner === owner);
  if (!last) throw new CursorError();
  return { ...keyOf(last), owner: S(owner), createdAt: N(last.createdAt) };
}
