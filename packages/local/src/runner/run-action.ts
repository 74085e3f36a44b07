import { spawn } from "node:child_process";
import { ACTION_BUNDLE } from "#built";
import { DEFAULT_JOB, type Job } from "../github/job.ts";
import type { Addresses, LocalStack } from "../stack.ts";
import { checkSummary, readFileCommands } from "./commands.ts";
import {
  awsEnvironment,
  githubEnvironment,
  idTokenEnvironment,
  inputsOf,
  inputVariables,
  type LeftBehind,
  RunnerFolder,
  stepDetails,
} from "./environment.ts";
import { type Annotation, RunnerFilter } from "./log.ts";

export type ActionOptions = {
  /** By their names in action.yml; defaults are filled in. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Where AWS and the id-token endpoint are; without it the environment names neither. Its issuer knows other jobs. */
  readonly stack?: Addresses & Partial<Pick<LocalStack, "issuer">>;
  /** Laid over the environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly job?: Partial<Job>;
  /** Values that are masked before the step: the workflow took them from its secrets, or an earlier step masked them. */
  readonly secrets?: readonly string[];
  readonly bundle?: string;
  readonly nodePath?: string;
  /** Called with each line of the action's as the log shows it, while the action runs. */
  readonly onLine?: (line: string) => void;
};

export type ActionResult = {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What the runner prints of the step before the action starts: inputs and environment. */
  readonly details: string;
  /** What the action wrote, as the log of the job shows it. */
  readonly shown: string;
  /** As the action wrote it: holds secrets. */
  readonly raw: string;
  readonly annotations: readonly Annotation[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  /** The job summary as it is uploaded, masked. */
  readonly summary: string;
  readonly leftBehind: readonly LeftBehind[];
};

type RunningAction = {
  readonly pid: number;
  /** See {@link ActionResult}. */
  readonly details: string;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly finished: Promise<ActionResult>;
};

/** Inputs that lead the action to the local stack's service and SMTP server. */
export function localInputs({ url, smtp }: Addresses): Readonly<Record<string, string>> {
  const { hostname, port } = new URL(smtp);
  return { endpoint: url, "smtp-host": hostname, "smtp-port": port };
}

/** Runs the built action as GitHub's runner would, in a process of its own. */
export function runAction(options: ActionOptions): Promise<ActionResult> {
  return startAction(options).finished;
}

/** The same, for callers that do something to it while it runs. */
export function startAction(options: ActionOptions): RunningAction {
  const {
    bundle = ACTION_BUNDLE,
    nodePath = process.execPath,
    secrets = [],
    onLine = () => {},
    stack,
  } = options;
  const job = { ...DEFAULT_JOB, ...options.job };
  const requestToken =
    (options.job && stack?.issuer?.tokenFor(options.job)) ?? stack?.idTokenRequestToken ?? "";
  const inputs = inputsOf(options.inputs);
  const env = { ...(stack ? awsEnvironment(stack) : {}), ...options.env };
  const folder = new RunnerFolder(job);
  const child = spawn(nodePath, [bundle], {
    cwd: folder.workspace,
    env: {
      ...githubEnvironment(job),
      ...folder.environment(),
      // GitHub runs it on Node.js 24, where the AWS SDK has nothing to warn of.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      ...(stack ? idTokenEnvironment(stack, requestToken) : {}),
      ...inputVariables(inputs),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // The runner masks its own token, and configure-aws-credentials the credentials that it leaves.
  const credentials = [env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN];
  const masked = [...secrets, requestToken, ...credentials.filter((value) => value !== undefined)];
  const filter = new RunnerFilter({ secrets: masked });
  const details = stepDetails(inputs, env)
    .flatMap((line) => filter.show(line))
    .join("\n");
  const shown: string[] = [];
  let raw = "";
  const show = (lines: readonly string[]) => {
    shown.push(...lines);
    for (const line of lines) onLine(line);
  };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      raw += text;
      show(filter.push(text, stream));
    });
  }
  const finished = new Promise<ActionResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => {
      show(filter.end());
      try {
        const outputs = {
          ...entries(filter.outputs),
          ...entries(readFileCommands(folder.read("GITHUB_OUTPUT"))),
        };
        const summary = folder.read("GITHUB_STEP_SUMMARY");
        checkSummary(summary);
        resolve({
          exitCode: filter.failed && exitCode === 0 ? 1 : exitCode,
          signal,
          details,
          shown: shown.map((line) => `${line}\n`).join(""),
          raw,
          annotations: filter.annotations,
          outputs,
          env: entries(readFileCommands(folder.read("GITHUB_ENV"))),
          state: { ...entries(filter.state), ...entries(readFileCommands(folder.read("GITHUB_STATE"))) },
          summary: filter.maskLines(summary),
          leftBehind: folder.leftBehind(),
        });
      } catch (error) {
        reject(error);
      }
    });
  }).finally(() => folder.remove());
  return {
    pid: child.pid ?? 0,
    details,
    kill: (signal) => {
      child.kill(signal);
    },
    finished,
  };
}

function entries(values: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(values);
}
