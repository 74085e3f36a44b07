import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { ProblemError } from "../http/problem.ts";

/** What a cursor belongs to: one of another list is none. */
type CursorOf = "events" | "handoffs" | "revocation";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Where a page ended, as text that means nothing to the caller: the place may be that of an event or a handoff that the caller may not
 * see. Encrypted (AES-256-GCM, a random nonce), so that nobody reads one, or makes one up.
 */
export class Cursors {
  readonly #secret: () => Promise<Uint8Array>;
  #key: Promise<Uint8Array> | undefined;

  /** @param secret the same in all instances of the deployment; asked once, with the first cursor */
  constructor(secret: () => Promise<Uint8Array>) {
    this.#secret = secret;
  }

  async write(of: CursorOf, parts: readonly (string | number)[]): Promise<string> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", await this.#keyOnce(), nonce).setAAD(Buffer.from(of));
    const sealed = [cipher.update(JSON.stringify(parts)), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat([nonce, ...sealed]).toString("base64url");
  }

  /** @throws ProblemError 400 */
  async read(of: CursorOf, cursor: string): Promise<readonly unknown[]> {
    const bytes = Buffer.from(cursor, "base64url");
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw badCursor();
    const key = await this.#keyOnce();
    const tagAt = bytes.length - TAG_BYTES;
    try {
      const options = { authTagLength: TAG_BYTES };
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), options)
        .setAAD(Buffer.from(of))
        .setAuthTag(bytes.subarray(tagAt));
      const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
      return JSON.parse(plain.toString()) as readonly unknown[];
    } catch {
      throw badCursor();
    }
  }

  /** A secret that could not be had is asked for again. */
  async #keyOnce(): Promise<Uint8Array> {
    this.#key ??= this.#secret().then((secret) => createHash("sha256").update(secret).digest());
    try {
      return await this.#key;
    } catch (error) {
      this.#key = undefined;
      throw error;
    }
  }
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
