import type { BundleFile, Item } from "@secret-handoff/protocol";
import { type Acknowledgement, locale } from "@secret-handoff/protocol/recipient";
import { asText, envFile, fileName, jsonFile } from "@secret-handoff/protocol/saving";
import * as say from "../wording-opened.ts";
import { button, card, element, fill, given, hint, paragraph, row, subheading, worded } from "./elements.ts";
import { copyButton, type FieldView, fieldBox, fieldView } from "./field.ts";
import type { OpenedActions } from "./opened-screens.ts";
import type { ScreenOf, View, ViewActions } from "./renderer.ts";
import { setText, spoken } from "./words.ts";

/** When to say once that the secret will be hidden, ms before. */
const WARN_BEFORE = 60_000;
/** Of more values than this the recipient finds what acts on all of them at the top, too. */
const LONG_LIST = 8;

/** The secret: every value to show, copy and spell out, every file to download, all of it to save. */
export function openedView(screen: ScreenOf<"opened">, actions: OpenedActions): View<ScreenOf<"opened">> {
  const { items } = screen.bundle;
  const views: FieldView[] = [];
  const taken = takenTogether(items, () => actions.send({ type: "taken" }));
  const sections = items.map((item) => itemView(item, actions, taken, views, () => showAll.update()));
  const concealed = views.filter((view) => view.concealed);
  const showAll = showAllButton(concealed);
  const status = element("p", { class: "status" });
  const clock = element("span", { role: "timer" });
  const more = button(say.fiveMore, () => actions.send({ type: "show_longer", now: actions.now() }), "quiet");
  let warned = false;

  function update({ acknowledgement, hideAt, now }: ScreenOf<"opened">): void {
    setText(status, statusText(acknowledgement));
    // One time at a time: until it is taken the status tells of another, which nobody can prolong.
    more.hidden = isUntold(acknowledgement);
    setText(clock, () => (more.hidden ? "" : say.hidesIn(hideAt - now)));
    const soon = hideAt - now <= WARN_BEFORE;
    if (soon && !warned) actions.announce(spoken(say.hidesSoon));
    warned = soon;
  }

  const values = items.flatMap(({ fields }) => fields);
  const saving = savingView(items, actions, () => taken(...values));
  const all = element("div", { translate: "no" });
  const copyAll = () =>
    copyButton(
      say.copyAll,
      asText(items),
      say.yourSecret[0],
      actions,
      () => taken(...values),
      () => {
        all.className = "value exact notranslate";
        all.textContent = asText(items);
        getSelection()?.selectAllChildren(all);
      },
    );
  const done = (kind: "main" | "plain") => button(say.done, () => actions.send({ type: "done" }), kind);
  return {
    root: card(
      say.yourSecret,
      status,
      values.length > LONG_LIST &&
        row(
          copyAll(),
          button(say.saveAs, () => saving.scrollIntoView()),
          done("plain"),
        ),
      ...sections,
      values.length > 1 && row(copyAll(), concealed.length > 1 && showAll.root),
      all,
      values.length > 0 && saving,
      items.length > 0 && managersPlace(items, actions, taken),
      element("div", { class: "part end" }, done("main"), element("div", { class: "hint" }, clock, more)),
    ),
    update,
  };
}

/** What is left to take of each bundle, for as long as the page holds it: hidden and shown again, it has a new view. */
const untaken = new WeakMap<readonly Item[], Set<object>>();

/**
 * The secret counts as taken once every concealed value and every file was copied or saved; where nothing is concealed, every value.
 * @returns what to call with the fields and files that were
 */
function takenTogether(items: readonly Item[], onTaken: () => void): (...parts: readonly object[]) => void {
  const values = items.flatMap(({ fields }) => fields);
  const files = items.flatMap((item) => item.files ?? []);
  const needed = [...values.filter(({ concealed }) => concealed), ...files];
  const left = untaken.get(items) ?? new Set<object>(needed.length > 0 ? needed : values);
  untaken.set(items, left);
  return (...parts) => {
    for (const part of parts) left.delete(part);
    if (left.size === 0) onTaken();
  };
}

/** Whether the sender knows yet that it was taken. */
function statusText(acknowledgement: Acknowledgement): string {
  const { kind } = acknowledgement;
  if (kind === "refused") return say.endedMeanwhile;
  if (kind === "known") return say.taken;
  return isUntold(acknowledgement) ? say.notTakenYet : say.stillTelling;
}

function isUntold({ kind, tries }: Acknowledgement): boolean {
  return kind === "due" && tries === 0;
}

