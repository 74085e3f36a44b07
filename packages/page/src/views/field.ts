import type { Field } from "@secret-handoff/protocol";
import * as say from "../wording-opened.ts";
import { button, element, fill, given, hint, row, worded } from "./elements.ts";
import type { OpenedActions } from "./opened-screens.ts";
import { setLabel, setText, spoken, type Words } from "./words.ts";

export type FieldView = {
  readonly root: HTMLElement;
  readonly concealed: boolean;
  isShown(): boolean;
  show(visible: boolean): void;
};

/** As many dots for every value: not even its length shows. */
const MASK = "\u2022".repeat(12);
/** Longer values than this get the whole width, their buttons below. */
const LONGEST_IN_ROW = 40;
/** Longer values than this are copied, not read aloud or typed off. */
const LONGEST_SPELLED = 128;
/** Longer values than this scroll in a box of their own, so that their buttons stay in view. */
const LONGEST_UNBOXED = 1_000;
/** Longer values than this are shown as they are: a mark is an element, and a phone has little room for a hundred thousand. */
const LONGEST_MARKED = 20_000;

/**
 * One value: masked until asked for, copied without being shown, spelled out sign by sign.
 * @param onTurned called when it was shown or hidden
 */
export function fieldView(
  { name, value, concealed }: Field,
  label: string,
  actions: OpenedActions,
  onCopied: () => void,
  onTurned: () => void,
): FieldView {
  const isPlain = name === label;
  const inFull = isPlain ? label : `${label}, ${name}`;
  const box = element("div");
  const note = hint();
  const isMarked = value.length <= LONGEST_MARKED;
  let visible = !concealed;
  let spelled = false;

  const showButton = button("", () => show(!visible));
  const spell = () => {
    spelled = !spelled;
    show(true);
  };
  const spellButton = button(say.spell, spell, "plain", () => `${spoken(say.spell)}: ${inFull}`);

  function show(next: boolean): void {
    visible = next;
    spelled &&= next;
    render();
    onTurned();
  }

  function render(): void {
    const verb = visible ? say.hide : say.show;
    setLabel(setText(showButton, verb), () => `${spoken(verb)}: ${inFull}`);
    spellButton.setAttribute("aria-pressed", String(spelled));
    const exact = visible && !spelled && value !== "";
    box.className = exact ? "value exact" : "value";
    if (exact && value.length > LONGEST_UNBOXED) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
    setText(note, exact && isMarked && UNSEEN.test(value) ? say.marked : "");
    if (!visible) {
      const mask = element("span", { class: "masked", "aria-hidden": "true" }, MASK);
      fill(box, mask, worded("span", say.hidden, { class: "unseen" }));
    } else if (value === "") fill(box, worded("i", say.empty));
    else fill(box, ...(spelled ? [spelledOut(value)] : isMarked ? marked(value) : [value]));
    root.classList.toggle("long", spelled || value.length > LONGEST_IN_ROW || value.includes("\n"));
  }

  const copy = copyButton(say.copy, value, inFull, actions, onCopied, () => {
    spelled = false;
    show(true);
    getSelection()?.selectAllChildren(box);
  });
  const root = fieldBox(
    !isPlain && name,
    box,
    note,
    copy,
    concealed && showButton,
    value !== "" && [...value].length <= LONGEST_SPELLED && spellButton,
  );
  render();
  return { root, concealed, isShown: () => visible, show };
}

/** A name, unless the item's heading is it, what belongs to it, and its buttons. Nothing in it is offered to a translator. */
export function fieldBox(
  name: string | false,
  value: HTMLElement,
  note: HTMLElement | false,
  ...buttons: readonly (HTMLElement | false)[]
): HTMLElement {
  return element(
    "div",
    { class: "field notranslate", translate: "no" },
    element("div", {}, name !== false && element("h3", {}, given(name)), value, note),
    row(...buttons),
  );
}

/**
 * Copies, and says so for a moment and to a screen reader.
 * @param onRefused called where the browser lets nothing be copied
 */
export function copyButton(
  text: string,
  value: string,
  what: Words,
  actions: OpenedActions,
  onCopied: () => void,
  onRefused: () => void,
): HTMLElement {
  const copy = async () => {
    if (!(await actions.copy(value))) return onRefused();
    onCopied();
    showCopied(made, text, what, actions);
  };
  const made = button(text, copy, "strong", () => `${spoken(text)}: ${spoken(what)}`);
  return made;
}

/** For two seconds the button says that it has copied; what a screen reader calls it says the same (WCAG 2.2, 2.5.3). */
export function showCopied(made: HTMLElement, text: string, what: Words, actions: OpenedActions): void {
  const name = (verb: string) => {
    const label = () => `${spoken(verb)}: ${spoken(what)}`;
    setLabel(setText(made, verb), label);
    return label();
  };
  actions.announce(name(say.copied));
  setTimeout(() => name(text), 2_000);
}

/** A value sign by sign, each with its kind under it, so that 0 and O, 1, l and I cannot be mixed up. */
function spelledOut(value: string): HTMLElement {
  return element(
    "ol",
    { class: "spelled" },
    ...[...value].map((sign) =>
      element("li", {}, element("b", {}, MARKS[sign] ?? sign), worded("small", kindOf(sign))),
    ),
  );
}

/** What an eye cannot see (spaces at an edge or in a row, controls, formats, separators, combining marks), and what it mixes up. */
const UNSEEN =
  /^ +| +(?=[\r\n]|$)| {2,}|(?! )[\p{C}\p{Z}\p{M}]|[\p{Script=Cyrillic}\p{Script=Greek}\uff01-\uff5e]+/u;
const MARKS: Readonly<Record<string, string>> = {
  " ": "\u2423",
  "\n": "\u21b5",
  // Not its picture, U+240D: most fonts have none.
  "\r": "CR",
  "\t": "\u21e5",
};

/** The value as it is, character by character; digits are coloured, and the style sheet draws the marks, so that no copy takes them along. */
function marked(value: string): (HTMLElement | string)[] {
  const digits = value.length > LONGEST_UNBOXED ? "" : "|\\d+";
  return value.split(new RegExp(`(${UNSEEN.source}${digits})`, "u")).map((run, index) => {
    if (index % 2 === 0) return run;
    if (/^\d/.test(run)) return element("span", { class: "digits" }, run);
    const mark = isInvisible(run) ? [...run].map((sign) => MARKS[sign] ?? kindOf(sign)).join("") : "";
    // A combining mark belongs to the sign before it and stays to be seen.
    const hides = mark !== "" && !/\p{M}/u.test(run);
    return element("span", { "data-mark": mark, ...(hides ? { class: "control" } : {}) }, run);
  });
}

/** digit, capital, small, space; for what cannot be seen, its code point. */
export function kindOf(sign: string): string {
  if (sign === " ") return say.space;
  if (isInvisible(sign)) return `U+${sign.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
  if (/\p{Nd}/u.test(sign)) return say.digit;
  if (/\p{Lu}/u.test(sign)) return say.capital;
  return /\p{Ll}/u.test(sign) ? say.small : say.symbol;
}

/** Controls, formats (bidirectional overrides, zero-width joiners), separators, marks: nothing to see by themselves. */
function isInvisible(sign: string): boolean {
  return /[\p{C}\p{Z}\p{M}]/u.test(sign);
}
