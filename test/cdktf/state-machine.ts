import { createHash } from "node:crypto";

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

export type Surroundings = {
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
export async function run(definition: Definition, start: object, surroundings: Surroundings): Promise<Ended> {
  let name = definition.StartAt;
  let input: unknown = start;
  for (;;) {
    const state = definition.States[name];
    if (!state) throw new Error(`there is no state ${name}`);
    const scope = scopeOf(input, surroundings);
    if (state.Type === "Succeed") return { state: name };
    if (state.Type === "Fail") return { state: name, error: String(evaluate(state.Error, scope)) };
    if (state.Type === "Wait") surroundings.wait(Number(evaluate(state.Seconds, scope)));
    else {
      const error = await perform(state, scope, surroundings);
      const caught = error && state.Catch?.find((catcher) => names(catcher, error));
      if (error && !caught) return { state: name, error };
      if (caught) {
        if (caught.Output !== undefined) input = evaluate(caught.Output, withError(scope, error));
        name = caught.Next;
        continue;
      }
      if (state.Output !== undefined) input = evaluate(state.Output, scope);
    }
    if (state.End) return { state: name };
    name = state.Next ?? "";
  }
}

/** @returns the error that was left when all attempts were spent */
async function perform(state: State, scope: Scope, { task }: Surroundings): Promise<string | undefined> {
  const attempts = new Map<object, number>();
  for (;;) {
    try {
      await task(state.Resource ?? "", evaluate(state.Arguments, scope) as Record<string, unknown>);
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

type Scope = Readonly<Record<string, unknown>>;

/** What JSONata's names mean. Our expressions keep to what JavaScript reads in the same way. */
function scopeOf(input: unknown, { execution, clock }: Surroundings): Scope {
  const EnteredTime = new Date(clock()).toISOString();
  return {
    $states: { input, context: { Execution: { Id: execution }, State: { EnteredTime } } },
    $millis: clock,
    $floor: Math.floor,
    $string: String,
    $join: (parts: readonly string[], separator: string) => parts.join(separator),
    $substring: (text: string, start: number, length: number) => text.slice(start, start + length),
    $hash: (text: string, algorithm: string) =>
      createHash(algorithm.replace("-", "").toLowerCase()).update(text).digest("hex"),
  };
}

/** In a catcher, `$states` tells of the error too. */
function withError(scope: Scope, name: string): Scope {
  return { ...scope, $states: { ...(scope.$states as object), errorOutput: { Error: name } } };
}

function evaluate(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((element) => evaluate(element, scope));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, evaluate(part, scope)]));
  }
  const expression = typeof value === "string" ? /^\{% (.*) %\}$/.exec(value)?.[1] : undefined;
  if (expression === undefined) return value;
  return new Function(...Object.keys(scope), `return ${expression};`)(...Object.values(scope)) as unknown;
}
