import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { runAction, startAction } from "@secret-handoff/local";

const folder = mkdtempSync(join(tmpdir(), "bundle-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A stand-in for the bundle, so that these tests are about the runner only. */
function bundle(script: string): string {
  const path = join(folder, "index.cjs");
  writeFileSync(path, `const fs = require("node:fs"); const { env } = process; ${script}`);
  return path;
}

test("gives back what the action told the runner, masked as the runner masks it", async () => {
  const lines: string[] = [];
  const result = await runAction({
    inputs: { class: "api-key" },
    secrets: ["workflow-secret"],
    onLine: (line) => lines.push(line),
    bundle: bundle(`
      console.log("::add-mask::hunter2hunter2");
      console.log("using hunter2hunter2 and workflow-secret");
      console.error("::error::bad hunter2hunter2");
      fs.appendFileSync(env.GITHUB_OUTPUT, "ids<<E\\n[1]\\nE\\n");
      fs.appendFileSync(env.GITHUB_ENV, "A=1\\n");
      fs.appendFileSync(env.GITHUB_STATE, "S=2\\n");
      fs.appendFileSync(env.GITHUB_STEP_SUMMARY, "# hunter2hunter2\\n");
      fs.writeFileSync(env.RUNNER_TEMP + "/left", "behind");
      process.exitCode = 3;`),
  });
  expect(result).toMatchObject({
    exitCode: 3,
    signal: null,
    annotations: [{ level: "error", message: "bad ***" }],
    outputs: { ids: "[1]" },
    env: { A: "1" },
    state: { S: "2" },
    summary: "# ***\n",
  });
  expect(lines.toSorted()).toEqual(["##[error]bad ***", "using *** and ***"]);
  expect(result.raw).toContain("hunter2");
  expect(result.leftBehind.map(({ path, bytes }) => [path, String(bytes)])).toEqual([
    ["_temp/left", "behind"],
  ]);
});

test("the environment is GitHub's, with the defaults of action.yml, and nothing of ours", async () => {
  const script = `console.log(JSON.stringify({ ...env, event: JSON.parse(fs.readFileSync(env.GITHUB_EVENT_PATH)) }))`;
  const { shown } = await runAction({
    inputs: { class: "api-key" },
    job: { repository: "acme/billing", ref: "refs/tags/v1" },
    env: { EXTRA: "1", CI: undefined },
    bundle: bundle(script),
  });
  expect(JSON.parse(shown)).toMatchObject({
    INPUT_CLASS: "api-key",
    "INPUT_DRY-RUN": "false",
    INPUT_PASSPHRASE: "",
    GITHUB_REPOSITORY: "acme/billing",
    GITHUB_REF_NAME: "v1",
    GITHUB_REF_TYPE: "tag",
    EXTRA: "1",
    event: { repository: { full_name: "acme/billing" } },
  });
  expect(Object.keys(JSON.parse(shown))).not.toEqual(expect.arrayContaining(["CI"]));
  expect(shown).not.toContain("JEST_WORKER_ID");
});

test("before the action starts, the runner prints its inputs and variables, masked only by what came before", async () => {
  const { details, shown } = await runAction({
    inputs: { values: "A=from-an-earlier-step\nB=not-masked", recipients: "ana@vendor.example" },
    env: { LOG_LEVEL: "info", RUNNER_DEBUG: "1" },
    secrets: ["from-an-earlier-step"],
    bundle: bundle(`console.log("::add-mask::not-masked"); console.log("not-masked");`),
  });
  const lines = details.split("\n");
  expect(lines.slice(0, 5)).toEqual([
    "##[group]Run secret-handoff/secret-handoff@v1",
    "with:",
    "  values: A=***",
    "B=not-masked",
    "  recipients: ana@vendor.example",
  ]);
  expect(lines).toContain("  dry-run: false");
  expect(lines.slice(-3)).toEqual(["env:", "  LOG_LEVEL: info", "##[endgroup]"]);
  expect(shown).toBe("***\n");
});

test("an input that action.yml does not know is a mistake of the test", () => {
  expect(() => startAction({ inputs: { clas: "api-key" } })).toThrow("action.yml has no input clas");
});

test("a signal reaches the action", async () => {
  const action = startAction({
    inputs: {},
    bundle: bundle(
      `process.on("SIGTERM", () => process.exit(7)); console.log("up"); setInterval(() => {}, 1e6);`,
    ),
    onLine: () => action.kill("SIGTERM"),
  });
  expect((await action.finished).exitCode).toBe(7);
});
