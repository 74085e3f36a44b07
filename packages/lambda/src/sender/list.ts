import type { HandoffView, State } from "@secret-handoff/protocol";
import { type Attributes, ItemReader, N, S } from "../store/attributes.ts";
import type { Audit } from "../store/audit.ts";
import { viewOf } from "../store/handoff.ts";
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
 * An owner's handoffs, newest first, a page at a time. A new one is listed once the drainer has stored its creation, and its
 * state is read from the handoff itself; the trail outlives handoffs, so a page of old ones may be empty and yet have a cursor.
 * @throws CursorError
 */
export async function listHandoffs(
  { audit, handoffs }: { readonly audit: Audit; readonly handoffs: Handoffs },
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
    const { ids, next } = await audit.createdBy(owner, PAGE, after);
    const records = await Promise.all(ids.map((id) => handoffs.find(id)));
    found.push(
      ...records.flatMap((record) => (record?.owner === owner ? viewOf(record, now) : [])).filter(wanted),
    );
    after = next;
    if (!next) return { handoffs: found };
  }
  return { handoffs: found, ...(after ? { cursor: cursorAt(after) } : {}) };
}

function cursorAt(place: Attributes): string {
  const read = new ItemReader(place);
  return writeCursor([read.string("stream"), read.number("sequence"), read.string("at")]);
}

function placeIn(cursor: string, owner: string): Attributes {
  const [stream, sequence, at] = readCursor(cursor);
  if (typeof stream !== "string" || typeof at !== "string" || !Number.isSafeInteger(sequence)) {
    throw new CursorError();
  }
  return { stream: S(stream), sequence: N(Number(sequence)), at: S(at), owner: S(owner) };
}
