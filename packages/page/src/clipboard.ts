import type { Clock } from "./time.ts";

/** How long a copied value may stay in the clipboard, ms. */
export const CLEAR_AFTER = 60_000;

/** What is known of the clipboard. The page cannot look into it, only write to it. */
export type ClipboardState =
  | { readonly kind: "untouched" }
  | { readonly kind: "holds" /** Device time, ms. */; readonly clearAt: number }
  /** The time is over, but the browser lets a page clear only while it has the focus. */
  | { readonly kind: "waits" }
  | { readonly kind: "cleared" }
  /** This browser lets the page clear nothing by itself. */
  | { readonly kind: "stays" }
  /** Nor copy. */
  | { readonly kind: "closed" };

type Ports = {
  /** The asynchronous clipboard, where there is one. */
  readonly write: ((text: string) => Promise<void>) | undefined;
  /** The old way, inside a press only. @returns false when it did not work */
  readonly writeInPress: (text: string) => boolean;
  readonly hasFocus: () => boolean;
  readonly clock: Clock;
  readonly onChange: (state: ClipboardState) => void;
};

/** Copies values, and takes the last one out of the clipboard again where the browser lets it. */
export class ClipboardKeeper {
  readonly #ports: Ports;
  #state: ClipboardState = { kind: "untouched" };
  #stop: (() => void) | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  get state(): ClipboardState {
    return this.#state;
  }

  /** @returns false when this browser lets nothing be copied */
  async copy(text: string): Promise<boolean> {
    const { write, writeInPress, clock } = this.#ports;
    if (write && (await succeeds(write(text)))) {
      this.#set({ kind: "holds", clearAt: clock.now() + CLEAR_AFTER });
      this.#stop?.();
      this.#stop = clock.every(1_000, () => void this.tick());
      return true;
    }
    this.#stop?.();
    const copied = writeInPress(text);
    this.#set({ kind: copied ? "stays" : "closed" });
    return copied;
  }

  /** Looks whether it is time; called once a second, and when the page gets the focus back. */
  async tick(): Promise<void> {
    const state = this.#state;
    const { write, hasFocus, clock } = this.#ports;
    const due = state.kind === "waits" || (state.kind === "holds" && clock.now() >= state.clearAt);
    if (!due || !write) return;
    if (!hasFocus()) {
      if (state.kind !== "waits") this.#set({ kind: "waits" });
      return;
    }
    this.#stop?.();
    const cleared = await succeeds(write(""));
    // Something may have been copied while the browser was busy clearing.
    if (this.#state === state) this.#set(cleared ? { kind: "cleared" } : { kind: "stays" });
  }

  #set(state: ClipboardState): void {
    this.#state = state;
    this.#ports.onChange(state);
  }
}

/** A browser refuses with NotAllowedError: no focus, no permission, or no press. All that matters is that it did. */
async function succeeds(attempt: Promise<void>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}

/**
 * Copies as browsers did before the asynchronous clipboard, and as some web views still must: by selecting. It works inside of a
 * press only.
 * @returns false when nothing was copied
 */
export function copyInPress(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.className = "unseen";
  area.readOnly = true;
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.value = "";
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}
