import { ProblemError } from "../http/problem.ts";

/** Where a page ended, as text that means nothing to the caller. */
export function writeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** @throws ProblemError 400 */
export function readCursor(cursor: string): readonly unknown[] {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    throw badCursor();
  }
  if (!Array.isArray(parts)) throw badCursor();
  return parts;
}

export function badCursor(cause?: unknown): ProblemError {
  return new ProblemError("malformed", "The cursor is not one that a page ended with.", { cause });
}

/** DynamoDB itself refuses a cursor that is well formed and yet no place in what is asked for. */
export async function refusingBadCursor<T>(cursor: string | undefined, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const isRefused = cursor !== undefined && error instanceof Error && error.name === "ValidationException";
    throw isRefused ? badCursor(error) : error;
  }
}
