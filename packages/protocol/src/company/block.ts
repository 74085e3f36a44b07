import type { Company } from "./company.ts";

/**
 * The company block: the one place of the page's document that a deployment fills. It is a data block, which no browser runs, and it
 * stands empty in the published page.
 */
const OPENING = '<script type="application/json" id="company">';
const CLOSING = "</script>";

/** The block as the build puts it into the document. */
export const EMPTY_BLOCK = OPENING + CLOSING;

/** A page apart: its document with the block left empty, and what the block says. */
export type PageParts = { readonly empty: string; readonly block: string };

/** @returns the document with the company in its block @throws Error where it has no empty block */
export function fillBlock(html: string, company: Company): string {
  const { empty, block } = takeApart(html) ?? {};
  if (empty === undefined || block !== "") throw new Error("the page has no empty company block");
  // What could end the element, or begin a comment, is spelt as JSON lets it.
  const json = JSON.stringify(company).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const at = html.indexOf(EMPTY_BLOCK) + OPENING.length;
  return html.slice(0, at) + json + html.slice(at);
}

/** @returns undefined where the document has no block, or more than one */
export function takeApart(html: string): PageParts | undefined {
  const [before, after, ...more] = html.split(OPENING);
  if (before === undefined || after === undefined || more.length > 0) return undefined;
  const end = after.indexOf(CLOSING);
  if (end < 0) return undefined;
  return { empty: before + OPENING + after.slice(end), block: after.slice(0, end) };
}
