import { spawn } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEFAULT_JOB, type LocalStack, readFileCommands, runAction } from "@secret-handoff/local";
import { parse } from "yaml";

type Step = {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
};
type WorkflowJob = {
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly environment?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
};

export type WorkflowOptions = {
  readonly stack: LocalStack;
  /** The workflow's YAML. */
  readonly text: string;
  /** GITHUB_EVENT_NAME, and `github.event`. */
  readonly event: { readonly name: string; readonly payload: object };
  readonly secrets?: Readonly<Record<string, string>>;
  /** GitHub's API, and the job's token for it. */
  readonly github: { readonly url: string; readonly token: string };
  /** Laid over the inputs of the action: what the example has is of its reader's deployment. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Variables that each action of the job gets too, such as where an AWS service is played. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the repository, which `actions/checkout` brings: from where, under which path. */
  readonly files?: Readonly<Record<string, URL>>;
  /** Called before a job, as GitHub waits for an environment's reviewers. */
  readonly before?: (job: string) => Promise<void>;
};

export type WorkflowRun = {
  /** Of each job that ran, in order. */
  readonly jobs: Readonly<Record<string, "success" | "failure" | "skipped">>;
  /** Everything that its steps printed and summarised. */
  readonly texts: readonly string[];
};

type Values = Record<string, unknown>;

/**
 * Runs a workflow of the examples: its jobs in their order, `run` steps in bash with `gh` played, and the action as its bundle.
 * Knows as much of expressions as the examples use.
 */
export async function runWorkflow(options: WorkflowOptions): Promise<WorkflowRun> {
  const folder = mkdtempSync(join(tmpdir(), "workflow-"));
  try {
    return await new Run(options, folder).all();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class Run {
  readonly #options: WorkflowOptions;
  readonly #folder: string;
  readonly #texts: string[] = [];
  readonly #needs: Values = {};

  constructor(options: WorkflowOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
    mkdirSync(join(folder, "bin"));
    symlinkSync(fileURLToPath(new URL("./gh.cjs", import.meta.url)), join(folder, "bin", "gh"));
  }

  async all(): Promise<WorkflowRun> {
    const jobs: Record<string, "success" | "failure" | "skipped"> = {};
    const found: Readonly<Record<string, WorkflowJob>> = parse(this.#options.text).jobs;
    for (const [name, job] of Object.entries(found)) {
      const isReady = [job.needs ?? []].flat().every((other) => jobs[other] === "success");
      if (!isReady || !holds(job.if ?? "", this.#context({}))) {
        jobs[name] = "skipped";
        continue;
      }
      await this.#options.before?.(name);
      jobs[name] = await this.#job(name, job);
    }
    return { jobs, texts: this.#texts };
  }

  #context(steps: Values): Values {
    const { github, event, secrets = {} } = this.#options;
    return { github: { token: github.token, event: event.payload }, secrets, needs: this.#needs, steps };
  }

  async #job(name: string, job: WorkflowJob): Promise<"success" | "failure"> {
    const steps: Record<string, { outputs: Values }> = {};
    let failed = false;
    for (const step of job.steps) {
      const context = this.#context(steps);
      // Without the like of `!cancelled()`, a step runs only while the ones before it have succeeded.
      if (failed && !step.if?.includes("cancelled()")) continue;
      if (!holds(step.if ?? "", context)) continue;
      const done = await this.#step(step, job, context);
      failed ||= done.exitCode !== 0;
      if (step.id !== undefined) steps[step.id] = { outputs: { ...done.outputs } };
    }
    this.#needs[name] = { outputs: resolved(job.outputs ?? {}, this.#context(steps)) };
    return failed ? "failure" : "success";
  }

  async #step(step: Step, job: WorkflowJob, context: Values) {
    const { uses = "" } = step;
    if (uses.startsWith("OWNER/secret-handoff@")) return this.#action(step, job, context);
    if (step.run !== undefined) return this.#script(step.run, resolved(step.env ?? {}, context));
    if (uses.startsWith("actions/checkout@")) this.#checkOut();
    else if (!uses.startsWith("aws-actions/configure-aws-credentials@")) throw new Error(`unknown: ${uses}`);
    return { exitCode: 0, outputs: {} };
  }

  #checkOut(): void {
    for (const [path, from] of Object.entries(this.#options.files ?? {})) {
      const to = join(this.#folder, path);
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(from, to);
    }
  }

  async #action({ with: given = {} }: Step, { environment, permissions }: WorkflowJob, context: Values) {
    const { stack, inputs, github, event, secrets = {} } = this.#options;
    if (permissions["id-token"] !== "write") throw new Error("the job may not ask for a token");
    const taken = resolved(given, context);
    const knows = Object.fromEntries(
      Object.entries(inputs).filter(([name]) => name in taken || /^smtp/.test(name)),
    );
    const result = await runAction({
      stack,
      inputs: {
        ...taken,
        ...(taken.from === undefined ? { endpoint: stack.url } : knows),
        endpoint: stack.url,
      },
      secrets: [github.token, ...Object.values(secrets)],
      env: { ...this.#options.env, GITHUB_API_URL: github.url, RUNNER_TEMP: this.#folder },
      job: { ...DEFAULT_JOB, event: event.name, environment },
    });
    this.#texts.push(result.details, result.shown, result.summary, JSON.stringify(result.outputs));
    return result;
  }

  async #script(script: string, env: Readonly<Record<string, string>>) {
    const output = join(this.#folder, "output");
    const summary = join(this.#folder, "summary");
    for (const file of [output, summary]) writeFileSync(file, "");
    const child = spawn("bash", ["-eo", "pipefail", "-c", script], {
      cwd: this.#folder,
      env: {
        ...env,
        PATH: `${join(this.#folder, "bin")}:${process.env.PATH}`,
        ...{ GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary },
        ...{ GITHUB_REPOSITORY: DEFAULT_JOB.repository, GITHUB_API_URL: this.#options.github.url },
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
    }
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    const outputs = Object.fromEntries(readFileCommands(readFileSync(output, "utf8")));
    this.#texts.push(printed, readFileSync(summary, "utf8"));
    return { exitCode, outputs };
  }
}

const EXPRESSION = /\$\{\{\s*([\w.-]+)\s*\}\}/g;

function resolved(
  values: Readonly<Record<string, unknown>>,
  context: Values,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      String(value).replaceAll(EXPRESSION, (_, path: string) => lookUp(path, context)),
    ]),
  );
}

/** What GitHub makes of a path that leads nowhere is nothing. */
function lookUp(path: string, context: Values): string {
  let value: unknown = context;
  for (const name of path.split(".")) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  }
  return value === undefined || value === null ? "" : String(value);
}

/** A condition: comparisons with a text or with another value, joined by `&&`. */
function holds(condition: string, context: Values): boolean {
  const inner = condition.replace(/^\$\{\{([\s\S]*)\}\}$/, "$1").trim();
  if (inner === "") return true;
  return inner.split("&&").every((part) => {
    const term = part.trim();
    if (term === "!cancelled()") return true;
    const [, path = "", sign, text, other] = /^([\w.-]+) ([!=]=) (?:'([^']*)'|([\w.-]+))$/.exec(term) ?? [];
    if (sign === undefined) throw new Error(`the condition ${term} is not played`);
    return (lookUp(path, context) === (text ?? lookUp(other ?? "", context))) === (sign === "==");
  });
}
