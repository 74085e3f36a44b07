import { createHash } from "node:crypto";
import jsonata from "jsonata";

type Retrier = {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
};
type Catcher = { readonly ErrorEquals: readonly string[]; readonly Output: unknown; readonly Next: string };
type State = {
  readonly Type: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Output?: unknown;
  readonly Resource?: string;
  readonly Arguments?: unknown;
  readonly Seconds?: string;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Items?: string;
  readonly ItemSelector?: unknown;
  readonly ItemProcessor?: Definition;
  readonly Choices?: readonly { readonly Condition: string; readonly Next: string }[];
  readonly Default?: string;
  readonly Error?: string;
  readonly Cause?: string;
};
export type Definition = { readonly StartAt: string; readonly States: Readonly<Record<string, State>> };

/** What a task throws, by the name that Step Functions gives it. */
export class TaskFailed extends Error {
  override readonly name: string;

  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

export type Execution = {
  readonly id: string;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Waits, in the test's own time. */
  readonly wait: (seconds: number) => void;
  readonly task: (resource: string, input: Record<string, unknown>) => Promise<unknown>;
  /** Told of every state that is entered. */
  readonly enter?: (state: string) => void;
};

/** How an execution ended: in which state, with which output, or with which error. */
export type Ended = {
  readonly state: string;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
};

/** `$states`, as an expression of a state sees it. */
type States = Readonly<Record<string, unknown>>;

/**
 * Runs a definition in the Amazon States Language as far as ours goes: Wait, Task with Retry and Catch, Map, Choice, Succeed, Fail, all
 * with JSONata. https://states-language.net
 */
export async function run(
  definition: Definition,
  start: unknown,
  execution: Execution,
  mapContext: object = {},
): Promise<Ended> {
  let name = definition.StartAt;
  let input = start;
  for (;;) {
    const state = definition.States[name];
    if (!state) throw new Error(`there is no state ${name}`);
    execution.enter?.(name);
    const states: States = {
      input,
      context: {
        Execution: { Id: execution.id },
        State: { EnteredTime: new Date(execution.clock()).toISOString() },
        ...mapContext,
      },
    };
    const evaluated = (value: unknown, more: object = {}) =>
      evaluate(value, { ...states, ...more }, execution.clock);
    switch (state.Type) {
      case "Succeed":
        return { state: name, output: input };
      case "Fail":
        return {
          state: name,
          error: String(await evaluated(state.Error)),
          cause: String(await evaluated(state.Cause)),
        };
      case "Choice": {
        const chosen = await firstThat(state.Choices ?? [], ({ Condition }) => evaluated(Condition));
        name = chosen?.Next ?? state.Default ?? "";
        continue;
      }
      case "Wait":
        execution.wait(Number(await evaluated(state.Seconds)));
        break;
      case "Task": {
        const { error, result } = await perform(state, evaluated, execution);
        if (error === undefined) {
          if (state.Output !== undefined) input = await evaluated(state.Output, { result });
          name = state.Next ?? "";
          continue;
        }
        const caught = state.Catch?.find((catcher) => names(catcher, error));
        if (!caught) return { state: name, error };
        input = await evaluated(caught.Output, { errorOutput: { Error: error, Cause: "" } });
        name = caught.Next;
        continue;
      }
      case "Map": {
        const results = await mapItems(state, evaluated, execution);
        const failed = results.find(({ error }) => error !== undefined);
        if (failed) return failed;
        const result = results.map(({ output }) => output);
        input = await evaluated(state.Output, { result });
        name = state.Next ?? "";
        continue;
      }
      default:
        throw new Error(
          `the machine has a state of type ${state.Type}, which this interpreter does not know`,
        );
    }
    if (state.Output !== undefined) input = await evaluated(state.Output);
    if (state.End) return { state: name, output: input };
    name = state.Next ?? "";
  }
}

type Evaluated = (value: unknown, more?: object) => Promise<unknown>;

async function mapItems(state: State, evaluated: Evaluated, execution: Execution): Promise<Ended[]> {
  const processor = state.ItemProcessor;
  if (!processor) throw new Error("a Map state has no ItemProcessor");
  const items = (await evaluated(state.Items)) as readonly unknown[];
  if (!Array.isArray(items)) throw new Error("the Items of a Map state are no list");
  return Promise.all(
    items.map(async (Value, Index) => {
      const item = { Map: { Item: { Value, Index } } };
      const context = { ...((await evaluated("{% $states.context %}")) as object), ...item };
      return run(processor, await evaluated(state.ItemSelector, { context }), execution, item);
    }),
  );
}

/** @returns the task's result, or the error that was left when all attempts were spent */
async function perform(
  state: State,
  evaluated: Evaluated,
  { task, wait }: Execution,
): Promise<{ readonly error?: string; readonly result?: unknown }> {
  const attempts = new Map<Retrier, number>();
  for (;;) {
    try {
      const input = (await evaluated(state.Arguments)) as Record<string, unknown>;
      return { result: await task(state.Resource ?? "", input) };
    } catch (error) {
      if (!(error instanceof TaskFailed)) throw error;
      const retrier = state.Retry?.find((known) => names(known, error.name));
      const made = retrier ? (attempts.get(retrier) ?? 0) : 0;
      if (!retrier || made >= retrier.MaxAttempts) return { error: error.name };
      attempts.set(retrier, made + 1);
      wait((retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** made);
    }
  }
}

function names({ ErrorEquals }: { readonly ErrorEquals: readonly string[] }, error: string): boolean {
  return ErrorEquals.includes(error) || ErrorEquals.includes("States.ALL");
}

async function firstThat<T>(candidates: readonly T[], holds: (candidate: T) => Promise<unknown>) {
  for (const candidate of candidates) if ((await holds(candidate)) === true) return candidate;
  return undefined;
}

/** Evaluates every `{% … %}` in a value with JSONata and Step Functions' own `$hash`. */
async function evaluate(value: unknown, states: States, clock: () => number): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((element) => evaluate(element, states, clock)));
  if (typeof value === "object" && value !== null) {
    const parts = Object.entries(value).map(async ([key, part]) => [
      key,
      await evaluate(part, states, clock),
    ]);
    return Object.fromEntries(await Promise.all(parts));
  }
  const text = typeof value === "string" ? /^\{% (.*) %\}$/s.exec(value)?.[1] : undefined;
  if (text === undefined) return value;
  const expression = jsonata(text);
  expression.registerFunction("hash", hash, "<ss:s>");
  expression.registerFunction("millis", clock, "<:n>");
  const result: unknown = await expression.evaluate(undefined, { states });
  // Step Functions fails a state whose expression gives nothing.
  if (result === undefined) throw new TaskFailed("States.QueryEvaluationError");
  // JSONata's lists carry marks of its own.
  return structuredClone(Array.isArray(result) ? [...result] : result);
}

function hash(text: string, algorithm: string): string {
  return createHash(algorithm.replace("-", "").toLowerCase()).update(text).digest("hex");
}
