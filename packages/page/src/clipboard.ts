import type { Clock } from "./time.ts";

/** How long a copied value may stay in the clipboard, ms. */
const CLEAR_AFTER = 60_000;
/** A change of the clipboard that is reported later than this after a copy is another's, ms. */
const OWN_CHANGE = 1_000;

/** What is known of the clipboard. The page cannot look into it, only write to it. */
export type ClipboardState =
  | { readonly kind: "untouched" }
  /** The value, for a minute. */
  | { readonly kind: "holds" }
  /** It may still hold the value, or something of somebody else's by now: only the recipient can tell. */
  | { readonly kind: "unsure"; readonly clearable: boolean }
  | { readonly kind: "cleared" }
  /** This browser lets the page copy nothing. */
  | { readonly kind: "closed" };

type Ports = {
  /** The asynchronous clipboard, where there is one. */
  readonly write: ((text: string) => Promise<void>) | undefined;
  /** The old way, in a press only. @returns false when it did not work */
  readonly writeInPress: (text: string) => boolean;
  /** Whether it may be written to in a minute, without a press, and the recipient is still here. */
  readonly clearsItself: () => boolean;
  readonly clock: Clock;
  readonly onChange: (state: ClipboardState) => void;
};

/** Copies values, and takes the last one out of the clipboard again as long as nobody can have copied something else. */
export function createClipboard({ write, writeInPress, clearsItself, clock, onChange }: Ports) {
  let current: ClipboardState = { kind: "untouched" };
  let stop: (() => void) | undefined;
  let clearAt = 0;

  function become(state: ClipboardState): void {
    stop?.();
    stop = undefined;
    current = state;
    onChange(state);
  }

  /** Empties it: when the time is over, or when the recipient asks for it. */
  async function clear(): Promise<void> {
    const before = current;
    const cleared = write !== undefined && (await succeeds(write("")));
    // Something may have been copied while the browser was busy clearing.
    if (current === before) become(cleared ? { kind: "cleared" } : { kind: "unsure", clearable: false });
  }

  /** The recipient went elsewhere or copied by hand: what is in the clipboard may be theirs, and is not cleared without asking. */
  function release(): void {
    if (current.kind === "holds") become({ kind: "unsure", clearable: true });
  }

  return {
    clear,
    /** @returns false when this browser lets nothing be copied */
    async copy(text: string): Promise<boolean> {
      if (write && (await succeeds(write(text)))) {
        // Promised only where the browser lets the page keep it.
        if (clearsItself()) {
          clearAt = clock.now() + CLEAR_AFTER;
          become({ kind: "holds" });
          stop = clock.every(1_000, () => {
            if (clock.now() >= clearAt) void clear();
          });
        } else become({ kind: "unsure", clearable: true });
        return true;
      }
      const copied = writeInPress(text);
      become(copied ? { kind: "unsure", clearable: false } : { kind: "closed" });
      return copied;
    },
    release,
    /** The browser says that the clipboard holds something new: the copy itself, or what another program put there. */
    changed(): void {
      if (clock.now() > clearAt - CLEAR_AFTER + OWN_CHANGE) release();
    },
  };
}

/** A browser refuses with NotAllowedError: no focus, no permission, or no press. All that matters is that it did. */
async function succeeds(attempt: Promise<void>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}

/**
 * Copies as browsers did before the asynchronous clipboard, and as they still do where a policy closes that one. The text goes into
 * the event itself: a text area would change line ends, and a rendered selection spaces. It works in a press only.
 * @returns false when nothing was copied
 */
export function copyInPress(text: string): boolean {
  const focused = document.activeElement;
  let written = false;
  const put = (event: ClipboardEvent) => {
    written = write(event, text);
    event.stopImmediatePropagation();
  };
  // Safari reports a copy only where something is selected.
  const area = document.createElement("textarea");
  area.className = "unseen";
  area.readOnly = true;
  area.value = "-";
  document.body.append(area);
  area.select();
  addEventListener("copy", put, true);
  const copied = document.execCommand("copy");
  removeEventListener("copy", put, true);
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied && written;
}

/** Makes a copy by hand give the bytes of the value, not what the browser has drawn. */
export function copyExactly(event: ClipboardEvent): void {
  const selection = getSelection();
  if (!selection?.rangeCount) return;
  const range = selection.getRangeAt(0);
  for (const value of document.querySelectorAll(".exact")) {
    if (!range.intersectsNode(value)) continue;
    const inside = range.cloneRange();
    // A triple click ends at the beginning of what follows.
    if (!value.contains(range.startContainer)) inside.setStart(value, 0);
    if (!value.contains(range.endContainer)) inside.setEnd(value, value.childNodes.length);
    const text = inside.toString();
    if (text !== "" && text === range.toString()) write(event, text);
  }
}

function write(event: ClipboardEvent, text: string): boolean {
  event.clipboardData?.setData("text/plain", text);
  event.preventDefault();
  return event.clipboardData !== null;
}
