import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { report } from "../support/tier.ts";

const PYTHON = "python3";
const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** What stands in the way of a third reading of the vectors; undefined when nothing does. */
function obstacle(): string | undefined {
  const found = spawnSync(PYTHON, ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"]);
  if (found.error) return `${PYTHON} is not installed`;
  return found.status === 0 ? undefined : `${PYTHON} is older than 3.9`;
}

const missing = obstacle();
if (missing) report(`skipped: ${missing}`);

(missing ? test.skip : test)(
  "a third implementation, in Python, agrees with every vector that it reads",
  () => {
    const script = pathOf("python/check_vectors.py");
    const run = spawnSync(PYTHON, ["-B", script, pathOf("../vectors/v1.json")], { encoding: "utf8" });
    const { checked, skipped, failed } = JSON.parse(
      run.stdout || `{"failed":[${JSON.stringify(run.stderr)}]}`,
    );
    expect(failed).toEqual([]);
    expect(Object.keys(checked)).toHaveLength(11);
    if (skipped.length > 0) report(`skipped: ${skipped.length} vectors, ${skipped[0].split(": ").at(-1)}`);
  },
);
