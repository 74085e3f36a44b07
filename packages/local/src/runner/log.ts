import { parseCommand, type RunnerCommand } from "./commands.ts";
import { RunnerMasks } from "./masks.ts";

/** An annotation of the workflow run. */
export type Annotation = {
  readonly level: "error" | "warning" | "notice";
  readonly message: string;
  readonly title?: string;
};

type RunnerFilterOptions = {
  /** Values of the job's secrets, which the runner masks from the start. */
  readonly secrets?: readonly string[];
  /** Whether debug messages are shown (ACTIONS_STEP_DEBUG). */
  readonly debug?: boolean;
};

/** Known to the runner; the last two only to be refused. */
const COMMANDS = [
  "add-mask",
  "add-matcher",
  "debug",
  "echo",
  "endgroup",
  "error",
  "group",
  "notice",
  "remove-matcher",
  "save-state",
  "set-output",
  "stop-commands",
  "warning",
  "add-path",
  "set-env",
];
/** Commands that are not repeated in the log where `::echo::on` asks for that. */
const NOT_ECHOED = new Set(["add-mask", "debug", "error", "notice", "warning"]);
/** A shorter token is no mask. */
const LONGEST_PLAIN_TOKEN = 6;

/**
 * What GitHub's runner makes of a step's output, line by line: it carries out workflow commands, masks, and shows the rest.
 * After actions/runner, src/Runner.Worker/ActionCommandManager.cs and Handlers/OutputManager.cs.
 */
export class RunnerFilter {
  readonly masks = new RunnerMasks();
  readonly annotations: Annotation[] = [];
  readonly outputs = new Map<string, string>();
  readonly state = new Map<string, string>();
  /** Whether a command could not be carried out, which fails the step. */
  failed = false;
  readonly #known = new Set(COMMANDS);
  readonly #debug: boolean;
  /** What each stream has begun and not ended: a line. */
  readonly #rests = new Map<string, string>();
  #echo = false;
  #stopToken: string | undefined;

  constructor({ secrets = [], debug = false }: RunnerFilterOptions = {}) {
    for (const secret of secrets) this.masks.addWithLines(secret.trim());
    this.#debug = debug;
  }

  /** Takes more of a stream's output. @returns the lines that it completes, as the log shows them */
  push(output: string, stream: "stdout" | "stderr" = "stdout"): readonly string[] {
    const lines = ((this.#rests.get(stream) ?? "") + output).split(/\r\n|\n|\r(?!$)/);
    this.#rests.set(stream, lines.pop() ?? "");
    return lines.flatMap((line) => this.#line(line));
  }

  /** Both streams have ended, perhaps without a line break. */
  end(): readonly string[] {
    const rests = [...this.#rests.values()].map((rest) => rest.replace(/\r$/, ""));
    this.#rests.clear();
    return rests.flatMap((rest) => (rest === "" ? [] : this.#line(rest)));
  }

  /** A message as the log shows it, the runner's own too: masked whole, then line by line. */
  show(text: string): readonly string[] {
    return this.masks.hide(text).split(/\r\n|\n|\r/);
  }

  /** A summary as the runner uploads it. */
  maskLines(text: string): string {
    return text
      .split("\n")
      .map((line) => this.masks.hide(line))
      .join("\n");
  }

  #line(line: string): readonly string[] {
    const command = parseCommand(line, (name) => this.#known.has(name));
    return command && this.#takes(command) ? this.#run(command, line) : this.show(line);
  }

  /** While commands are stopped, only their token is one. */
  #takes({ name }: RunnerCommand): boolean {
    return this.#stopToken === undefined || name === this.#stopToken;
  }

  #run(command: RunnerCommand, line: string): readonly string[] {
    const { name, data } = command;
    const echoed = this.#echo && !NOT_ECHOED.has(name) ? this.show(line) : [];
    switch (name) {
      case this.#stopToken:
        this.#known.delete(name);
        this.#stopToken = undefined;
        return this.show(line);
      case "stop-commands":
        return this.#stop(data, line);
      case "add-mask":
        return this.#mask(data);
      case "error":
      case "warning":
      case "notice":
        return this.#annotate(name, command);
      case "debug":
        return this.#debug ? this.show(`##[debug]${data}`) : [];
      case "group":
        return [...echoed, ...this.show(`##[group]${data}`)];
      case "endgroup":
        return [...echoed, ...this.show("##[endgroup]")];
      case "set-output":
      case "save-state":
        return [...echoed, ...this.#keep(command, line)];
      case "echo":
        this.#echo = data.trim().toUpperCase() === "ON";
        return echoed;
      case "add-matcher":
      case "remove-matcher":
        return echoed;
      default:
        return [...echoed, ...this.#refuse(line, `The \`${name}\` command is disabled.`)];
    }
  }

  #mask(value: string): readonly string[] {
    if (value.trim() === "") {
      return this.show("##[warning]Can't add secret mask for empty string in ##[add-mask] command.");
    }
    this.masks.addWithLines(value);
    return this.#echo ? this.show("::add-mask::***") : [];
  }

  #stop(token: string, line: string): readonly string[] {
    const name = token.toLowerCase();
    if (name === "" || name === "pause-logging" || this.#known.has(name)) {
      return this.#refuse(line, `Invoked ::stopCommand:: with token: [${token}]`);
    }
    this.#stopToken = name;
    this.#known.add(name);
    if (token.length > LONGEST_PLAIN_TOKEN) this.masks.add(token);
    return this.show(line);
  }

  #annotate(level: Annotation["level"], { data, properties }: RunnerCommand): readonly string[] {
    const title = properties.get("title");
    const hidden = title === undefined ? {} : { title: this.masks.hide(title) };
    this.annotations.push({ level, message: this.masks.hide(data), ...hidden });
    return this.show(`##[${level}]${data}`);
  }

  #keep({ name, properties, data }: RunnerCommand, line: string): readonly string[] {
    const key = properties.get("name");
    if (!key) return this.#refuse(line, `Required field 'name' is missing in ##[${name}] command.`);
    (name === "set-output" ? this.outputs : this.state).set(key, data);
    return [];
  }

  #refuse(line: string, why: string): readonly string[] {
    this.failed = true;
    return [
      ...this.show(`##[error]Unable to process command '${line}' successfully.`),
      ...this.show(`##[error]${why}`),
    ];
  }
}
