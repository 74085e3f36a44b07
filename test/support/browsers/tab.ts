/** A tab of a browser under test, driven from outside by what its browser offers: real clicks and real keys. */
export type Tab = {
  /** Loads an address, and waits until it is loaded. Not for a page that asks before it is left. */
  goTo(address: string): Promise<void>;
  back(): Promise<void>;
  forward(): Promise<void>;
  /** The value of an expression in the page; a promise is waited for. What comes back is JSON. */
  run<Value>(expression: string): Promise<Value>;
  /** Clicks in the middle of an element. @param find an expression that gives the element */
  click(find: string): Promise<void>;
  /** Puts the focus into an input, and types. */
  type(find: string, text: string): Promise<void>;
  /** Presses Control+C. */
  pressCopy(): Promise<void>;
  /**
   * Begins to leave for another address of the same origin, and answers where the browser asks first.
   * @returns whether it asked. Where a driver agrees by itself (TestBrowser.asks), whether the page wanted it to ask
   */
  leaveTo(address: string, answer: "stay" | "leave"): Promise<boolean>;
  /** PNG */
  screenshot(): Promise<Buffer>;
};

/** A browser that was started for a test, with a profile of its own. */
export type TestBrowser = {
  /** "Chromium 92.0.4512.0" */
  readonly version: string;
  /** Whether its question before leaving can be answered with "stay". WebKitGTK's driver agrees by itself. */
  readonly canStay: boolean;
  /** The folder into which it saves what is downloaded. */
  readonly downloads: string;
  /** A text as it comes out of this browser's clipboard, whatever a page does: as it is, but for what the browser itself changes. */
  readonly asCopied: (text: string) => string;
  newTab(): Promise<Tab>;
  /** The text that another program would paste; where there is none, the one that another page would. */
  readClipboard(): Promise<string>;
  /** Copies as another program; only where the browser has a window. */
  writeClipboard?(text: string): Promise<void>;
  close(): Promise<void>;
};
