import type { BundleFile, Item } from "@secret-handoff/protocol";
import { fileName } from "../saving/save.ts";
import { asText } from "../saving/text.ts";
import { WORDS } from "../wording.ts";
import { element, setText } from "./element.ts";
import { copy, type FieldView, fieldView } from "./field.ts";
import { button, card, heading } from "./parts.ts";
import { savingView } from "./saving.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

/** When to say once that the secret will be covered, ms before. */
const WARN_BEFORE = 60_000;

/** The secret: every value to show, copy and spell out, every file to download, all of it to save. */
export function openedView(screen: ScreenAt<"opened">, hands: Hands): View<ScreenAt<"opened">> {
  const { opened } = WORDS;
  const { items } = screen.bundle;
  const fields: FieldView[] = [];
  const sections = items.map((item) => itemView(item, hands, (field) => fields.push(field)));
  const concealed = fields.filter((field) => field.concealed);
  const lease = element("p", { class: "lease" });
  const clipboard = element("p", { class: "hint" });
  const clock = element("span", { role: "timer" });
  let warned = false;

  let allShown = false;
  const showAll = button(opened.showAll, () => {
    allShown = !allShown;
    showAll.textContent = allShown ? opened.hideAll : opened.showAll;
    for (const field of concealed) field.show(allShown);
  });
  const copyAll = button(opened.copyAll, () => void copy(copyAll, asText(items), opened.copyAll, hands));

  function update({ acknowledgement, leaseUntil, hideAt, now }: ScreenAt<"opened">): void {
    setText(lease, leaseText(acknowledgement.kind, leaseUntil - now));
    setText(clock, opened.hides(hideAt - now));
    const soon = hideAt - now <= WARN_BEFORE;
    if (soon && !warned) hands.announce(opened.hidesSoon);
    warned = soon;
  }
  update(screen);

  return {
    root: element(
      "div",
      {},
      card(
        heading(opened.heading),
        element("p", {}, opened.intro),
        lease,
        element("p", { class: "print-only" }, opened.print),
        ...sections,
        fields.length > 1 && element("div", { class: "row all" }, concealed.length > 1 && showAll, copyAll),
        clipboard,
        savingView(items, hands),
        element(
          "div",
          { class: "end" },
          button(opened.button, () => hands.send({ is: "done" }), "main"),
          element(
            "div",
            { class: "countdown" },
            clock,
            button(opened.longer, () => hands.send({ is: "show_longer", now: hands.now() }), "quiet"),
          ),
        ),
      ),
    ),
    update,
    clipboardChanged: (state, now) => setText(clipboard, WORDS.clipboard(state, now)),
  };
}

function leaseText(kind: ScreenAt<"opened">["acknowledgement"]["kind"], left: number): string {
  const { opened } = WORDS;
  if (kind === "due") return opened.lease(left);
  return { sending: opened.known, retrying: opened.retrying, known: opened.known, refused: opened.refused }[
    kind
  ];
}

function itemView(item: Item, hands: Hands, register: (field: FieldView) => void): HTMLElement {
  const views = item.fields.map((field) => {
    const view = fieldView(field, `${item.label}, ${field.name}`, hands);
    register(view);
    return view.root;
  });
  return element(
    "section",
    { class: "item" },
    element("h2", {}, item.label),
    ...views,
    ...(item.files ?? []).map((file) => fileView(file, hands)),
  );
}

function fileView({ name, data }: BundleFile, hands: Hands): HTMLElement {
  const { opened } = WORDS;
  const download = button(opened.download, () => {
    // As bytes without a type: a browser must not look into it, whatever the sender called it.
    hands.save(name, "application/octet-stream", new Uint8Array(data));
    hands.send({ is: "taken" });
    hands.announce(opened.saved(fileName(name)));
  });
  download.setAttribute("aria-label", `${opened.download}: ${fileName(name)}`);
  return element(
    "div",
    { class: "field" },
    element("h3", {}, fileName(name)),
    element("div", { class: "value" }, sizeInWords(data.length)),
    element("div", { class: "row" }, download),
  );
}

/** "712 bytes", "24.1 KB". */
export function sizeInWords(bytes: number): string {
  return bytes < 1_000 ? `${bytes} bytes` : `${(bytes / 1_000).toFixed(1)} KB`;
}
