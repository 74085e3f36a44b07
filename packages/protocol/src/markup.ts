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
  const parts = text.split(CONTACT);
  const found: TextPart[] = [];
  // What the expression captures stands between the words, each time all three of them.
  for (let at = 0; at < parts.length; at += 4) {
    const [words = "", before = "", mail, telephone] = parts.slice(at, at + 4);
    found.push({ text: words + before });
    if (mail) found.push({ text: mail, href: `mailto:${mail}` });
    if (telephone) found.push({ text: telephone, href: `tel:${telephone.replace(/[^+\d]/g, "")}` });
  }
  return found;
}

/**
 * What stands before a mail address, the address, or a telephone number. Bounded (RFC 5321, section 4.5.3.1), so that no text takes
 * quadratic time. Without a lookbehind, which Safari knows since 16.4: the page is for older ones, too.
 */
const CONTACT = /(^|[^\w.+-])([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,10})|(\+\d[\d ()/.-]{5,40}\d)/;
