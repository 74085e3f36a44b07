import { createHash } from "node:crypto";
import jsonata from "jsonata";

type State = {
  readonly Type: string;
  readonly Resource?: string;
  readonly Arguments?: unknown;
  readonly Output?: string;
  readonly Seconds?: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Error?: string;
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[]; readonly MaxAttempts: number }[];
  readonly Catch?: readonly {
    readonly ErrorEquals: readonly string[];
    readonly Output?: unknown;
    readonly Next: string;
  }[];
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

export type ExecutionContext = {
  readonly execution: string;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Waits, in the test's own time. */
  readonly wait: (seconds: number) => void;
  readonly task: (resource: string, input: Record<string, unknown>) => Promise<unknown>;
};

/** How an execution ended: in which state, and with which error. */
export type Ended = { readonly state: string; readonly error?: string };

/**
 * Runs a definition in the Amazon States Language as far as ours goes: Wait, Task with Retry and Catch, Succeed, Fail.
 * https://states-language.net
 */
export async function run(definition: Definition, start: object, context: ExecutionContext): Promise<Ended> {
  let name = definition.StartAt;
  let input: unknown = start;
  for (;;) {
    const state = definition.States[name];
    if (!state) throw new Error(`there is no state ${name}`);
    const scope = scopeOf(input, context);
    if (state.Type === "Succeed") return { state: name };
    if (state.Type === "Fail") return { state: name, error: String(await evaluate(state.Error, scope)) };
    if (state.Type === "Wait") context.wait(Number(await evaluate(state.Seconds, scope)));
    else {
      const error = await perform(state, scope, context);
      const caught = error && state.Catch?.find((catcher) => names(catcher, error));
      if (error && !caught) return { state: name, error };
      if (caught) {
        if (caught.Output !== undefined) input = await evaluate(caught.Output, withError(scope, error));
        name = caught.Next;
        continue;
      }
      if (state.Output !== undefined) input = await evaluate(state.Output, scope);
    }
    if (state.End) return { state: name };
    name = state.Next ?? "";
  }
}

/** @returns the error that was left when all attempts were spent */
async function perform(state: State, scope: Scope, { task }: ExecutionContext): Promise<string | undefined> {
  const attempts = new Map<object, number>();
  for (;;) {
    try {
      await task(state.Resource ?? "", (await evaluate(state.Arguments, scope)) as Record<string, unknown>);
      return undefined;
    } catch (error) {
      if (!(error instanceof TaskFailed)) throw error;
      const retrier = state.Retry?.find((known) => names(known, error.name));
      const made = retrier ? (attempts.get(retrier) ?? 0) : 0;
      if (!retrier || made >= retrier.MaxAttempts) return error.name;
      attempts.set(retrier, made + 1);
    }
  }
}

function names({ ErrorEquals }: { readonly ErrorEquals: readonly string[] }, error: string): boolean {
  return ErrorEquals.includes(error) || ErrorEquals.includes("States.ALL");
}

/** What an expression sees: `$states`, and the clock. */
type Scope = { readonly states: Readonly<Record<string, unknown>>; readonly millis: () => number };

function scopeOf(input: unknown, { execution, clock }: ExecutionContext): Scope {
  const EnteredTime = new Date(clock()).toISOString();
  return {
    states: { input, context: { Execution: { Id: execution }, State: { EnteredTime } } },
    millis: clock,
  };
}

/** In a catcher, `$states` tells of the error too. */
function withError({ states, millis }: Scope, name: string): Scope {
  return { states: { ...states, errorOutput: { Error: name } }, millis };
}

/** Evaluates every `{% … %}` in a value with JSONata, and Step Functions' own `$hash`. */
async function evaluate(value: unknown, scope: Scope): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((element) => evaluate(element, scope)));
  if (typeof value === "object" && value !== null) {
    const parts = Object.entries(value).map(async ([key, part]) => [key, await evaluate(part, scope)]);
    return Object.fromEntries(await Promise.all(parts));
  }
  const text = typeof value === "string" ? /^\{% (.*) %\}$/s.exec(value)?.[1] : undefined;
  if (text === undefined) return value;
  const expression = jsonata(text);
  expression.registerFunction("hash", hash, "<ss:s>");
  expression.registerFunction("millis", scope.millis, "<:n>");
  const result = await expression.evaluate(undefined, { states: scope.states });
  // Step Functions fails a state whose expression gives nothing.
  if (result === undefined) throw new TaskFailed("States.QueryEvaluationError");
  return result;
}

function hash(text: string, algorithm: string): string {
  return createHash(algorithm.replace("-", "").toLowerCase()).update(text).digest("hex");
}
