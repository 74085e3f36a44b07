import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { pythonEnvironment } from "./python.ts";

type Exception = {
  readonly check: string;
  /** Resources, as the end of their address; every one where it is left out. */
  readonly resources?: readonly string[];
  readonly reason: string;
};

type Finding = { readonly check_id: string; readonly check_name: string; readonly resource: string };

/**
 * checkov over the stack of examples/handoff.config.ts and over one with every prop set. A finding without an exception fails,
 * and so does an exception without a finding.
 */
export function checkov(): boolean {
  const program = join(pythonEnvironment("infrastructure"), "checkov");
  const exceptions: readonly Exception[] = parse(readFileSync("test/judges/checkov-exceptions.yml", "utf8"));
  const findings = synthesise().flatMap((folder) => findingsOf(program, folder));
  const excepts = ({ check, resources }: Exception, finding: Finding) =>
    check === finding.check_id && (resources?.some((name) => finding.resource.endsWith(name)) ?? true);
  const unexpected = findings.filter(
    (finding) => !exceptions.some((exception) => excepts(exception, finding)),
  );
  const unused = exceptions.filter((exception) => !findings.some((finding) => excepts(exception, finding)));
  for (const { check_id, check_name, resource } of unexpected) {
    console.error(`${check_id} ${resource}: ${check_name}`);
  }
  for (const { check } of unused) {
    console.error(
      `${check} finds nothing any more: remove its exception from test/judges/checkov-exceptions.yml.`,
    );
  }
  console.log(
    `${findings.length} findings, ${findings.length - unexpected.length} of them excepted with a reason`,
  );
  return unexpected.length + unused.length === 0;
}

/** @returns the folders with the stacks as Terraform reads them */
function synthesise(): readonly string[] {
  const target = resolve(".data/judges/stack");
  const tsx = (...args: readonly string[]) =>
    execFileSync("node", ["--import", "tsx", ...args], { stdio: ["ignore", "ignore", "inherit"] });
  tsx("packages/lambda/build.ts");
  tsx("test/cdktf/synth-everything.ts", target, "packages/lambda/dist");
  tsx("packages/cdktf/synth.ts", "--config", "examples/handoff.config.ts");
  return ["cdktf.out/stacks/secret-handoff", join(target, "stacks/secret-handoff")];
}

function findingsOf(program: string, folder: string): readonly Finding[] {
  const args = [
    "--directory",
    folder,
    "--framework",
    "terraform_json",
    "--skip-download",
    "--output",
    "json",
  ];
  const { stdout, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (error) throw error;
  const { results, summary } = JSON.parse(stdout);
  if (summary.parsing_errors > 0 || summary.passed === 0) throw new Error("checkov could not read the stack");
  return results.failed_checks;
}
