/** What a call that answers a part at a time says of where it ended. */
type Page = { readonly cursor?: string | undefined };

/**
 * Reads page after page, until one says that nothing follows.
 * @param read is given the cursor of the page before as a part of what it asks; nothing at first
 */
export async function* pagesOf<Read extends Page>(
  read: (at: { readonly cursor?: string }) => Promise<Read>,
): AsyncGenerator<Read, undefined> {
  let at: { readonly cursor?: string } = {};
  for (;;) {
    const page = await read(at);
    yield page;
    if (page.cursor === undefined) return undefined;
    at = { cursor: page.cursor };
  }
}
