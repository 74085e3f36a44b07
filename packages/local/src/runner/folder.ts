import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Job } from "../github/job.ts";

/** A file that the action left behind. */
export type LeftBehind = { readonly path: string; readonly bytes: Uint8Array };

const COMMAND_FILES = [
  "GITHUB_OUTPUT",
  "GITHUB_ENV",
  "GITHUB_STATE",
  "GITHUB_PATH",
  "GITHUB_STEP_SUMMARY",
] as const;
export type CommandFile = (typeof COMMAND_FILES)[number];

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
