import { asClock, sentence } from "@secret-handoff/protocol/recipient";
import type { ClipboardState } from "./clipboard.ts";
import type { Message } from "./wording.ts";

export * from "@secret-handoff/protocol/recipient/code-wording";
export * from "@secret-handoff/protocol/saving/wording";
export * from "./wording.ts";

/** What the page says once Reveal was pressed. A file of its own, because the page fetches it with the screens that say it. */

export const mailAnother = "Send another code";
export const changeAddress = "Change the address";

export const yourSecret: Message = ["Your secret", "Put it where you need it, then press Done."];
export const notTakenYet =
  "Until you have copied or saved all of it, or pressed Done, reloading shows it again, for about two minutes.";
export const marked = "Characters that you cannot see or could mix up are marked.";
export const taken = "The sender can see that you received it. Reloading will not show it again.";
export const hidesIn = (ms: number) => sentence`Hides in ${asClock(ms)}`;
export const hidesSoon = "The secret will be hidden in one minute.";
export const fiveMore = "Five more minutes";
export const hidden = "hidden";
export const empty = "empty";
export const show = "Show";
export const hide = "Hide";
export const spell = "Spell out";
export const copy = "Copy";
export const copied = "Copied";
export const showAll = "Show all";
export const hideAll = "Hide all";
export const copyAll = "Copy all";
export const download = "Download";
export const saveAs = "Save as";
export const formatEnv = ".env";
export const formatJson = "JSON";
export const formatText = "Text";
export const managersMissing =
  "The formats for password managers could not be fetched. Copy the secret, or save it in another way.";
export const saved = (name: string) => sentence`${name} went to your downloads.`;
/** That a file was saved, and what to know of it: a line for each. */
export const savedWith = (name: string, remarks: readonly string[]) =>
  [saved(name), ...remarks].filter((remark) => remark !== "").join("\n");
export const done = "Done";

export const space = "space";
export const digit = "digit";
export const capital = "capital";
export const small = "small";
export const symbol = "symbol";

export function clipboard(state: ClipboardState): string {
  switch (state.kind) {
    case "untouched":
      return "";
    case "holds":
      return "Copied. The clipboard is cleared after one minute, unless you leave this page.";
    case "unsure":
      return "The clipboard may still hold the secret. Copy something else when you are done.";
    case "cleared":
      return "Clipboard cleared. A clipboard history may still hold the secret.";
    case "closed":
      return "This browser does not let the page copy. Copy what is selected by hand.";
  }
}

export const clearClipboard = "Clear the clipboard";

export const hiddenHeading = "The secret is hidden";
export const stillHeld = (ms: number) => sentence`This tab keeps it for ${asClock(ms)}, then forgets it.`;

export const forgotten = "This page has forgotten the secret";
export const stillTelling = "Telling the sender that you received it. Keep this tab open.";
export const leftToDo = "What is left to do";
export const advice = [
  "Delete the e-mail with the link.",
  "Clear your clipboard history.",
  "Delete saved files when you no longer need them.",
];
