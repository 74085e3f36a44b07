import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { onFreePort } from "../free-port.ts";
import { type Display, stop } from "./display.ts";
import type { Tab, TestBrowser } from "./tab.ts";

/**
 * Drives a browser by the commands of W3C WebDriver (https://www.w3.org/TR/webdriver2/): WebKitGTK through its own driver over HTTP,
 * Firefox through Marionette, which takes the same commands over a socket and needs no driver beside it.
 */

/** A command that takes longer has failed, ms. */
const LONGEST_COMMAND = 60_000;

type CommandName = keyof typeof COMMANDS;

/** Of each command its name in Marionette, and its method and path in HTTP. */
const COMMANDS = {
  navigate: ["WebDriver:Navigate", "POST", "url"],
  back: ["WebDriver:Back", "POST", "back"],
  forward: ["WebDriver:Forward", "POST", "forward"],
  run: ["WebDriver:ExecuteAsyncScript", "POST", "execute/async"],
  perform: ["WebDriver:PerformActions", "POST", "actions"],
  newWindow: ["WebDriver:NewWindow", "POST", "window/new"],
  window: ["WebDriver:GetWindowHandle", "GET", "window"],
  switchTo: ["WebDriver:SwitchToWindow", "POST", "window"],
  acceptAlert: ["WebDriver:AcceptAlert", "POST", "alert/accept"],
  dismissAlert: ["WebDriver:DismissAlert", "POST", "alert/dismiss"],
  screenshot: ["WebDriver:TakeScreenshot", "GET", "screenshot"],
} as const;

type Driver = {
  call<Value>(command: CommandName, parameters?: object): Promise<Value>;
};

