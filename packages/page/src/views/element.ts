export type Content = Node | string | false | undefined;
type Attribute = string | boolean | undefined | ((event: Event) => void);

/**
 * Makes an element. Text becomes text nodes and nothing becomes markup, so that no value can be more than a value.
 * @param attributes functions listen to the event of their name; `true` sets an empty attribute; `false` and undefined set none
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...contents: readonly Content[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== false && value !== undefined) made.setAttribute(key, value === true ? "" : value);
  }
  fill(made, ...contents);
  return made;
}

/** Replaces all that stands in the parent. */
export function fill(parent: Element, ...contents: readonly Content[]): void {
  parent.replaceChildren(
    ...contents.filter((content): content is Node | string => content !== false && content !== undefined),
  );
}

/** Sets the text where it has changed, so that nothing is announced twice. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
