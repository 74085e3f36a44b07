import type { Locator, Page } from "playwright-core";

/** What a mail gateway's robot types where something can be typed. */
export const RUBBISH = [
  ...[
    "",
    " ",
    "test",
    "1",
    "admin",
    "test@example.com",
    "a@b",
    "john.doe@gmail.com",
    "password",
    "Passw0rd!123456",
  ],
  ...[
    "12345678",
    "0000 0000",
    "yes",
    "OK",
    "confirm",
    "delete",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "\u{1f600}",
  ],
  ...["https://example.com/", "Lorem ipsum dolor sit amet", "x".repeat(2_000)],
] as const;

/** All that can be pressed or filled in on a page. */
const CONTROLS = "a, button, input, textarea, select, summary, label, [role=button]";

/** How long a control may take to let itself be pressed, ms: what has gone in the meantime is left out. */
const PATIENCE = 500;

/** A robot with a mouse and a keyboard: its events are trusted, like a person's. */
export class Gateway {
  readonly page: Page;
  readonly #random: () => number;
  /** How often it has pressed something. */
  presses = 0;

  constructor(page: Page, random: () => number) {
    this.page = page;
    this.#random = random;
  }

  controls(): Promise<Locator[]> {
    return this.page.locator(CONTROLS).locator("visible=true").all();
  }

  async press(control: Locator): Promise<void> {
    this.presses += 1;
    await this.#within(() => control.click({ timeout: PATIENCE }));
  }

  /** Types into a text field, and half of the time presses Enter there. */
  async type(control: Locator): Promise<void> {
    const text = RUBBISH[Math.floor(this.#random() * RUBBISH.length)] ?? "";
    await this.#enter(control, text);
    if (this.#random() < 0.5) await this.page.keyboard.press("Enter");
  }

  /** One thing, anywhere on the page. */
  async doSomething(): Promise<void> {
    const controls = await this.controls();
    const control = controls[Math.floor(this.#random() * controls.length)];
    if (!control) return;
    const editable = await this.#within(() => control.isEditable({ timeout: PATIENCE }));
    if (editable && this.#random() < 0.7) await this.type(control);
    else await this.press(control);
  }

  /** Submits every form as it stands, and then with each piece of rubbish in every field. */
  async submitForms(rubbish: readonly string[] = RUBBISH): Promise<void> {
    for (const text of rubbish) {
      for (const field of await this.page.locator("input:not([type=checkbox])").all()) {
        await this.#enter(field, text);
        await this.page.keyboard.press("Enter");
      }
      for (const button of await this.page.locator("form button").all()) await this.press(button);
    }
  }

  async #enter(control: Locator, text: string): Promise<void> {
    await this.press(control);
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.insertText(text);
  }

  /** A control that has gone away or lies under another cannot be pressed: a robot tries the next. */
  async #within<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof Error && /Timeout|not attached|not visible|Element is not/.test(error.message)) {
        return undefined;
      }
      throw error;
    }
  }
}

/** The same numbers between 0 and 1 for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
