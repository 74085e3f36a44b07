import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import { Terminal } from "../../packages/local/src/demo/terminal.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

type Demo = { readonly child: ChildProcessWithoutNullStreams; readonly told: () => string };

function demo(...args: string[]): Demo {
  const child = spawn(process.execPath, ["--import", "tsx", "packages/local/demo.ts", ...args], {
    cwd: ROOT,
  });
  let told = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      told += text;
    });
  }
  return { child, told: () => told };
}

/** Resolves when the demo has said a thing. */
function says({ child, told }: Demo, words: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const match = words.exec(told());
      if (match) resolve(match);
    };
    child.stdout.on("data", look);
    child.once("close", () => reject(new Error(`it ended after saying: ${told()}`)));
    look();
  });
}

test("--once goes the whole path, ends in acknowledged and shows neither link nor secret", async () => {
  const { child, told } = demo("--once");
  const [code] = await once(child, "close");
  const steps = [...told().matchAll(/^ {2}[✓•→✗] (\w+)/gm)].map(([, word]) => word);
  expect({ code, steps }).toEqual({
    code: 0,
    steps: [
      ...["started", "rotated", "action", "read", "sealed", "created", "mailed"],
      ...["found", "looked", "guarded", "decrypted", "acknowledged", "refused"],
      ...["created", "mailed", "answer_wrong", "claimed", "acknowledged"],
    ],
  });
  expect(told().trimEnd().split("\n").at(-1)).toContain("acknowledged");
  expect(told()).not.toMatch(/\/h\/|#[\w-]{46}|password"|three-months-old/);
  expect(told()).not.toContain("\u001b");
});

test("waits with the inbox's address, tells of events as they happen, and Ctrl-C leaves nothing running", async () => {
  const waiting = demo();
  const [, inbox = ""] = await says(waiting, /inbox:\s+(http:\S+)[\s\S]*Ctrl-C/);
  const [mail] = await (await fetch(`${inbox}/api/messages`)).json();
  const [link = ""] = /http\S+\/h\/\S+/.exec(mail.text) ?? [];
  expect(await new Recipient(link).claim({ email: "ana@vendor.example" })).toMatchObject({ status: 200 });
  await says(waiting, /→ claimed/);
  waiting.child.kill("SIGINT");
  const [code] = await once(waiting.child, "close");
  expect([code, waiting.told().trimEnd().split("\n").at(-1)]).toEqual([
    0,
    "  Stopped; nothing is left running.",
  ]);
  await expect(fetch(inbox)).rejects.toThrow();
});

test("an argument that it does not know is refused", async () => {
  const { child, told } = demo("--twice");
  const [code] = await once(child, "close");
  expect([code, told()]).toEqual([2, "usage: npm run demo [-- --once]\n"]);
});

describe("colours", () => {
  const written = (isTTY: boolean, env: Record<string, string>) => {
    let text = "";
    const stream = { isTTY, write: (more: string) => (text += more) };
    new Terminal(stream, env).step("done", "mailed", "to somebody");
    return text;
  };
  test("only on a terminal that wants them", () => {
    expect(written(true, {})).toContain("\u001b[32m✓\u001b[0m");
    for (const plain of [
      written(false, {}),
      written(true, { NO_COLOR: "1" }),
      written(true, { TERM: "dumb" }),
    ]) {
      expect(plain).toBe("  ✓ mailed        to somebody\n");
    }
  });
});

test("a long sentence continues below itself on a terminal, and on one line in a file", () => {
  const sentence = `the mail in the inbox: ${"word ".repeat(20)}end`;
  const written = (columns?: number) => {
    let text = "";
    const stream = { ...(columns === undefined ? {} : { columns }), write: (more: string) => (text += more) };
    const terminal = new Terminal(stream, {});
    terminal.step("done", "found", sentence);
    terminal.detail(sentence);
    return text.trimEnd().split("\n");
  };
  expect(written()).toHaveLength(2);
  const folded = written(80);
  expect(folded.length).toBeGreaterThan(2);
  expect(Math.max(...folded.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(folded.slice(1).every((line) => /^ {18}\S/.test(line))).toBe(true);
});
