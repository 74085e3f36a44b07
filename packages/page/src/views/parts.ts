import type { Story } from "../wording.ts";
import { type Content, element } from "./element.ts";

type Press = () => void;

/** The heading takes the focus when its screen comes up, so that a screen reader starts there. */
export function heading(text: string): HTMLElement {
  return element("h1", { tabindex: "-1" }, text);
}

/** The story's heading and paragraphs. */
export function told([title, ...body]: Story): HTMLElement[] {
  return [heading(title), ...body.map((sentence) => element("p", {}, sentence))];
}

export function card(...contents: readonly Content[]): HTMLElement {
  return element("section", { class: "card" }, ...contents);
}

export function row(...contents: readonly Content[]): HTMLElement {
  return element("div", { class: "row" }, ...contents);
}

/** Small print; with `role` status, screen readers speak it when it changes. */
export function hint(text = "", role?: "status"): HTMLElement {
  return element("p", { class: "hint", role }, text);
}

export function button(text: string, press: Press, kind: "main" | "plain" | "quiet" = "plain") {
  return element("button", { type: "button", class: kind, click: press }, text);
}

/** The button that sends its form. */
export function submitButton(text: string, kind: "main" | "alarm" = "main"): HTMLElement {
  return element("button", { class: kind }, text);
}

/** A form that never leaves the page. */
export function form(submit: Press, ...contents: readonly Content[]): HTMLElement {
  const send = (event: Event) => {
    event.preventDefault();
    submit();
  };
  return element("form", { novalidate: true, autocomplete: "off", submit: send }, ...contents);
}

/** An input with its label, its hint and its complaint, tied together for screen readers. */
export type LabelledInput = {
  readonly root: HTMLElement;
  readonly input: HTMLInputElement;
  /** Shows what is wrong and puts the focus there; undefined takes it away. */
  complain(text: string | undefined): void;
};

export function labelledInput(
  id: string,
  label: string,
  attributes: Readonly<Record<string, string>> = {},
  hintText?: string,
): LabelledInput {
  const complaint = element("p", { id: `${id}-complaint`, class: "complaint" });
  const explained = hintText === undefined ? undefined : hint(hintText);
  explained?.setAttribute("id", `${id}-hint`);
  const input = element("input", {
    id,
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    "aria-describedby": `${explained ? `${id}-hint ` : ""}${id}-complaint`,
    ...attributes,
  });
  return {
    input,
    root: element(
      "div",
      { class: "question" },
      element("label", { for: id }, label),
      explained,
      input,
      complaint,
    ),
    complain(text) {
      complaint.textContent = text ?? "";
      input.setAttribute("aria-invalid", String(text !== undefined));
      if (text !== undefined) input.focus();
    },
  };
}
