import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { fileTrail, verifyTrail } from "@secret-handoff/sdk";
import { generatedTrail, partsOf, SEAL_KEYS } from "../support/sealed-trail.ts";

const folder = mkdtempSync(join(tmpdir(), "trail-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is found in these lines, as a file. */
async function findingIn(lines: readonly string[]) {
  const path = join(folder, "trail.jsonl");
  writeFileSync(path, `${lines.join("\n")}\n`);
  return (await verifyTrail(fileTrail([path]), SEAL_KEYS)).finding;
}

async function eventsIn(path: string) {
  const read = [];
  for await (const event of fileTrail([path]).events()) read.push(event);
  return read;
}

test("a sealed line to which a member of any name was added does not verify, be it an event or a seal", async () => {
  const { events, seals, leaves } = await partsOf(generatedTrail({ days: 3, handoffs: 4 }).trail);
  const days = Object.entries(leaves).flatMap(([day, ofDay]) => ofDay.map((leaf) => ({ day, ...leaf })));
  const lines = [...events, ...seals, ...days].map((line) => JSON.stringify(line));
  expect(await findingIn(lines)).toBeUndefined();
  const names = ["__proto__", "constructor", "prototype", "toString", "another", ""];
  for (const at of [2, events.length + 1]) {
    for (const name of names) {
      const changed = lines[at]?.replace(/\}$/, `,${JSON.stringify(name)}:{"reason":"added"}}`) ?? "";
      expect({ at, name, finding: await findingIn(lines.with(at, changed)) }).toMatchObject({
        finding: { kind: expect.any(String) },
      });
    }
  }
});

test("lines end at a line feed alone: other line separators of Unicode belong to an event", async () => {
  const [event] = (await partsOf(generatedTrail({ days: 1, handoffs: 1 }).trail)).events;
  const steered = { ...event, reason: "a\u2028b\u2029c\u0085d" };
  const path = join(folder, "separators.jsonl");
  writeFileSync(path, `${JSON.stringify(steered)}\r\n${JSON.stringify(steered)}`);
  expect(await eventsIn(path)).toEqual([steered, steered]);
});

test("what no event can be is found with its line, and no event passes for a leaf", async () => {
  const { events, seals, leaves } = await partsOf(generatedTrail({ days: 2, handoffs: 2 }).trail);
  const lines = [...events, ...seals].map((line) => JSON.stringify(line));
  const [day = "", [leaf] = []] = Object.entries(leaves)[0] ?? [];
  const line = (member: string) => lines[0]?.replace(/\}$/, `,${member}}`) ?? "";
  const crafted = {
    "holds half a character": line('"x":"\\ud800"'),
    "holds a number that is too large": line('"x":1e999'),
    "is nested too deeply": line(`"x":${"[".repeat(20_000)}${"]".repeat(20_000)}`),
    "is no leaf": JSON.stringify({ ...events[0], ...leaf, day }),
    "is too long": `"${"x".repeat(5_000_000)}"`,
  };
  for (const [words, text] of Object.entries(crafted)) {
    expect(await findingIn([...lines, text])).toMatchObject({
      kind: "unreadable",
      sentence: expect.stringMatching(new RegExp(`line ${lines.length + 1} of trail.jsonl ${words}`)),
    });
    // Reports and exports read the same file: what to do next is said there too.
    await expect(eventsIn(join(folder, "trail.jsonl"))).rejects.toMatchObject({
      code: "input",
      message: expect.stringContaining("Export it again"),
    });
  }
});

test("a folder is read by its files alone, and what is no file is named", async () => {
  const { seals } = await partsOf(generatedTrail({ days: 2, handoffs: 2 }).trail);
  const archive = join(folder, "archive");
  mkdirSync(join(archive, "2026.jsonl"), { recursive: true });
  writeFileSync(
    join(archive, "2026.jsonl", "seals.jsonl"),
    seals.map((seal) => JSON.stringify(seal)).join("\n"),
  );
  // Each of the two would lead round and round.
  symlinkSync("..", join(archive, "2026.jsonl", "above"));
  symlinkSync(".", join(archive, "self"));
  const found = [];
  for await (const { day } of fileTrail([archive]).seals()) found.push(day);
  expect(found).toEqual(seals.map(({ day }) => day));
  symlinkSync(join(folder, "nowhere"), join(archive, "gone.jsonl"));
  expect(() => fileTrail([archive])).toThrow("ENOENT");
});
