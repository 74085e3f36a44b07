/**
 * Answers of other machines, read as they arrive and no further than the longest that makes sense: whoever answers could otherwise fill
 * the memory of whoever asked.
 */

/**
 * The bytes of an answer.
 * @param limit what is longer is not read to its end
 * @throws what `tooLong` gives
 */
export async function boundedBytes(
  response: Response,
  limit: number,
  tooLong: () => Error,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) throw tooLong();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** The same as text. @param limit bytes */
export async function boundedText(response: Response, limit: number, tooLong: () => Error): Promise<string> {
  return new TextDecoder().decode(await boundedBytes(response, limit, tooLong));
}

/** A fetch whose answers are read within the call, and fail where they are longer than any that the caller waits for. @param limit bytes */
export function boundedFetch(fetch: typeof globalThis.fetch, limit: number): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const body = await boundedBytes(response, limit, () => new TypeError("the answer is too long"));
    const { status, headers } = response;
    return new Response([101, 204, 205, 304].includes(status) ? null : body, { status, headers });
  };
}
