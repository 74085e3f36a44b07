import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { parse } from "yaml";

/** What GitHub downloads for `uses:`: the committed files, without anything that npm installs. */
const folder = mkdtempSync(join(tmpdir(), "secret-handoff-release-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the committed files alone run as the action, up to the first input that is missing", () => {
  const archive = execFileSync("git", ["archive", "--format=tar", "HEAD"], { maxBuffer: 2 ** 28 });
  execFileSync("tar", ["-x", "--directory", folder], { input: archive });
  const action = parse(readFileSync(join(folder, "action.yml"), "utf8"));
  expect(action).toMatchObject({
    name: expect.any(String),
    description: expect.any(String),
    branding: { icon: expect.any(String), color: expect.any(String) },
    runs: { using: "node24" },
  });
  const defaults = Object.entries<{ readonly default?: string }>(action.inputs).map(
    ([name, { default: value = "" }]) => [`INPUT_${name.toUpperCase()}`, value],
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, action.runs.main)], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...Object.fromEntries(defaults) },
  });
  expect(stderr).not.toMatch(/Cannot find (module|package)/);
  expect(stdout).toMatch(/^::error.*endpoint/m);
  expect(status).toBe(1);
});
