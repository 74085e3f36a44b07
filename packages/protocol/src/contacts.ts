/** A part of a text: with an address to press, or words only. */
export type TextPart = { readonly text: string; readonly href?: string };

/**
 * Finds the mail addresses in a text, and the telephone numbers that begin with their country. Nothing else becomes a link: what a sender
 * writes is to lead nowhere.
 */
export function splitContacts(text: string): readonly TextPart[] {
  return text
    .split(/([\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+\d[\d ()/.-]{5,}\d)/)
    .map((part, index) =>
      index % 2 === 0
        ? { text: part }
        : { text: part, href: part[0] === "+" ? `tel:${part.replace(/[^+\d]/g, "")}` : `mailto:${part}` },
    );
}
