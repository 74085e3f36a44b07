import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { filesIn, findCanaries, linkCanaries, textCanary } from "../proof/canaries.ts";
import { watchProcess } from "../proof/process-watch.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";
import { report } from "../support/tier.ts";
import { missingTmux, Tmux } from "../support/tmux.ts";
import { BuiltCli } from "./harness.ts";

/** The command in a real terminal: what it leaves there, and how it is stopped. */

const missing = missingTmux();
if (missing) report(`skipped: the command in a real terminal: ${missing}`);
const inTerminal = missing ? test.skip : test;

const EMAIL = "ana@vendor.example";
const PASSPHRASE = "canary horse battery staple";
const VALUE = "canary-9e41d7-value";
let service: TestService;
let cli: BuiltCli;
let tmux: Tmux;
/** Takes connections and never answers. */
const silent = createServer(() => {});

beforeAll(async () => {
  if (missing) return;
  cli = new BuiltCli();
  service = await startTestService();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  for (const name of ["tmp", "home", "repository"]) mkdirSync(join(cli.folder, name), { recursive: true });
});
afterEach(() => tmux?.close());
afterAll(async () => {
  silent.closeAllConnections();
  silent.close();
  if (missing) return;
  await service.close();
  cli.remove();
});

function openTerminal(columns = 80, env: Readonly<Record<string, string>> = {}): Tmux {
  tmux = new Tmux(
    join(cli.folder, "repository"),
    {
      ...{ HOME: cli.home, TMPDIR: join(cli.folder, "tmp"), HISTFILE: join(cli.home, ".bash_history") },
      SECRET_HANDOFF_ENDPOINT: service.url,
      ...env,
    },
    columns,
  );
  tmux.enter(`PS1="$ "; secret-handoff() { ${process.execPath} ${cli.main} "$@"; }; clear`);
  return tmux;
}

const handOver = () =>
  new Sender(service).handOver({
    email: EMAIL,
    passphrase: PASSPHRASE,
    items: [{ label: "a", fields: [{ name: "password", value: VALUE, concealed: true }] }],
  });

inTerminal(
  "what is opened to a file is in that file, and not in history, scrollback, arguments or other files",
  async () => {
    const { link } = await handOver();
    const terminal = openTerminal();
    const watch = watchProcess(terminal.pid);
    terminal.enter("secret-handoff open --out secret.txt; echo code $?; history -a");
    await terminal.until(/Paste the link \(it is not shown\):$/);
    terminal.enter(link);
    await terminal.until(/Your e-mail address:$/);
    terminal.enter(EMAIL);
    await terminal.until(/Passphrase:$/);
    terminal.enter(PASSPHRASE);
    const screen = await terminal.until(/^code 0\n\$$/m);
    expect(screen.split("\n").slice(-6, -1)).toEqual([
      "Passphrase:",
      "Written to secret.txt. Saved files are not encrypted. Delete them when you no",
      "longer need them.",
      "The sender can see that you received it. The link does not open again.",
      "code 0",
    ]);
    expect(screen).not.toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/);
    const written = join(cli.folder, "repository/secret.txt");
    expect(readFileSync(written, "utf8")).toContain(VALUE);
    const places = [
      ...watch.stop(),
      { name: "scrollback", content: terminal.scrollback() },
      ...filesIn(cli.home),
      ...filesIn(join(cli.folder, "tmp")),
    ];
    const names = places.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["scrollback", "file .bash_history"]));
    expect(names.some((name) => name.startsWith("arguments of child"))).toBe(true);
    const canaries = [
      ...(await linkCanaries(link, { email: EMAIL, passphrase: PASSPHRASE })),
      textCanary("passphrase", PASSPHRASE),
      textCanary("value", VALUE),
    ];
    expect(findCanaries(canaries, places)).toEqual([]);
  },
);

inTerminal(
  "Ctrl+C at any prompt and while it waits ends with 130, on a line of its own, and leaves the terminal as it was",
  async () => {
    const { link } = await handOver();
    const terminal = openTerminal();
    const send = "secret-handoff send --to ana@vendor.example -c internal-tool --from a@acme.example";
    const mail = "--smtp-host 127.0.0.1 --smtp-port 25";
    const { port } = silent.address() as AddressInfo;
    const pasted = [/Paste the link/, link] as const;
    const runs: readonly { command: string; steps?: readonly (readonly [RegExp, string])[]; at: RegExp }[] = [
      { command: "secret-handoff open", at: /Paste the link/ },
      { command: "secret-handoff open", steps: [pasted], at: /e-mail address:$/ },
      { command: "secret-handoff open", steps: [pasted, [/e-mail address:$/, EMAIL]], at: /Passphrase:$/ },
      { command: "secret-handoff init", at: /Address of the service:$/ },
      { command: `${send} ${mail} --smtp-user a --value KEY`, at: /Password of the mail server:$/ },
      { command: `${send} ${mail} --passphrase ask --value KEY`, at: /Passphrase, which .*:$/ },
      { command: `${send} ${mail} --value KEY`, at: /KEY:$/ },
      { command: "secret-handoff revoke --all", at: /every open handoff/ },
      {
        command: `AWS_REGION=x AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x secret-handoff policy --endpoint http://127.0.0.1:${port}`,
        at: /Asking the service/,
      },
    ];
    for (const { command, steps = [], at } of runs) {
      terminal.clear();
      terminal.enter(
        `${command}; echo "code $? $(stty -a | tr ' ;' '\\n\\n' | grep -cxE 'echo|icanon|isig')"`,
      );
      for (const [prompt, answer] of steps) {
        await terminal.until(prompt);
        terminal.enter(answer);
      }
      await terminal.until(at);
      terminal.press("C-c");
      const screen = await terminal.until(/^code \d+ \d+$/m);
      expect({ command, ended: /^code .*$/m.exec(screen)?.[0], screen }).toEqual({
        command,
        ended: "code 130 3",
        screen,
      });
      expect(screen).toMatch(/^Stopped/m);
      expect(screen).not.toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]|Error:/);
    }
  },
);
