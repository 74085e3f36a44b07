import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { StackConfig } from "@secret-handoff/cdktf";
import type { Synthesis } from "./synthesis.ts";

/** What stands for the release before, as long as there is none: the commit before the recipients directory and the approvals. */
const FIRST = "a86d08e0e1b0b05e174b141d4f5b7f64d336edcc";

/** The tag of the newest release that this commit comes after, or the commit that stands for it; UPGRADE_FROM names another. */
export function releaseBefore(): string {
  if (process.env.UPGRADE_FROM) return process.env.UPGRADE_FROM;
  const { status, stdout } = spawnSync(
    "git",
    ["describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^"],
    {
      encoding: "utf8",
    },
  );
  return status === 0 ? stdout.trim() : FIRST;
}

/** @returns why its sources are not here, or undefined */
export function missing(revision: string): string | undefined {
  const { status } = spawnSync("git", ["cat-file", "-e", `${revision}^{commit}`]);
  return status === 0 ? undefined : `the release before, ${revision}, is not in this clone`;
}

const SYNTHESISE = `
import { readFileSync } from "node:fs";
import { App } from "cdktf";
import { SecretHandoffStack } from "./packages/cdktf/src/index.ts";
const [outdir, code, config] = process.argv.slice(2);
const app = new App({ outdir });
new SecretHandoffStack(app, "secret-handoff", { ...JSON.parse(readFileSync(config, "utf8")), code });
app.synth();
`;

/** Builds the functions of another revision from its own sources, and synthesises its stack. It uses this checkout's dependencies. */
export function synthesiseAt(revision: string, config: StackConfig): Synthesis {
  const tree = mkdtempSync(join(tmpdir(), "secret-handoff-before-"));
  const archive = execFileSync("git", ["archive", "--format=tar", revision], { maxBuffer: 2 ** 28 });
  execFileSync("tar", ["-x", "--directory", tree], { input: archive });
  const modules = join(tree, "node_modules");
  mkdirSync(join(modules, "@secret-handoff"), { recursive: true });
  for (const name of readdirSync("node_modules").filter((name) => name !== "@secret-handoff")) {
    symlinkSync(resolve("node_modules", name), join(modules, name));
  }
  for (const name of readdirSync(join(tree, "packages"))) {
    symlinkSync(join(tree, "packages", name), join(modules, "@secret-handoff", name));
  }
  const run = (...args: readonly string[]) =>
    execFileSync(process.execPath, ["--import", "tsx", ...args], {
      cwd: tree,
      stdio: ["ignore", "ignore", "inherit"],
    });
  run("packages/lambda/build.ts");
  writeFileSync(join(tree, "synthesise.ts"), SYNTHESISE);
  writeFileSync(join(tree, "config.json"), JSON.stringify(config));
  run("synthesise.ts", join(tree, "out"), join(tree, "packages/lambda/dist"), join(tree, "config.json"));
  const folder = join(tree, "out/stacks/secret-handoff");
  return { folder, json: JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as Synthesis["json"] };
}
