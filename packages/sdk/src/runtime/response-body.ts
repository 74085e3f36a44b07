/**
 * The text of an answer, read as it arrives.
 * @param limit bytes; what is longer is not read to its end
 * @throws what `tooLong` gives
 */
export async function boundedText(response: Response, limit: number, tooLong: () => Error): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) throw tooLong();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** What JSON spells; undefined where the text is none. */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No cause: a JSON error quotes the text.
    return undefined;
  }
}
