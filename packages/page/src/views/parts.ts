import { element } from "./element.ts";

type Press = () => void;

/** The heading takes the focus when its screen comes up, so that a screen reader starts there. */
export function heading(text: string): HTMLHeadingElement {
  return element("h1", { tabindex: "-1" }, text);
}

export function paragraphs(sentences: readonly string[]): HTMLElement[] {
  return sentences.map((sentence) => element("p", {}, sentence));
}

export function card(...contents: readonly (Node | string | false | undefined)[]): HTMLElement {
  return element("section", { class: "card" }, ...contents);
}

export function button(
  text: string,
  press: Press,
  kind: "main" | "plain" | "quiet" = "plain",
): HTMLButtonElement {
  return element("button", { type: "button", class: kind, click: press }, text);
}

/** The button that sends its form. */
export function submitButton(text: string, kind: "main" | "alarm" = "main"): HTMLButtonElement {
  return element("button", { type: "submit", class: kind }, text);
}

/** A form that never leaves the page. */
export function form(
  submit: Press,
  ...contents: readonly (Node | string | false | undefined)[]
): HTMLFormElement {
  return element(
    "form",
    {
      novalidate: true,
      autocomplete: "off",
      submit: (event) => {
        event.preventDefault();
        submit();
      },
    },
    ...contents,
  );
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
  hint: string | undefined,
  attributes: Readonly<Record<string, string | boolean>>,
): LabelledInput {
  const complaint = element("p", { id: `${id}-complaint`, class: "complaint", hidden: true });
  const describedBy = [hint !== undefined && `${id}-hint`, `${id}-complaint`].filter(Boolean).join(" ");
  const input = element("input", {
    id,
    autocapitalize: "none",
    autocorrect: "off",
    spellcheck: "false",
    "aria-describedby": describedBy,
    ...attributes,
  });
  return {
    input,
    root: element(
      "div",
      { class: "question" },
      element("label", { for: id }, label),
      hint !== undefined && element("p", { id: `${id}-hint`, class: "hint" }, hint),
      input,
      complaint,
    ),
    complain(text) {
      complaint.textContent = text ?? "";
      complaint.hidden = text === undefined;
      input.setAttribute("aria-invalid", String(text !== undefined));
      if (text !== undefined) input.focus();
    },
  };
}

/** A box for what stands beside the main thing: kind "care" for warnings. */
export function note(
  kind: "calm" | "care",
  ...contents: readonly (Node | string | false | undefined)[]
): HTMLElement {
  return element("div", { class: `note ${kind}` }, ...contents);
}
