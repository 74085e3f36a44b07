import type { Field } from "@secret-handoff/protocol";
import * as say from "../wording.ts";
import { element, fill } from "./element.ts";
import { button, row } from "./parts.ts";
import { LONGEST_SPELLED, monospaced, spelledOut } from "./spelled.ts";
import type { Hands } from "./view.ts";

export type FieldView = {
  readonly root: HTMLElement;
  readonly concealed: boolean;
  show(visible: boolean): void;
};

/** As many dots for every value: not even its length shows. */
const MASK = "\u2022".repeat(12);

/** One value: masked until asked for, copied without being shown, spelled out sign by sign. */
export function fieldView({ name, value, concealed }: Field, label: string, hands: Hands): FieldView {
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
      copyButton(say.copy, value, inFull, hands),
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
export function copyButton(text: string, value: string, what: string, hands: Hands): HTMLElement {
  const made = button(text, async () => {
    if (!(await hands.copy(value))) return;
    hands.send({ is: "taken" });
    hands.announce(`${say.copied}: ${what}`);
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
