import type { ClipboardState } from "../clipboard.ts";
import type { Event } from "../flow/events.ts";
import type { Screen } from "../flow/screens.ts";

/** What a view can do beside showing: tell the flow what the recipient did, copy, save, and speak to a screen reader. */
export type Hands = {
  send(event: Event): void;
  now(): number;
  /** A link that the recipient pasted. */
  paste(text: string): void;
  copy(text: string): Promise<boolean>;
  save(name: string, data: BlobPart): void;
  announce(text: string): void;
  readonly inWebView: boolean;
};

/** One screen as it stands in the document. */
export type View<S extends Screen = Screen> = {
  readonly root: HTMLElement;
  /** Takes over a newer state of the same screen, without touching what has the focus. */
  update(screen: S): void;
  clipboardChanged?(state: ClipboardState, now: number): void;
};

export type ScreenAt<At extends Screen["at"]> = Extract<Screen, { at: At }>;
