import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parse } from "yaml";
import { ACTION_FILE } from "#built";
import type { Job } from "../github/job.ts";
import type { Addresses } from "../stack.ts";

const ACTION_REPOSITORY = "secret-handoff/secret-handoff";
const ACTION_REF = "v1";

/** https://docs.github.com/actions/reference/workflows-and-actions/variables#default-environment-variables */
export function githubEnvironment(job: Job): Readonly<Record<string, string>> {
  const [owner = ""] = job.repository.split("/");
  return {
    PATH: process.env.PATH ?? "",
    LANG: "C.UTF-8",
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_ACTION: "__secret-handoff",
    GITHUB_ACTION_REF: ACTION_REF,
    GITHUB_ACTION_REPOSITORY: ACTION_REPOSITORY,
    GITHUB_ACTOR: job.actor,
    GITHUB_ACTOR_ID: job.actorId,
    GITHUB_TRIGGERING_ACTOR: job.actor,
    GITHUB_API_URL: "https://api.github.com",
    GITHUB_GRAPHQL_URL: "https://api.github.com/graphql",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_EVENT_NAME: job.event,
    GITHUB_JOB: "hand-over",
    GITHUB_REF: job.ref,
    GITHUB_REF_NAME: job.ref.replace(/^refs\/(heads|tags)\//, ""),
    GITHUB_REF_TYPE: job.ref.startsWith("refs/tags/") ? "tag" : "branch",
    GITHUB_REPOSITORY: job.repository,
    GITHUB_REPOSITORY_ID: job.repositoryId,
    GITHUB_REPOSITORY_OWNER: owner,
    GITHUB_REPOSITORY_OWNER_ID: job.ownerId,
    GITHUB_RUN_ID: job.run,
    GITHUB_RUN_NUMBER: job.runNumber,
    GITHUB_RUN_ATTEMPT: job.attempt,
    GITHUB_SHA: job.sha,
    GITHUB_WORKFLOW: job.workflow,
    GITHUB_WORKFLOW_REF: `${job.repository}/${job.workflowFile}@${job.ref}`,
    GITHUB_WORKFLOW_SHA: job.sha,
    RUNNER_ARCH: "X64",
    RUNNER_ENVIRONMENT: "github-hosted",
    RUNNER_NAME: "GitHub Actions 1",
    RUNNER_OS: "Linux",
  };
}

/** What aws-actions/configure-aws-credentials leaves in the environment of later steps, and where the local stack's AWS is. */
export function awsEnvironment(stack: Addresses): Readonly<Record<string, string>> {
  return {
    AWS_REGION: "eu-west-1",
    AWS_DEFAULT_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "ASIALOCALSTACK",
    AWS_SECRET_ACCESS_KEY: "local-stack-only",
    AWS_SESSION_TOKEN: "local-stack-only",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: stack.secretsManager,
    AWS_ENDPOINT_URL_SESV2: stack.ses,
  };
}

/**
 * What `permissions: id-token: write` adds.
 * @param requestToken bound to the job
 */
export function idTokenEnvironment(stack: Addresses, requestToken: string): Readonly<Record<string, string>> {
  return {
    ACTIONS_ID_TOKEN_REQUEST_URL: stack.idTokenRequestUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
  };
}

type ActionFile = {
  readonly inputs: Readonly<Record<string, { readonly default?: unknown; readonly required?: boolean }>>;
};

/**
 * The step's inputs as the runner has them: those given, in their order, then the defaults of action.yml.
 * @throws Error for an input that action.yml does not know; the runner would only warn
 */
export function inputsOf(given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { inputs }: ActionFile = parse(readFileSync(ACTION_FILE, "utf8"));
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(inputs, name));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(", ")}`);
  const defaults = Object.entries(inputs).map(([name, { default: value }]) => [name, String(value ?? "")]);
  return { ...given, ...Object.fromEntries(defaults.filter(([name = ""]) => !Object.hasOwn(given, name))) };
}

/** Inputs as the action finds them in its environment. */
export function inputVariables(inputs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`,
      value,
    ]),
  );
}

