import { translated } from "@secret-handoff/protocol/recipient";

/**
 * The page's own words in the document. Each is kept beside its element, so that another language changes the words and nothing else:
 * what was typed, unfolded, shown or told stays, and so does the focus.
 */

/** A sentence in English; a function where values stand in it, for each language puts them in its own places. */
export type Words = string | (() => string);

const texts = new WeakMap<Element, Words>();
const labels = new WeakMap<Element, Words>();

/** In the language that the page speaks now. */
export function spoken(words: Words): string {
  return translated(typeof words === "string" ? words : words());
}

/** Makes the words all that stands in an element. They are written where they differ, so that nothing is announced twice. */
export function setText<Made extends Element>(node: Made, words: Words): Made {
  texts.set(node, words);
  const text = spoken(words);
  if (node.textContent !== text) node.textContent = text;
  return node;
}

/** What a screen reader calls an element, instead of what stands in it. */
export function setLabel<Made extends Element>(node: Made, words: Words): Made {
  labels.set(node, words);
  node.setAttribute("aria-label", spoken(words));
  return node;
}

/** Says everything in the document anew, in another language. */
export function sayAnew(): void {
  for (const node of document.querySelectorAll("*")) {
    const [text, label] = [texts.get(node), labels.get(node)];
    if (text !== undefined) setText(node, text);
    if (label !== undefined) setLabel(node, label);
  }
}
