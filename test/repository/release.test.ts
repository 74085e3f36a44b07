import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { PUBLISHED } from "../../build/published-manifest.ts";
import { type ReleaseState, releaseErrors, releaseNotes } from "../../build/release-check.ts";

const CHANGELOG = `# Changelog

## Unreleased

- Something new.

## 1.3.0 (2026-12-01)

- A change.
- Another.

## 1.2.9 (2026-11-01)

## 1.2.8 (2026-10-01)

- An older change.
`;

const STATE: ReleaseState = {
  tag: "v1.3.0",
  tags: ["v1", "v1.2.8", "v1.2.9", "v1.3.0", "v2.0.0-rc.1", "nightly", ""],
  versions: { "package.json": "1.3.0", "packages/sdk/package.json": "1.3.0" },
  changelog: CHANGELOG,
};

test("a tag that every package.json and the changelog name is released, with the changelog's words", () => {
  expect(releaseErrors(STATE)).toEqual([]);
  expect(releaseNotes(CHANGELOG, "1.3.0")).toBe("- A change.\n- Another.");
});

test.each([
  [
    "a package with another version",
    { versions: { "packages/sdk/package.json": "1.2.0" } },
    "packages/sdk/package.json has version 1.2.0, and the tag says 1.3.0.",
  ],
  [
    "a version that the changelog does not have",
    { changelog: CHANGELOG.replace("1.3.0", "1.3.1") },
    'CHANGELOG.md has no text under "## 1.3.0 (YYYY-MM-DD)".',
  ],
  [
    "a version without a word in the changelog",
    { tag: "v1.2.9", tags: ["v1.2.9"], versions: { "package.json": "1.2.9" } },
    'CHANGELOG.md has no text under "## 1.2.9 (YYYY-MM-DD)".',
  ],
  [
    "a tag older than one that was released, although it sorts after it as text",
    { tags: ["v1.3.0", "v1.10.0"] },
    "v1.10.0 is newer than v1.3.0: releasing it would move v1 backwards.",
  ],
  ["a tag of another form", { tag: "v1.3" }, "The tag v1.3 is not of the form v1.2.3."],
  ["a tag with a leading zero", { tag: "v1.03.0" }, "The tag v1.03.0 is not of the form v1.2.3."],
] as const)("refuses %s", (_, change, error) => {
  expect(releaseErrors({ ...STATE, ...change })).toEqual([error]);
});

test("a newer release of another major version does not stop a fix of an older one", () => {
  expect(releaseErrors({ ...STATE, tags: ["v1.3.0", "v2.0.0"] })).toEqual([]);
});

type Step = { readonly uses?: string; readonly run?: string; readonly with?: Record<string, unknown> };
type Job = {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly steps: readonly Step[];
};
type Workflow = { readonly permissions: unknown; readonly jobs: Readonly<Record<string, Job>> };

const workflows = readdirSync(".github/workflows").map((file) => ({
  file,
  workflow: parse(readFileSync(`.github/workflows/${file}`, "utf8")) as Workflow,
}));
const jobs = workflows.flatMap(({ file, workflow }) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ name: `${file}: ${name}`, job })),
);

describe.each(jobs)("$name", ({ job }) => {
  const writes = Object.values(job.permissions ?? {}).includes("write");

  test("has its own permissions and a time limit", () => {
    expect(job.permissions).toBeDefined();
    expect(job["timeout-minutes"]).toBeGreaterThan(0);
  });

  test("uses only actions that are pinned to a commit, and leaves no token on disk", () => {
    for (const { uses, with: given } of job.steps) {
      if (uses !== undefined) expect(uses).toMatch(/^[\w./-]+@[0-9a-f]{40}$/);
      if (uses?.startsWith("actions/checkout@")) expect(given?.["persist-credentials"]).toBe(false);
    }
  });

  test("does not run code of ours or of a package where it may write", () => {
    if (!writes) return;
    const commands = job.steps
      .map(({ run = "" }) => run)
      .join("\n")
      .replaceAll('npm publish "$file" --ignore-scripts', "");
    expect(commands).not.toMatch(/\b(npm|npx|node|tsx|bash \.|sh \.|\.\/)/);
    expect(job.steps.some(({ uses }) => uses?.startsWith("actions/checkout@"))).toBe(false);
  });
});

test("every package that is built is published, dependencies first, the command line among them", () => {
  const script = workflows.find(({ file }) => file === "release.yml")?.workflow.jobs.npm?.steps.at(-1)?.run;
  expect(script?.match(/for name in (.*); do/)?.[1]?.split(" ")).toEqual(PUBLISHED);
});

test("what people copy runs the command line of this release, not whatever the name leads to", () => {
  const { version } = JSON.parse(readFileSync("packages/cli/package.json", "utf8")) as { version: string };
  const folders = ["docs", "examples", "packages/cli/src", "packages/cdktf", "terraform"];
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
  );
  const texts = [...files, "README.md", "SECURITY.md", "CONTRIBUTING.md"].filter(
    (file) => /\.(md|ts|ya?ml|tf)$/.test(file) && !/node_modules|\/dist\//.test(file),
  );
  const runs = texts.flatMap((file) =>
    [
      ...readFileSync(file, "utf8").matchAll(
        /\b(?:npx|npm exec|npm i|npm install)\b[^\n]*?[^\S\n](?:@secret-handoff\/local|secret-handoff)\b(\S*)/g,
      ),
    ].map(([, pin]) => `${file}: ${pin}`),
  );
  expect(runs.length).toBeGreaterThan(3);
  const pinned = new RegExp(`: @(${version.replaceAll(".", "\\.")}|\\$\\{manifest\\.version\\})$`);
  expect(runs.filter((run) => !pinned.test(run))).toEqual([]);
});
