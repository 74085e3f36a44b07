import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const REQUIREMENTS = "test/judges/requirements";
/** Outside git, and kept between runs: the largest environment takes a minute to install. */
const CACHE = resolve(".data/judges");

/** No environment could be made, for a reason that is this machine's and not the judge's. */
export class NotInstallable extends Error {}

/**
 * A virtual environment with exactly the packages of `requirements/NAME.txt`, whose hashes pip checks.
 * @returns the folder of its programs
 * @throws NotInstallable where there is no Python, or PyPI is not reached
 */
export function pythonEnvironment(name: string): string {
  const requirements = `${REQUIREMENTS}/${name}.txt`;
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = join(CACHE, `${name}-${digest}`);
  const done = join(folder, "installed");
  if (existsSync(done)) return join(folder, "bin");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  try {
    execFileSync("python3", ["-m", "venv", folder], { stdio: "pipe" });
  } catch (cause) {
    throw new NotInstallable("Python 3 with venv is not installed", { cause });
  }
  const pip = join(folder, "bin/pip");
  const quiet = ["--quiet", "--disable-pip-version-check", "--no-input"];
  try {
    execFileSync(
      pip,
      ["install", ...quiet, "--require-hashes", "--only-binary", ":all:", "-r", requirements],
      {
        stdio: "pipe",
      },
    );
  } catch (cause) {
    if (!reachesPyPI(pip, quiet)) throw new NotInstallable("PyPI is not reached", { cause });
    throw new Error(`pip could not install ${requirements}: ${stderrOf(cause)}`, { cause });
  }
  mkdirSync(done);
  return join(folder, "bin");
}

/** Tells a machine without PyPI from a requirement that is wrong. */
function reachesPyPI(pip: string, quiet: readonly string[]): boolean {
  try {
    execFileSync(pip, ["download", ...quiet, "--no-deps", "--dest", join(CACHE, "probe"), "pip"], {
      stdio: "pipe",
    });
    return true;
  } catch {
    return false;
  }
}

function stderrOf(error: unknown): string {
  return error instanceof Error && "stderr" in error ? String(error.stderr).slice(-2_000) : String(error);
}
