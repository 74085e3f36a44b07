import type { ClipboardState } from "./clipboard.ts";
import type { Screen } from "./flow/screens.ts";
import { fill } from "./views/element.ts";
import type { Hands, View } from "./views/view.ts";
import { viewOf } from "./views/view-of.ts";
import { clipboard, product } from "./wording.ts";

/** Puts screens into the document: a new one takes the focus, a newer state of the same one is written into it. */
export class Stage {
  readonly #main: HTMLElement;
  readonly #hands: Hands;
  #view: View | undefined;
  #at: Screen["at"] | undefined;
  #clipboard: ClipboardState = { kind: "untouched" };

  constructor(main: HTMLElement, hands: Hands) {
    this.#main = main;
    this.#hands = hands;
  }

  show(screen: Screen | undefined): void {
    if (screen === undefined) {
      this.#view = undefined;
      this.#at = undefined;
      fill(this.#main);
      return;
    }
    // Two endings are two stories. Another damaged link comes from the box, as a rule, and is told there.
    if (this.#view && this.#at === screen.at && screen.at !== "ended") this.#view.update(screen);
    else this.#raise(screen);
    this.#showClipboard();
  }

  clipboardChanged(state: ClipboardState): void {
    this.#clipboard = state;
    this.#showClipboard();
    if (state.kind !== "holds") this.#hands.announce(clipboard(state, 0));
  }

  #raise(screen: Screen): void {
    const view = viewOf(screen, this.#hands);
    this.#view = view;
    this.#at = screen.at;
    fill(this.#main, view.root);
    const title = view.root.querySelector("h1")?.textContent;
    document.title = title ? `${title} - ${product}` : product;
    const first = view.root.querySelector<HTMLElement>("[aria-invalid=true],[data-focus]");
    (first ?? view.root.querySelector("h1"))?.focus();
    window.scrollTo(0, 0);
  }

  #showClipboard(): void {
    this.#view?.clipboardChanged?.(this.#clipboard, this.#hands.now());
  }
}
