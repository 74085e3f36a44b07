import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { packFolder } from "../../packages/cdktf/src/functions/archive.ts";
import { report } from "../support/tier.ts";
import { unzip } from "./zip-reader.ts";

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "secret-handoff-zip-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const FILES = { "index.js": "exports.handler = 1;", "page.json": "{}".repeat(5_000), "nested/é.txt": "" };

describe("the archive of a function", () => {
  test("holds the folder's files under their names", () => {
    const files = unzip(packFolder(folderWith(FILES)));
    expect(Object.fromEntries([...files].map(([name, data]) => [name, data.toString()]))).toEqual(FILES);
  });

  test("is the same bytes wherever and whenever it is made", () => {
    const later = folderWith(FILES);
    utimesSync(join(later, "index.js"), new Date(2_000_000_000_000), new Date(2_000_000_000_000));
    expect(packFolder(later).equals(packFolder(folderWith(FILES)))).toBe(true);
  });

  test("differs when the code does", () => {
    const changed = folderWith({ ...FILES, "index.js": "exports.handler = 2;" });
    expect(packFolder(changed).equals(packFolder(folderWith(FILES)))).toBe(false);
  });

  test("is accepted by another program", () => {
    if (spawnSync("unzip", ["-v"]).status !== 0) {
      report("skipped: unzip is not installed");
      return;
    }
    const file = join(folderWith({}), "code.zip");
    writeFileSync(file, packFolder(folderWith(FILES)));
    const { status, stdout } = spawnSync("unzip", ["-t", file], { encoding: "utf8" });
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining("No errors") });
  });

  test("is refused where nothing was built, saying what to do", () => {
    expect(() => packFolder(folderWith({ "other.js": "" }))).toThrow(
      "build the functions first (npm run build)",
    );
    expect(() => packFolder("/nowhere/at/all")).toThrow("there is no index.js in /nowhere/at/all");
  });
});
