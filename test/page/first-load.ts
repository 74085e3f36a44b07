/** What a first load may weigh, in any language: the page and its sentences, bytes with brotli. */
export const FIRST_LOAD = 25_000;
