import { fileName } from "@secret-handoff/protocol/saving";
import { type ClipboardState, copyExactly, copyInPress, createClipboard } from "../clipboard.ts";
import type { Clock } from "../time.ts";
import * as say from "../wording-opened.ts";
import { codeView } from "./code.ts";
import { button, fill, worded } from "./elements.ts";
import { doneView, hiddenView, openedView } from "./opened.ts";
import type { OpenedViews, ViewActions } from "./renderer.ts";
import { spoken } from "./words.ts";

/** All rules of style-opened.css in one (build-styles.ts). */
declare const OPENED_STYLE: string;

/** Hands bytes to the browser as a download, without a type: no browser shall look into it, whatever the sender called it. */
function saveFile(name: string, data: BlobPart): void {
  const url = URL.createObjectURL(new Blob([data], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName(name);
  link.click();
  // The browser has its own hold on the bytes by then; some need a moment to take it.
  setTimeout(() => URL.revokeObjectURL(url), 30_000);
}

/** What the views of an opened secret can do on top: copy, and save. */
export type OpenedActions = ViewActions & {
  /** @returns false when this browser lets nothing be copied */
  copy(text: string): Promise<boolean>;
  save(name: string, data: BlobPart): void;
};

/**
 * All that only an opened secret needs, to be called once. A module of its own: the page fetches it when Reveal is pressed, and claims
 * nothing without it.
 * @param bar stays in view whatever the screen: it says where the secret may lie, and what the page does about it
 */
export function openedScreens(bar: HTMLElement, actions: ViewActions, clock: Clock): OpenedViews {
  const clipboard = createClipboard({
    write: navigator.clipboard ? (text) => navigator.clipboard.writeText(text) : undefined,
    writeInPress: copyInPress,
    // Nothing is promised either where the page would not be told that another program has copied something.
    clearsItself: () => writesLater && "onclipboardchange" in navigator.clipboard && document.hasFocus(),
    clock,
    onChange: showClipboard,
  });
  // Chromium alone lets a page write to the clipboard later, without a press; the others do not know this permission.
  let writesLater = false;
  navigator.permissions?.query({ name: "clipboard-write" as PermissionName }).then(
    ({ state }) => {
      writesLater = state === "granted";
    },
    () => {},
  );
  const withClipboard: OpenedActions = { ...actions, copy: (text) => clipboard.copy(text), save: saveFile };

  function showClipboard(state: ClipboardState): void {
    const told = say.clipboard(state);
    const clear = state.kind === "unsure" && state.clearable;
    fill(bar, worded("span", told), clear && button(say.clearClipboard, () => void clipboard.clear()));
    if (state.kind !== "holds") actions.announce(spoken(told));
  }

  // The policy lets no other style sheet in; a rule of a script that may run is the script's own.
  // By its name: an extension may have put its own before it.
  const sheet = document.querySelector<HTMLStyleElement>("#style")?.sheet;
  sheet?.insertRule(OPENED_STYLE, sheet.cssRules.length);
  // Before the claim, so that the network is not needed after it. Where it cannot be had, the view says so.
  import("./managers.ts").catch(() => {});
  addEventListener("blur", () => clipboard.release());
  // https://www.w3.org/TR/clipboard-apis/#clipboard-event-clipboardchange
  navigator.clipboard?.addEventListener("clipboardchange", () => clipboard.changed());
  document.addEventListener("copy", (event) => {
    copyExactly(event);
    clipboard.release();
  });
  return {
    code: codeView,
    opened: (screen) => openedView(screen, withClipboard),
    hidden: (screen) => hiddenView(screen, actions),
    done: doneView,
  };
}
