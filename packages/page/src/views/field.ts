import type { Field } from "@secret-handoff/protocol";
import * as say from "../wording.ts";
import { button, element, fill, row } from "./elements.ts";
import type { ViewActions } from "./renderer.ts";

export type FieldView = {
  readonly root: HTMLElement;
  readonly concealed: boolean;
  show(visible: boolean): void;
};

/** As many dots for every value: not even its length shows. */
const MASK = "\u2022".repeat(12);

/** One value: masked until asked for, copied without being shown, spelled out sign by sign. */
export function fieldView({ name, value, concealed }: Field, label: string, actions: ViewActions): FieldView {
  const inFull = `${label}, ${name}`;
  const box = element("div", { class: "value" });
  let visible = !concealed;
  let spelled = false;

  const showButton = button("", () => show(!visible));
  const spellButton = button(say.spell, () => {
    spelled = !spelled;
    visible = true;
    render();
  });
  spellButton.setAttribute("aria-label", `${say.spell}: ${inFull}`);

  function show(next: boolean): void {
    visible = next;
    spelled &&= next;
    render();
  }

  function render(): void {
    const verb = visible ? say.hide : say.show;
    showButton.textContent = verb;
    showButton.setAttribute("aria-label", `${verb}: ${inFull}`);
    spellButton.setAttribute("aria-pressed", String(spelled));
    box.classList.toggle("masked", !visible);
    if (!visible) {
      const mask = element("span", { "aria-hidden": "true" }, MASK);
      fill(box, mask, element("span", { class: "unseen" }, say.hidden));
    } else if (value === "") fill(box, element("i", {}, say.empty));
    else fill(box, ...(spelled ? [spelledOut(value)] : monospaced(value)));
  }
  render();

  return {
    root: fieldBox(
      name,
      box,
      concealed && showButton,
      value !== "" && [...value].length <= LONGEST_SPELLED && spellButton,
      copyButton(say.copy, value, inFull, actions),
    ),
    concealed,
    show,
  };
}

export function fieldBox(
  name: string,
  value: HTMLElement,
  ...buttons: readonly (HTMLElement | false)[]
): HTMLElement {
  return element(
    "div",
    { class: "field" },
    element("div", {}, element("h3", {}, name), value),
    row(...buttons),
  );
}

/** Copies, says so for a moment and to a screen reader, and tells the flow that the secret was taken. */
export function copyButton(text: string, value: string, what: string, actions: ViewActions): HTMLElement {
  const made = button(text, async () => {
    if (!(await actions.copy(value))) return;
    actions.send({ type: "taken" });
    actions.announce(`${say.copied}: ${what}`);
    made.textContent = say.copied;
    made.classList.add("copied");
    setTimeout(() => {
      made.textContent = text;
      made.classList.remove("copied");
    }, 2_000);
  });
  made.setAttribute("aria-label", `${text}: ${what}`);
  return made;
}

/** Longer values than this are copied, not read aloud or typed off. */
const LONGEST_SPELLED = 128;

/** A value sign by sign, each with its kind under it, so that 0 and O, 1, l and I cannot be mixed up. */
function spelledOut(value: string): HTMLElement {
  return element(
    "ol",
    { class: "spelled" },
    ...[...value].map((sign) =>
      element("li", {}, element("b", {}, shown(sign)), element("small", {}, kindOf(sign))),
    ),
  );
}

/** The value as runs of monospaced text, its digits marked off from its letters. */
function monospaced(value: string): (HTMLElement | string)[] {
  const runs = value.match(/\d+|\D+/g) ?? [];
  return runs.map((run) => (/^\d/.test(run) ? element("span", { class: "digits" }, run) : run));
}

/** digit, capital, small, space; for what cannot be seen, its code point. */
export function kindOf(sign: string): string {
  if (sign === " ") return say.space;
  if (isInvisible(sign)) return `U+${sign.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
  if (/\p{Nd}/u.test(sign)) return say.digit;
  if (/\p{Lu}/u.test(sign)) return say.capital;
  return /\p{Ll}/u.test(sign) ? say.small : say.sign;
}

function shown(sign: string): string {
  return sign === " " ? "\u2423" : isInvisible(sign) ? "\u25a1" : sign;
}

/** Controls, formats (bidirectional overrides, zero-width joiners), separators, marks: nothing to see by themselves. */
function isInvisible(sign: string): boolean {
  return /[\p{C}\p{Z}\p{M}]/u.test(sign);
}
