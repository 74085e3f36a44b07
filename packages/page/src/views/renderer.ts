import type { ClipboardState } from "../clipboard.ts";
import type { FlowEvent } from "../flow/events.ts";
import type { Screen } from "../flow/screens.ts";
import * as say from "../wording.ts";
import { button, fill } from "./elements.ts";
import {
  brokenView,
  checkingView,
  damagedView,
  endedView,
  failedView,
  reportView,
  unreachableView,
} from "./messages.ts";
import { doneView, hiddenView, openedView } from "./opened.ts";
import { codeView, interruptedView, openingView } from "./opening.ts";
import { readyView } from "./ready.ts";

/** What a view can do beside showing: tell the flow what the recipient did, copy, save, and speak to a screen reader. */
export type ViewActions = {
  send(event: FlowEvent): void;
  now(): number;
  /** A link that the recipient pasted. */
  paste(text: string): void;
  /** @returns false when this browser lets nothing be copied */
  copy(text: string): Promise<boolean>;
  clearClipboard(): void;
  save(name: string, data: BlobPart): void;
  announce(text: string): void;
  readonly inWebView: boolean;
};

/** One screen as it stands in the document. */
export type View<S extends Screen = Screen> = {
  readonly root: HTMLElement;
  /** Takes over a newer state of the same screen, without touching what has the focus. */
  update(screen: S): void;
};

export type ScreenOf<Kind extends Screen["kind"]> = Extract<Screen, { kind: Kind }>;

const VIEWS: {
  readonly [Kind in Screen["kind"]]: (screen: ScreenOf<Kind>, actions: ViewActions) => View<ScreenOf<Kind>>;
} = {
  checking: checkingView,
  unreachable: unreachableView,
  damaged: damagedView,
  ready: readyView,
  opening: openingView,
  code: codeView,
  interrupted: interruptedView,
  opened: openedView,
  hidden: hiddenView,
  done: doneView,
  broken: brokenView,
  ended: endedView,
  report: reportView,
  failed: failedView,
};

/** Puts screens into the document: a new one takes the focus, a newer state of the same one is written into it. */
export class Renderer {
  readonly #main: HTMLElement;
  /** Stays in view whatever the screen: it says where the secret may lie, and what the page does about it. */
  readonly #clipboardBar: HTMLElement;
  readonly #actions: ViewActions;
  #view: View | undefined;
  #kind: Screen["kind"] | undefined;

  constructor(main: HTMLElement, clipboardBar: HTMLElement, actions: ViewActions) {
    this.#main = main;
    this.#clipboardBar = clipboardBar;
    this.#actions = actions;
  }

  show(screen: Screen | undefined): void {
    if (screen === undefined) {
      this.#view = undefined;
      this.#kind = undefined;
      fill(this.#main);
      return;
    }
    // A different ending is a new screen. Another damaged link usually comes from the box, and its error is shown there.
    if (this.#view && this.#kind === screen.kind && screen.kind !== "ended") this.#view.update(screen);
    else this.#replace(screen);
  }

  clipboardChanged(state: ClipboardState): void {
    const { clearClipboard, announce } = this.#actions;
    const text = say.clipboard(state);
    fill(
      this.#clipboardBar,
      text,
      state.kind === "unsure" && state.clearable && button(say.clearClipboard, clearClipboard),
    );
    if (state.kind !== "holds") announce(text);
  }

  #replace<Kind extends Screen["kind"]>(screen: ScreenOf<Kind>): void {
    const view = VIEWS[screen.kind as Kind](screen, this.#actions);
    this.#view = view;
    this.#kind = screen.kind;
    fill(this.#main, view.root);
    const heading = view.root.querySelector("h1");
    document.title = heading ? `${heading.textContent} - ${say.product}` : say.product;
    const first = view.root.querySelector<HTMLElement>("[aria-invalid=true],[data-focus]");
    (first ?? heading)?.focus();
    window.scrollTo(0, 0);
  }
}
