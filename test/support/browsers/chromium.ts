import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { type Display, stop } from "./display.ts";
import type { Tab, TestBrowser } from "./tab.ts";

/**
 * Drives any Chromium of the last years through the DevTools protocol, by a pipe. Playwright and Puppeteer refuse or stumble over
 * one that is five years old: their own scripts need newer calls than the page does.
 * @param display where it opens a window; without one it is headless
 */
export async function startChromium(program: string, display?: Display): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), "chromium-profile-"));
  const flags = [
    ...(display ? [] : ["--headless"]),
    ...["--remote-debugging-pipe", `--user-data-dir=${profile}`, "--lang=en-GB", "--no-first-run"],
    ...["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync"],
    ...["--disable-component-update", "--disable-quic", "--no-default-browser-check", "--no-sandbox"],
    "about:blank",
  ];
  const child = spawn(program, flags, {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    env: { ...process.env, ...(display ? { DISPLAY: display.name } : {}) },
  });
  const session = openSession(child.stdio[3] as Writable, child.stdio[4] as Readable);
  child.once("error", session.fail);
  child.once("exit", () => session.fail(new Error("the browser has ended")));
  const { product } = await session.call<{ product: string }>("Browser.getVersion");
  const downloads = join(profile, "downloads");
  // What a window has by itself, a headless one is given: writing to the clipboard; and this test, reading it.
  if (!display) {
    const permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"];
    await session.call("Browser.grantPermissions", { permissions }).catch(() => {});
  }
  let reader: Tab | undefined;

  async function newTab(): Promise<Tab> {
    const { targetId } = await session.call<{ targetId: string }>("Target.createTarget", {
      url: "about:blank",
    });
    const { sessionId } = await session.call<{ sessionId: string }>("Target.attachToTarget", {
      targetId,
      flatten: true,
    });
    const tab = tabOf(session, sessionId);
    await session.call("Page.enable", {}, sessionId);
    await session.call("Page.setDownloadBehavior", { behavior: "allow", downloadPath: downloads }, sessionId);
    await session.call("Emulation.setFocusEmulationEnabled", { enabled: true }, sessionId);
    reader = tab;
    return tab;
  }

  return {
    version: product.replace("HeadlessChrome/", "Chromium ").replace("Chrome/", "Chromium "),
    canStay: true,
    asCopied: (text) => text,
    downloads,
    newTab,
    ...(display ? { writeClipboard: display.writeClipboard } : {}),
    async readClipboard() {
      if (display) return display.readClipboard();
      if (!reader) throw new Error("no tab to read the clipboard with");
      return reader.run("navigator.clipboard.readText()");
    },
    async close() {
      await stop(child);
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function tabOf(session: Session, sessionId: string): Tab {
  const call = <Result = unknown>(method: string, parameters: object = {}) =>
    session.call<Result>(method, parameters, sessionId);
  const loaded = async (act: () => Promise<unknown>) => {
    const event = session.next("Page.loadEventFired", sessionId);
    await act();
    await event;
  };

  async function run<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await call<Evaluated<Value>>("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async function click(find: string): Promise<void> {
    const { x, y } = await run<{ x: number; y: number }>(`(() => {
      const element = ${find};
      element.scrollIntoView({ block: "center" });
      const { left, top, width, height } = element.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    })()`);
    for (const type of ["mouseMoved", "mousePressed", "mouseReleased"]) {
      await call("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
    }
  }

  async function go(step: -1 | 1): Promise<void> {
    const { currentIndex, entries } = await call<{
      readonly currentIndex: number;
      readonly entries: readonly { readonly id: number }[];
    }>("Page.getNavigationHistory");
    const entry = entries[currentIndex + step];
    if (!entry) throw new Error("there is no such entry in the history");
    const event = session.next("Page.frameNavigated", sessionId);
    await call("Page.navigateToHistoryEntry", { entryId: entry.id });
    await event;
  }

  return {
    goTo: (url) => loaded(() => call("Page.navigate", { url })),
    back: () => go(-1),
    forward: () => go(1),
    run,
    click,
    async type(find, text) {
      await click(find);
      await call("Input.insertText", { text });
    },
    async pressCopy() {
      const stroke = { modifiers: 2, key: "c", code: "KeyC", windowsVirtualKeyCode: 67 };
      await call("Input.dispatchKeyEvent", { ...stroke, type: "rawKeyDown", commands: ["copy"] });
      await call("Input.dispatchKeyEvent", { ...stroke, type: "keyUp" });
    },
    async leaveTo(address, answer) {
      const asked = session.next("Page.javascriptDialogOpening", sessionId).then(() => true);
      const left = session.next("Page.loadEventFired", sessionId).then(() => false);
      await run(`void setTimeout(() => { location.href = ${JSON.stringify(address)}; }, 0)`);
      const hasAsked = await Promise.race([asked, left]);
      if (hasAsked) await call("Page.handleJavaScriptDialog", { accept: answer === "leave" });
      if (hasAsked && answer === "leave") await left;
      return hasAsked;
    },
    async screenshot() {
      const { data } = await call<{ data: string }>("Page.captureScreenshot", { format: "png" });
      return Buffer.from(data, "base64");
    },
  };
}

type Evaluated<Value> = {
  readonly result: { readonly value: Value };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
};

type Session = ReturnType<typeof openSession>;

/** Commands and events, each a JSON text that ends with a NUL. https://chromedevtools.github.io/devtools-protocol/ */
function openSession(input: Writable, output: Readable) {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const listeners = new Set<(message: Message) => void>();
  let last = 0;
  let broken: Error | undefined;
  let rest = Buffer.alloc(0);

  function take(text: string): void {
    const message: Message = JSON.parse(text);
    for (const listener of [...listeners]) listener(message);
    const call = message.id === undefined ? undefined : waiting.get(message.id);
    if (!call || message.id === undefined) return;
    waiting.delete(message.id);
    if (message.error) call.reject(new Error(message.error.message));
    else call.resolve(message.result);
  }
  output.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      const text = rest.toString("utf8", 0, end);
      rest = rest.subarray(end + 1);
      take(text);
    }
  });
  input.on("error", () => {});

  return {
    fail(error: Error): void {
      broken = error;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
    call<Result = unknown>(method: string, params: object = {}, sessionId?: string): Promise<Result> {
      if (broken) return Promise.reject(broken);
      last += 1;
      const id = last;
      const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
      input.write(`${JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) })}\0`);
      return answer as Promise<Result>;
    },
    /** Waits for the next event of a name. */
    next(method: string, sessionId: string): Promise<unknown> {
      return new Promise((resolve) => {
        const listener = (message: Message) => {
          if (message.method !== method || message.sessionId !== sessionId) return;
          listeners.delete(listener);
          resolve(message.params);
        };
        listeners.add(listener);
      });
    },
  };
}

type Message = {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
};
