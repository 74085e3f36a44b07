/** A tab of a browser under test, driven from outside by what its browser offers: real clicks and real keys. */
export type Tab = {
  /** Loads an address, and waits until it is loaded. */
  goTo(address: string): Promise<void>;
  reload(): Promise<void>;
  back(): Promise<void>;
  forward(): Promise<void>;
  /** The value of an expression in the page; a promise is waited for. What comes back is JSON. */
  run<Value>(expression: string): Promise<Value>;
  /** Clicks in the middle of an element. @param find an expression that gives the element */
  click(find: string): Promise<void>;
  /** Puts the focus into an input, and types. */
  type(find: string, text: string): Promise<void>;
  /** Presses a key together with Control. */
  control(key: "c" | "v"): Promise<void>;
  /** Begins to leave the page for another address. @returns whether the browser asked first; then the answer was to stay */
  isAskedBeforeLeavingTo(address: string): Promise<boolean>;
  /** PNG */
  screenshot(): Promise<Buffer>;
};

/** A browser that was started for a test, with a profile of its own. */
export type TestBrowser = {
  /** "Chromium 92.0.4512.0" */
  readonly version: string;
  /** The folder into which it saves what is downloaded. */
  readonly downloads: string;
  newTab(): Promise<Tab>;
  /** What another program would paste; undefined where nothing outside of the browser can look. */
  readClipboard(): Promise<string>;
  close(): Promise<void>;
};
