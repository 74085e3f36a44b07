/** What becomes of somebody else's text in HTML and XML: it is shown as it is, and leads nowhere but to addresses and numbers. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text inside an element, or inside a quoted attribute, of HTML and XML alike. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A part of a text: with an address to press, or words only. */
type TextPart = { readonly text: string; readonly href?: string };

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
