import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
