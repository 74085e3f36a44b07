import type { HandoffView, State } from "@secret-handoff/protocol";
import { type Attributes, B, ItemReader, N, S } from "../store/attributes.ts";
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

function cursorAt(place: Attributes): string {
  const read = new ItemReader(place);
  const linkVerifier = Buffer.from(read.bytes("linkVerifier")).toString("base64url");
  return writeCursor([read.string("id"), linkVerifier, read.number("createdAt")]);
}

function placeIn(cursor: string, owner: string): Attributes {
  const [id, linkVerifier, createdAt] = readCursor(cursor);
  if (typeof id !== "string" || typeof linkVerifier !== "string" || !Number.isSafeInteger(createdAt)) {
    throw new CursorError();
  }
  return {
    id: S(id),
    linkVerifier: B(Buffer.from(linkVerifier, "base64url")),
    owner: S(owner),
    createdAt: N(Number(createdAt)),
  };
}
