import type { BundleFile, Item } from "@secret-handoff/protocol";
import type { Acknowledgement } from "../flow/screens.ts";
import { csvFor1Password, csvForBitwarden } from "../saving/csv.ts";
import { envFile } from "../saving/env.ts";
import { asText, fileName, jsonFile } from "../saving/files.ts";
import * as say from "../wording.ts";
import { button, card, element, heading, hint, message, row, setText } from "./elements.ts";
import { copyButton, type FieldView, fieldBox, fieldView } from "./field.ts";
import type { ScreenOf, View, ViewActions } from "./renderer.ts";

/** When to say once that the secret will be hidden, ms before. */
const WARN_BEFORE = 60_000;

/** The secret: every value to show, copy and spell out, every file to download, all of it to save. */
export function openedView(screen: ScreenOf<"opened">, actions: ViewActions): View<ScreenOf<"opened">> {
  const { items } = screen.bundle;
  const fields: FieldView[] = [];
  const sections = items.map((item) => itemView(item, actions, fields));
  const concealed = fields.filter((field) => field.concealed);
  const lease = element("p", { class: "lease" });
  const clipboard = hint();
  const clock = element("span", { role: "timer" });
  let warned = false;

  function update({ acknowledgement, hideAt, now }: ScreenOf<"opened">): void {
    setText(lease, leaseText(acknowledgement, now));
    setText(clock, say.hidesIn(hideAt - now));
    const soon = hideAt - now <= WARN_BEFORE;
    if (soon && !warned) actions.announce(say.hidesSoon);
    warned = soon;
  }
  update(screen);

  return {
    root: card(
      ...message(say.yourSecret),
      lease,
      clipboard,
      ...sections,
      fields.length > 1 &&
        row(
          concealed.length > 1 && showAllButton(concealed),
          copyButton(say.copyAll, asText(items), say.yourSecret[0], actions),
        ),
      fields.length > 0 && savingView(items, actions),
      element(
        "div",
        { class: "part end" },
        button(say.done, () => actions.send({ type: "done" }), "main"),
        element(
          "div",
          { class: "countdown" },
          clock,
          button(say.fiveMore, () => actions.send({ type: "show_longer", now: actions.now() }), "quiet"),
        ),
      ),
    ),
    update,
    clipboardChanged: (state, now) => setText(clipboard, say.clipboard(state, now)),
  };
}

function leaseText(acknowledgement: Acknowledgement, now: number): string {
  if (acknowledgement.kind === "refused") return say.endedMeanwhile;
  if (acknowledgement.kind !== "due") return say.taken;
  return acknowledgement.tries === 0 ? say.notTakenYet(acknowledgement.at - now) : say.takenUntold;
}

function showAllButton(fields: readonly FieldView[]): HTMLElement {
  let shown = false;
  const made = button(say.showAll, () => {
    shown = !shown;
    made.textContent = shown ? say.hideAll : say.showAll;
    for (const field of fields) field.show(shown);
  });
  return made;
}

/** @param fields gathers the item's fields */
function itemView(
  { label, fields, files = [] }: Item,
  actions: ViewActions,
  gathered: FieldView[],
): HTMLElement {
  const views = fields.map((field) => fieldView(field, label, actions));
  gathered.push(...views);
  return element(
    "section",
    { class: "item" },
    element("h2", {}, label),
    ...views.map(({ root }) => root),
    ...files.map((file) => fileView(file, actions)),
  );
}

function fileView({ name, data }: BundleFile, actions: ViewActions): HTMLElement {
  const safe = fileName(name);
  const download = button(say.download, () => {
    actions.save(safe, new Uint8Array(data));
    actions.send({ type: "taken" });
    actions.announce(say.saved(safe));
  });
  download.setAttribute("aria-label", `${say.download}: ${safe}`);
  return fieldBox(safe, element("div", { class: "value" }, sizeInWords(data.length)), download);
}

/** "712 bytes", "24.1 KB". */
export function sizeInWords(bytes: number): string {
  return bytes < 1_000 ? `${bytes} bytes` : `${(bytes / 1_000).toFixed(1)} KB`;
}

/** Buttons that save all values as a file. */
function savingView(items: readonly Item[], actions: ViewActions): HTMLElement {
  const result = hint("", "status");
  function save(name: string, text: string, more = ""): void {
    actions.save(name, text);
    actions.send({ type: "taken" });
    result.textContent = say.saved(name) + more;
  }
  function saveEnv(): void {
    const { text, shellOnly, leftOut } = envFile(items);
    const more =
      (shellOnly.length > 0 ? say.shellOnly(shellOnly) : "") +
      (leftOut.length > 0 ? say.leftOut(leftOut) : "");
    save("secret.env", text, more);
  }
  return element(
    "section",
    { class: "part" },
    element("h2", {}, say.saveAs),
    row(
      button(say.formatEnv, saveEnv),
      button(say.formatJson, () => save("secret.json", jsonFile(items))),
      button(say.format1Password, () => save("secret-1password.csv", csvFor1Password(items))),
      button(say.formatBitwarden, () => save("secret-bitwarden.csv", csvForBitwarden(items))),
    ),
    hint(say.unencrypted),
    result,
  );
}

export function hiddenView(screen: ScreenOf<"hidden">, { send, now }: ViewActions): View<ScreenOf<"hidden">> {
  const left = element("p");
  const clipboard = hint();
  const update = (next: ScreenOf<"hidden">) => setText(left, say.stillHeld(next.forgetAt - next.now));
  update(screen);
  return {
    root: card(
      heading(say.hiddenHeading),
      left,
      clipboard,
      row(
        button(say.showAgain, () => send({ type: "show_again", now: now() }), "main"),
        button(say.done, () => send({ type: "done" })),
      ),
    ),
    update,
    clipboardChanged: (state, time) => setText(clipboard, say.clipboard(state, time)),
  };
}

export function doneView(screen: ScreenOf<"done">): View<ScreenOf<"done">> {
  const state = element("p", { role: "status" });
  const clipboard = hint();
  const update = ({ acknowledgement: { kind } }: ScreenOf<"done">) => {
    setText(
      state,
      kind === "known" ? say.senderKnows : kind === "refused" ? say.endedMeanwhile : say.stillTelling,
    );
  };
  update(screen);
  return {
    root: card(
      ...message([screen.forgotten ? say.forgotten : say.done, say.gone]),
      state,
      element("h2", {}, say.leftToDo),
      element("ul", {}, ...say.advice.map((sentence) => element("li", {}, sentence))),
      clipboard,
    ),
    update,
    clipboardChanged: (state, time) => setText(clipboard, say.clipboard(state, time)),
  };
}