/** Variables that the runner sets for each step by itself, and so does not print. */
const SET_BY_RUNNER = /^(?:ACTIONS|GITHUB|RUNNER)_/;

/**
 * What the runner prints before the action starts, when nothing that the action will mask is masked yet: its name, every input with
 * a value, and the variables of the workflow's `env:` and of earlier steps (GITHUB_ENV).
 * After actions/runner, src/Runner.Worker/Handlers/Handler.cs (PrintActionDetails) and ActionRunner.cs.
 */
export function stepDetails(
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const given = Object.entries(inputs).filter(([, value]) => value !== "");
  const variables = Object.entries(env).filter(
    ([name, value]) => value !== undefined && !SET_BY_RUNNER.test(name),
  );
  const block = (head: string, lines: readonly (readonly [string, string | undefined])[]) =>
    lines.length === 0 ? [] : [head, ...lines.map(([name, value]) => `  ${name}: ${value}`)];
  return [
    `##[group]Run ${ACTION_REPOSITORY}@${ACTION_REF}`,
    ...block("with:", given),
    ...block("env:", variables),
    "##[endgroup]",
  ];
}

/** A file that the action left behind. */
export type LeftBehind = { readonly path: string; readonly bytes: Uint8Array };

const COMMAND_FILES = [
  "GITHUB_OUTPUT",
  "GITHUB_ENV",
  "GITHUB_STATE",
  "GITHUB_PATH",
  "GITHUB_STEP_SUMMARY",
] as const;
type CommandFile = (typeof COMMAND_FILES)[number];

/** The folders and files that a runner sets up for a step, all in one temporary folder. */
export class RunnerFolder {
  readonly root = mkdtempSync(join(tmpdir(), "runner-"));
  readonly workspace = this.#make("work");
  readonly home = this.#make("home");
  readonly temp = this.#make("_temp");
  readonly #commands = this.#make("_temp/_runner_file_commands");
  readonly #event = join(this.#make("_temp/_github_workflow"), "event.json");

  constructor(job: Job) {
    for (const name of COMMAND_FILES) writeFileSync(this.#pathOf(name), "");
    writeFileSync(this.#event, JSON.stringify(eventOf(job)));
  }

  /** The variables that name them. */
  environment(): Readonly<Record<string, string>> {
    return {
      HOME: this.home,
      TMPDIR: this.temp,
      RUNNER_TEMP: this.temp,
      RUNNER_TOOL_CACHE: join(this.root, "tools"),
      GITHUB_WORKSPACE: this.workspace,
      GITHUB_EVENT_PATH: this.#event,
      ...Object.fromEntries(COMMAND_FILES.map((name) => [name, this.#pathOf(name)])),
    };
  }

  read(name: CommandFile): string {
    return readFileSync(this.#pathOf(name), "utf8");
  }

  /** Everything in the folder but what the runner itself put there. */
  leftBehind(): readonly LeftBehind[] {
    const own = new Set<string>([this.#event, ...COMMAND_FILES.map((name) => this.#pathOf(name))]);
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !own.has(path))
      .map((path) => ({ path: relative(this.root, path), bytes: readFileSync(path) }));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #make(name: string): string {
    const path = join(this.root, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  #pathOf(name: CommandFile): string {
    return join(this.#commands, name.toLowerCase());
  }
}

function eventOf({ repository, repositoryId, ownerId, ref, workflowFile, actor, actorId }: Job) {
  const [owner, name] = repository.split("/");
  return {
    inputs: null,
    ref,
    repository: {
      id: Number(repositoryId),
      name,
      full_name: repository,
      private: true,
      owner: { id: Number(ownerId), login: owner, type: "Organization" },
    },
    sender: { id: Number(actorId), login: actor, type: "User" },
    workflow: workflowFile,
  };
}
