import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";

/** Why no real terminal can be had here; undefined where tmux is installed. */
export function missingTmux(): string | undefined {
  return spawnSync("tmux", ["-V"]).status === 0 ? undefined : "tmux is not installed";
}

/** A shell in a real terminal, as a person has it. Nothing of the caller's environment reaches it. */
export class Tmux {
  readonly #socket = `secret-handoff-${randomUUID()}`;
  /** Process of the shell. */
  readonly pid: number;

  constructor(cwd: string, env: Readonly<Record<string, string>>, columns = 80) {
    const size = ["-x", String(columns), "-y", "50"];
    const shell = "exec bash --noprofile --norc -i";
    execFileSync("tmux", [...this.#names, "new-session", "-d", ...size, shell], {
      cwd,
      env: { PATH: process.env.PATH ?? "", TERM: "xterm-256color", LANG: "C.UTF-8", PS1: "$ ", ...env },
    });
    this.pid = Number(this.#ask("display-message", "-p", "#{pane_pid}").trim());
  }

  get #names() {
    return ["-L", this.#socket, "-f", "/dev/null"];
  }

  #ask(...args: readonly string[]): string {
    return execFileSync("tmux", [...this.#names, ...args], { encoding: "utf8" });
  }

  /** Types a text. It reaches tmux through a pipe: an argument would be in the list of processes. */
  type(text: string): void {
    execFileSync("tmux", [...this.#names, "load-buffer", "-b", "typed", "-"], { input: text });
    this.#ask("paste-buffer", "-d", "-r", "-b", "typed");
  }

  /** Presses a key, such as Enter or C-c. */
  press(key: string): void {
    this.#ask("send-keys", key);
  }

  enter(text: string): void {
    this.type(text);
    this.press("Enter");
  }

  /** What stands on the screen, without colours. */
  screen(): string {
    return this.#ask("capture-pane", "-p").trimEnd();
  }

  /** All that was ever shown, with the lines that scrolled away, and with colours as their codes. */
  scrollback(): string {
    return this.#ask("capture-pane", "-p", "-e", "-S", "-");
  }

  clear(): void {
    this.#ask("send-keys", "C-l");
    this.#ask("clear-history");
  }

  /** Resolves when the screen shows it. Each look is a process, so that it waits by itself. @throws Error with the screen */
  async until(shown: RegExp, withinMs = 30_000): Promise<string> {
    const end = performance.now() + withinMs;
    for (;;) {
      const screen = this.screen();
      if (shown.test(screen)) return screen;
      if (performance.now() > end) throw new Error(`the terminal never showed ${shown}:\n${screen}`);
      await new Promise((next) => setImmediate(next));
    }
  }

  close(): void {
    spawnSync("tmux", [...this.#names, "kill-server"]);
  }
}