/** @param program /usr/bin/firefox-esr */
export async function startFirefox(program: string, display: Display): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), "firefox-profile-"));
  const downloads = join(profile, "downloads");
  const preferences = {
    "marionette.port": 0,
    "browser.download.folderList": 2,
    "browser.download.dir": downloads,
    "browser.download.useDownloadDir": true,
    "browser.download.always_ask_before_handling_new_types": false,
    "datareporting.policy.dataSubmissionEnabled": false,
    "app.update.disabledForTesting": true,
    "browser.shell.checkDefaultBrowser": false,
    "intl.accept_languages": "en-GB",
    "dom.disable_beforeunload": false,
  };
  await writeFile(
    join(profile, "user.js"),
    Object.entries(preferences)
      .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
      .join(""),
  );
  const child = spawn(
    program,
    ["--marionette", "--remote-debugging-port=0", "--no-remote", "--profile", profile],
    {
      stdio: "ignore",
      env: { ...process.env, DISPLAY: display.name, MOZ_ENABLE_WAYLAND: "0", HOME: profile },
    },
  );
  const close = async () => {
    await stop(child);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const port = await portIn(join(profile, "MarionetteActivePort"), child);
    const marionette = await connectToMarionette(port);
    const { capabilities } = await marionette.send<NewSession>("WebDriver:NewSession", CAPABILITIES);
    const driver: Driver = {
      async call(command, parameters = {}) {
        const answer = await marionette.send<{ value: never }>(COMMANDS[command][0], parameters);
        return answer.value ?? (answer as never);
      },
    };
    return {
      version: `Firefox ${capabilities.browserVersion} ESR`,
      canStay: true,
      asCopied: (text) => text,
      downloads,
      newTab: tabsOf(driver, { canStay: true, opens: "tab" }),
      readClipboard: display.readClipboard,
      writeClipboard: display.writeClipboard,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @param program /usr/bin/WebKitWebDriver, of Debian's webkit2gtk-driver */
export async function startWebKit(program: string, display: Display): Promise<TestBrowser> {
  const home = await mkdtemp(join(tmpdir(), "webkit-home-"));
  const env = {
    ...process.env,
    DISPLAY: display.name,
    GDK_BACKEND: "x11",
    HOME: home,
    XDG_RUNTIME_DIR: home,
    WEBKIT_DISABLE_DMABUF_RENDERER: "1",
    LANG: "en_GB.UTF-8",
    // Without a bus to find each other by, two of them are two programs.
    DBUS_SESSION_BUS_ADDRESS: "disabled:",
    // Its sandbox needs user namespaces, which a container has not; only pages under test are opened.
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
  };
  const { child, base } = await onFreePort((port) => startWebKitDriver(program, port, env));
  let session = "";
  const close = async () => {
    // A browser that hangs does not end by being asked to; its driver takes it along.
    if (session !== "") {
      const signal = AbortSignal.timeout(5_000);
      await fetch(`${base}/session/${session}`, { method: "DELETE", signal }).catch(() => {});
    }
    await stop(child);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const send = async <Value>(method: string, path: string, body?: object): Promise<Value> => {
      const response = await fetch(`${base}/session${path}`, {
        method,
        signal: AbortSignal.timeout(LONGEST_COMMAND),
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const { value } = (await response.json()) as { value: Value & { error?: string; message?: string } };
      if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
      return value;
    };
    const started = await send<NewSession>("POST", "", {
      capabilities: { alwaysMatch: { unhandledPromptBehavior: "ignore" } },
    });
    session = started.sessionId;
    const driver: Driver = {
      call(command, parameters = {}) {
        const [, method, path] = COMMANDS[command];
        return send(method, `/${session}/${path}`, method === "POST" ? parameters : undefined);
      },
    };
    return {
      version: `WebKitGTK ${started.capabilities.browserVersion}`,
      canStay: false,
      // It writes a plain space for each no-break space, by its asynchronous clipboard and in a copy event alike.
      asCopied: (text) => text.replaceAll("\u00a0", " "),
      downloads: home,
      newTab: tabsOf(driver, { canStay: false, opens: "window" }),
      readClipboard: display.readClipboard,
      writeClipboard: display.writeClipboard,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The prompt before leaving is part of what is tested. Firefox leaves it open for the test to answer only in a session with BiDi. */
const CAPABILITIES = { unhandledPromptBehavior: { beforeUnload: "ignore" }, webSocketUrl: true };

type NewSession = { readonly sessionId: string; readonly capabilities: { readonly browserVersion: string } };

/** What differs between the browsers. In WebKitGTK a tab stays behind the others, where no click reaches it; a window does not. */
type Kind = { readonly canStay: boolean; readonly opens: "tab" | "window" };

/** @returns what opens a tab: the one that the browser began with, and then new ones */
function tabsOf(driver: Driver, { canStay, opens }: Kind): () => Promise<Tab> {
  let current: string | undefined;
  return async () => {
    const handle =
      current === undefined
        ? await driver.call<string>("window")
        : (await driver.call<{ handle: string }>("newWindow", { type: opens })).handle;
    const inTab = async () => {
      if (current !== handle) await driver.call("switchTo", { handle, name: handle });
      current = handle;
    };
    await inTab();
    return tabOf(driver, inTab, canStay);
  };
}

function tabOf(driver: Driver, inTab: () => Promise<void>, canStay: boolean): Tab {
  const call = async <Value>(command: CommandName, parameters?: object): Promise<Value> => {
    await inTab();
    return driver.call<Value>(command, parameters);
  };

  async function run<Value>(expression: string): Promise<Value> {
    // The text is compiled in the page: what the driver itself wraps round a script is not strict, and knows no await.
    const script = `
      const done = arguments[arguments.length - 1];
      (async () => (${expression}))().then(
        (value) => done({ value: value === undefined ? null : value }),
        (error) => done({ error: String(error) }),
      );`;
    const answer = await call<{ value: Value; error?: string }>("run", { script, args: [] });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }

  async function click(find: string): Promise<void> {
    const { x, y } = await run<{ x: number; y: number }>(`(() => {
      const element = ${find};
      element.scrollIntoView({ block: "center" });
      const { left, top, width, height } = element.getBoundingClientRect();
      return { x: Math.round(left + width / 2), y: Math.round(top + height / 2) };
    })()`);
    await call("perform", {
      actions: [
        {
          type: "pointer",
          id: "mouse",
          parameters: { pointerType: "mouse" },
          actions: [
            { type: "pointerMove", duration: 0, x, y, origin: "viewport" },
            { type: "pointerDown", button: 0 },
            { type: "pointerUp", button: 0 },
          ],
        },
      ],
    });
  }

  const keys = (actions: readonly object[]) =>
    call<void>("perform", { actions: [{ type: "key", id: "keys", actions }] });
  const CONTROL = "\ue009";

  return {
    goTo: (url) => call("navigate", { url }),
    back: () => call("back"),
    forward: () => call("forward"),
    run,
    click,
    async type(find, text) {
      await click(find);
      await keys([...text].flatMap((value) => ["keyDown", "keyUp"].map((type) => ({ type, value }))));
    },
    pressCopy: () =>
      keys([
        { type: "keyDown", value: CONTROL },
        { type: "keyDown", value: "c" },
        { type: "keyUp", value: "c" },
        { type: "keyUp", value: CONTROL },
      ]),
    async leaveTo(address, answer) {
      await run(`(() => {
        window.addEventListener("beforeunload", (event) => {
          sessionStorage.setItem("test/asked", String(event.defaultPrevented));
        });
        window.stillHere = true;
        setTimeout(() => { location.href = ${JSON.stringify(address)}; }, 0);
      })()`);
      let hasAsked = false;
      for (let tries = 0; tries < 100; tries += 1) {
        await pause(100);
        if (!hasAsked && canStay) {
          hasAsked = await call(answer === "stay" ? "dismissAlert" : "acceptAlert").then(
            () => true,
            () => false,
          );
          if (hasAsked && answer === "stay") return true;
        }
        if (await run<boolean>("!window.stillHere && document.readyState === 'complete'")) break;
      }
      const told = await run<string | null>("sessionStorage.getItem('test/asked')");
      return canStay ? hasAsked : told === "true";
    },
    async screenshot() {
      // WebKitGTK takes the picture with the next frame, and a page at rest draws none.
      await run("void document.body.animate([{ opacity: 1 }, { opacity: 0.999 }], 10_000)");
      return Buffer.from(await call<string>("screenshot"), "base64");
    },
  };
}

/** @returns undefined when it ends before it answers */
async function startWebKitDriver(program: string, port: number, env: NodeJS.ProcessEnv) {
  const child = spawn(program, [`--port=${port}`], { stdio: "ignore", env });
  const base = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 300; tries += 1) {
    const ready = await answers(`${base}/status`);
    if (child.exitCode !== null) return undefined;
    if (ready) return { child, base };
    await pause(100);
  }
  await stop(child);
  throw new Error("WebKitWebDriver does not answer");
}

/** Firefox writes the port that it chose into its profile. */
async function portIn(file: string, child: ChildProcess): Promise<number> {
  for (let tries = 0; tries < 300; tries += 1) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (text !== "") return Number(text);
    if (child.exitCode !== null) break;
    await pause(100);
  }
  throw new Error("Firefox does not start");
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

/**
 * Marionette's frames: the length, a colon, and JSON; a command is [0, id, name, parameters], an answer [1, id, error, result].
 * https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
 */
async function connectToMarionette(port: number) {
  const socket: Socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  let rest = Buffer.alloc(0);

  function take(text: string): void {
    const message: unknown = JSON.parse(text);
    // The first frame is a greeting.
    if (!Array.isArray(message)) return;
    const [, id, error, result] = message;
    const call = waiting.get(id);
    waiting.delete(id);
    if (error) call?.reject(new Error(`${error.error}: ${error.message}`));
    else call?.resolve(result);
  }
  socket.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let colon = rest.indexOf(":"); colon > 0; colon = rest.indexOf(":")) {
      const end = colon + 1 + Number(rest.toString("latin1", 0, colon));
      if (rest.length < end) return;
      const text = rest.toString("utf8", colon + 1, end);
      rest = rest.subarray(end);
      take(text);
    }
  });
  socket.on("close", () => {
    for (const { reject } of waiting.values()) reject(new Error("the browser has ended"));
    waiting.clear();
  });

  return {
    send<Result>(name: string, parameters: object): Promise<Result> {
      last += 1;
      const id = last;
      const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
      const text = JSON.stringify([0, id, name, parameters]);
      socket.write(`${Buffer.byteLength(text)}:${text}`);
      return answer as Promise<Result>;
    },
  };
}
