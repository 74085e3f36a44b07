/** Where a page ended, as text that means nothing to the caller. */
export function writeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** @throws CursorError when the cursor is not a list */
export function readCursor(cursor: string): readonly unknown[] {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch (cause) {
    throw new CursorError({ cause });
  }
  if (!Array.isArray(parts)) throw new CursorError();
  return parts;
}

/** A cursor that no page ended with. */
export class CursorError extends Error {
  override readonly name = "CursorError";

  constructor(options?: ErrorOptions) {
    super("the cursor is not one that a page ended with", options);
  }
}
