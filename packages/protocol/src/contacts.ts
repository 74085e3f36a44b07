/** A part of a text: with an address to press, or words only. */
export type TextPart = { readonly text: string; readonly href?: string };

/**
 * Finds the mail addresses in a text, and the telephone numbers that begin with their country. Nothing else becomes a link: what a sender
 * writes is to lead nowhere.
 */
export function splitContacts(text: string): readonly TextPart[] {
  return (
    text
      // Bounded (RFC 5321, section 4.5.3.1), so that no text takes quadratic time.
      .split(/((?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}|\+\d[\d ()/.-]{5,40}\d)/)
      .map((part, index) =>
        index % 2 === 0
          ? { text: part }
          : { text: part, href: part[0] === "+" ? `tel:${part.replace(/[^+\d]/g, "")}` : `mailto:${part}` },
      )
  );
}
