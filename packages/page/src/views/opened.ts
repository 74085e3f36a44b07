import type { BundleFile, Item } from "@secret-handoff/protocol";
import type { Acknowledgement } from "../flow/screens.ts";
import { fileName } from "../saving/save.ts";
import { asText } from "../saving/text.ts";
import * as say from "../wording.ts";
import { element, setText } from "./element.ts";
import { copyButton, type FieldView, fieldBox, fieldView } from "./field.ts";
import { button, card, hint, row, told } from "./parts.ts";
import { savingView } from "./saving.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

/** When to say once that the secret will be covered, ms before. */
const WARN_BEFORE = 60_000;

/** The secret: every value to show, copy and spell out, every file to download, all of it to save. */
export function openedView(screen: ScreenAt<"opened">, hands: Hands): View<ScreenAt<"opened">> {
  const { items } = screen.bundle;
  const fields: FieldView[] = [];
  const sections = items.map((item) => itemView(item, hands, fields));
  const concealed = fields.filter((field) => field.concealed);
  const lease = element("p", { class: "lease" });
  const clipboard = hint();
  const clock = element("span", { role: "timer" });
  let warned = false;

  function update({ acknowledgement, hideAt, now }: ScreenAt<"opened">): void {
    setText(lease, leaseText(acknowledgement, now));
    setText(clock, say.coveredIn(hideAt - now));
    const soon = hideAt - now <= WARN_BEFORE;
    if (soon && !warned) hands.announce(say.coveredSoon);
    warned = soon;
  }
  update(screen);

  return {
    root: card(
      ...told(say.yourSecret),
      lease,
      clipboard,
      ...sections,
      fields.length > 1 &&
        row(
          concealed.length > 1 && showAllButton(concealed),
          copyButton(say.copyAll, asText(items), say.yourSecret[0], hands),
        ),
      fields.length > 0 && savingView(items, hands),
      element(
        "div",
        { class: "part end" },
        button(say.done, () => hands.send({ is: "done" }), "main"),
        element(
          "div",
          { class: "countdown" },
          clock,
          button(say.fiveMore, () => hands.send({ is: "show_longer", now: hands.now() }), "quiet"),
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
function itemView({ label, fields, files = [] }: Item, hands: Hands, gathered: FieldView[]): HTMLElement {
  const views = fields.map((field) => fieldView(field, label, hands));
  gathered.push(...views);
  return element(
    "section",
    { class: "item" },
    element("h2", {}, label),
    ...views.map(({ root }) => root),
    ...files.map((file) => fileView(file, hands)),
  );
}

function fileView({ name, data }: BundleFile, hands: Hands): HTMLElement {
  const safe = fileName(name);
  const download = button(say.download, () => {
    hands.save(safe, new Uint8Array(data));
    hands.send({ is: "taken" });
    hands.announce(say.saved(safe));
  });
  download.setAttribute("aria-label", `${say.download}: ${safe}`);
  return fieldBox(safe, element("div", { class: "value" }, sizeInWords(data.length)), download);
}

/** "712 bytes", "24.1 KB". */
export function sizeInWords(bytes: number): string {
  return bytes < 1_000 ? `${bytes} bytes` : `${(bytes / 1_000).toFixed(1)} KB`;
}
