import { type Company, companyBlock } from "./company.ts";

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
  const at = html.indexOf(EMPTY_BLOCK) + OPENING.length;
  return html.slice(0, at) + companyBlock(company) + html.slice(at);
}

/**
 * The block ends at its first `<`, as it does for a browser: one also takes `</script >` or `</SCRIPT/` for its end, and after `<!--<script>`
 * finds none (https://html.spec.whatwg.org/multipage/parsing.html#script-data-state).
 * @returns undefined where the document has no block, more than one, or one that does not end with the published bytes
 */
export function takeApart(html: string): PageParts | undefined {
  const [before, after, ...more] = html.split(OPENING);
  if (before === undefined || after === undefined || more.length > 0) return undefined;
  const end = after.indexOf("<");
  if (!after.startsWith(CLOSING, end)) return undefined;
  return { empty: before + OPENING + after.slice(end), block: after.slice(0, end) };
}