/** Shows all, and hides all where each is shown, be it one by one. */
function showAllButton(fields: readonly FieldView[]) {
  const areShown = () => fields.every((field) => field.isShown());
  const root = button(say.showAll, () => {
    const next = !areShown();
    for (const field of fields) field.show(next);
  });
  return { root, update: () => void setText(root, areShown() ? say.hideAll : say.showAll) };
}

type Taken = ReturnType<typeof takenTogether>;

/**
 * @param gathered takes in the item's fields
 * @param onTurned called when one of them was shown or hidden
 */
function itemView(
  { label, fields, files = [] }: Item,
  actions: OpenedActions,
  taken: Taken,
  gathered: FieldView[],
  onTurned: () => void,
): HTMLElement {
  const views = fields.map((field) => fieldView(field, label, actions, () => taken(field), onTurned));
  gathered.push(...views);
  return element(
    "section",
    { class: "item" },
    element("h2", {}, given(label)),
    ...views.map(({ root }) => root),
    ...files.map((file) => fileView(file, label, actions, taken)),
  );
}

function fileView(file: BundleFile, label: string, actions: OpenedActions, taken: Taken): HTMLElement {
  const name = fileName(file.name);
  const download = () => {
    actions.save(name, new Uint8Array(file.data));
    taken(file);
    actions.announce(say.saved(name));
  };
  return fieldBox(
    name !== label && name,
    worded("div", () => sizeInWords(file.data.length)),
    false,
    button(say.download, download, "plain", () => `${spoken(say.download)}: ${name}`),
  );
}

/** "1 byte", "712 bytes", "24.1 kB", with the plural that the language has for the number. */
function sizeInWords(bytes: number): string {
  const [count, unit, unitDisplay] =
    bytes < 1_000 ? ([bytes, "byte", "long"] as const) : ([bytes / 1_000, "kilobyte", "short"] as const);
  return count.toLocaleString(locale(), { style: "unit", unit, unitDisplay, maximumFractionDigits: 1 });
}

/** Buttons that save all values as a file. @param onSaved called when no value was left out */
function savingView(items: readonly Item[], actions: OpenedActions, onSaved: () => void): HTMLElement {
  const result = worded("p", "", { class: "status", role: "status" });
  function save(name: string, text: string, remarks: () => readonly string[] = () => []): void {
    actions.save(name, text);
    setText(result, () => say.savedWith(name, remarks()));
  }
  function saveEnv(): void {
    const { text, shellOnly, leftOut } = envFile(items);
    save("secret.env", text, () => [say.shellOnly(shellOnly), say.leftOut(leftOut)]);
    if (leftOut.length === 0) onSaved();
  }
  function saveJson(): void {
    save("secret.json", jsonFile(items));
    onSaved();
  }
  function saveText(): void {
    save("secret.txt", `${asText(items)}\n`);
    onSaved();
  }
  return element(
    "section",
    { class: "part" },
    subheading(say.saveAs),
    row(button(say.formatText, saveText), button(say.formatEnv, saveEnv), button(say.formatJson, saveJson)),
    hint(say.unencrypted),
    result,
  );
}

/** Where the files for password managers are offered, once their module is there. */
function managersPlace(items: readonly Item[], actions: OpenedActions, taken: Taken): HTMLElement {
  const place = element("div");
  const load = () => {
    import("./managers.ts").then(
      ({ managersView }) => fill(place, managersView(items, actions, taken)),
      () =>
        fill(
          place,
          element("section", { class: "part" }, paragraph(say.managersMissing), button(say.tryAgain, load)),
        ),
    );
  };
  load();
  return place;
}

export function hiddenView(_: ScreenOf<"hidden">, { send, now }: ViewActions): View<ScreenOf<"hidden">> {
  const left = element("p");
  const update = (next: ScreenOf<"hidden">) => setText(left, () => say.stillHeld(next.forgetAt - next.now));
  return {
    root: card(
      [say.hiddenHeading],
      left,
      row(
        button(say.showAgain, () => send({ type: "show_again", now: now() }), "main"),
        button(say.done, () => send({ type: "done" })),
      ),
    ),
    update,
  };
}

export function doneView(screen: ScreenOf<"done">): View<ScreenOf<"done">> {
  const status = element("p", { role: "status" });
  const update = ({ acknowledgement }: ScreenOf<"done">) => setText(status, statusText(acknowledgement));
  return {
    root: card(
      [screen.forgotten ? say.forgotten : say.done, say.gone],
      status,
      subheading(say.leftToDo),
      element("ul", {}, ...say.advice.map((sentence) => worded("li", sentence))),
    ),
    update,
  };
}
