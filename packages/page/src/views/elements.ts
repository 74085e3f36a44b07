import { splitContacts } from "@secret-handoff/protocol/markup";
import type { Message } from "../wording.ts";
import { setLabel, setText, type Words } from "./words.ts";

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

/** An element with words of the page's own, and nothing else in it. */
export function worded<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  words: Words,
  attributes: Readonly<Record<string, Attribute>> = {},
): HTMLElementTagNameMap[Name] {
  return setText(element(name, attributes), words);
}

type Press = () => void;

/** A card: the message, and what belongs under it. The heading takes the focus, so that a screen reader starts there. */
export function card(message: Message | (() => Message), ...contents: readonly Content[]): HTMLElement {
  const told = typeof message === "function" ? message : () => message;
  const [title, ...body] = told().map((_, index) => () => told()[index] ?? "");
  return element(
    "section",
    { class: "card" },
    title && worded("h1", title, { tabindex: "-1" }),
    ...body.map(paragraph),
    ...contents,
  );
}

export function paragraph(words: Words): HTMLElement {
  return worded("p", words);
}

/** The heading of a part of a card. */
export function subheading(text: string): HTMLElement {
  return worded("h2", text);
}

/** What a sender wrote: never translated, and in the direction that it runs by itself. */
export function given(text: string): HTMLElement {
  return element("bdi", { translate: "no" }, text);
}

/** A text whose mail addresses and telephone numbers can be pressed. */
export function withLinks(text: string): Content[] {
  return splitContacts(text).map(({ text, href }) => (href ? element("a", { href }, text) : text));
}

export function row(...contents: readonly Content[]): HTMLElement {
  return element("div", { class: "row" }, ...contents);
}

/** Small print; with `role` status, screen readers speak it when it changes. */
export function hint(text: Words = "", role?: "status"): HTMLElement {
  return worded("p", text, { class: "hint", role });
}

/** @param label what a screen reader says instead of the text */
export function button(
  text: string,
  press: Press,
  kind: "main" | "strong" | "plain" | "quiet" = "plain",
  label?: Words,
): HTMLElement {
  const made = worded("button", text, { type: "button", class: kind, click: press });
  return label === undefined ? made : setLabel(made, label);
}

/** The button that sends its form. */
export function submitButton(text: string, kind: "main" | "alarm" = "main"): HTMLElement {
  return worded("button", text, { class: kind });
}

/** A form that never leaves the page. */
export function form(submit: Press, ...contents: readonly Content[]): HTMLElement {
  const send = (event: Event) => {
    event.preventDefault();
    submit();
  };
  return element("form", { novalidate: true, autocomplete: "off", submit: send }, ...contents);
}

/** An input with its label, its hint and its error, tied together for screen readers. */
export type LabelledInput<Input extends HTMLElement> = {
  readonly root: HTMLElement;
  readonly input: Input;
  /** Shows what is wrong and puts the focus there; undefined takes it away. */
  showError(text: Words | undefined): void;
};

export function labelledInput<Name extends "input" | "textarea">(
  name: Name,
  id: string,
  label: string,
  attributes: Readonly<Record<string, string>> = {},
  hintText?: Words,
): LabelledInput<HTMLElementTagNameMap[Name]> {
  const error = element("p", { id: `${id}-error`, class: "error" });
  const explained = hintText === undefined ? undefined : hint(hintText);
  explained?.setAttribute("id", `${id}-hint`);
  const input = element(name, {
    id,
    autocomplete: "off",
    autocapitalize: "none",
    autocorrect: "off",
    spellcheck: "false",
    // Password managers: neither filled in nor offered to be kept.
    "data-1p-ignore": "",
    "data-bwignore": "",
    "data-lpignore": "true",
    "aria-describedby": `${explained ? `${id}-hint ` : ""}${id}-error`,
    ...attributes,
  });
  return {
    input,
    root: element("div", { class: "question" }, worded("label", label, { for: id }), explained, input, error),
    showError(text) {
      setText(error, text ?? "");
      input.setAttribute("aria-invalid", String(text !== undefined));
      if (text !== undefined) input.focus();
    },
  };
}
