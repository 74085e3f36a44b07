import type { Field } from "@secret-handoff/protocol";
import { WORDS } from "../wording.ts";
import { element, fill } from "./element.ts";
import { button } from "./parts.ts";
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
export function fieldView(field: Field, name: string, hands: Hands): FieldView {
  const { opened } = WORDS;
  const { value, concealed } = field;
  const box = element("div", { class: "value" });
  let visible = !concealed;
  let spelled = false;

  const showButton = button(opened.show, () => show(!visible));
  const spellButton = button(opened.spell, () => {
    spelled = !spelled;
    visible = true;
    render();
  });
  const copyButton = button(opened.copy, () => void copy(copyButton, value, name, hands));
  const buttons = [
    concealed && showButton,
    value !== "" && [...value].length <= LONGEST_SPELLED && spellButton,
    copyButton,
  ];
  for (const [pressed, verb] of [
    [showButton, opened.show],
    [spellButton, opened.spell],
    [copyButton, opened.copy],
  ] as const) {
    pressed.setAttribute("aria-label", `${verb}: ${name}`);
  }

  function show(next: boolean): void {
    visible = next;
    spelled &&= next;
    render();
  }

  function render(): void {
    showButton.textContent = visible ? opened.hide : opened.show;
    showButton.setAttribute("aria-label", `${visible ? opened.hide : opened.show}: ${name}`);
    spellButton.setAttribute("aria-pressed", String(spelled));
    box.classList.toggle("masked", !visible);
    if (!visible) {
      fill(
        box,
        element("span", { "aria-hidden": "true" }, MASK),
        element("span", { class: "unseen" }, opened.hidden),
      );
    } else if (value === "") fill(box, element("i", {}, opened.empty));
    else fill(box, spelled ? spelledOut(value) : monospaced(value));
  }
  render();

  return {
    root: element(
      "div",
      { class: "field" },
      element("h3", {}, field.name),
      box,
      element("div", { class: "row" }, ...buttons),
    ),
    concealed,
    show,
  };
}

/** Copies, says so on the button for a moment and to a screen reader, and tells the flow that the secret was taken. */
export async function copy(
  pressed: HTMLButtonElement,
  value: string,
  name: string,
  hands: Hands,
): Promise<void> {
  const { opened } = WORDS;
  if (!(await hands.copy(value))) {
    hands.announce(opened.nothingCopied);
    return;
  }
  hands.send({ is: "taken" });
  hands.announce(`${opened.copied}: ${name}`);
  const label = pressed.textContent;
  if (pressed.classList.contains("copied")) return;
  pressed.classList.add("copied");
  pressed.textContent = opened.copied;
  setTimeout(() => {
    pressed.classList.remove("copied");
    pressed.textContent = label;
  }, 2_000);
}
