import { parseArgs } from "node:util";
import type { Command, Option } from "./commands.ts";

/** The command line is wrong; nothing was done. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What the command line asks of a command. */
export class Invocation {
  readonly positionals: readonly string[];
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(positionals: readonly string[], values: Readonly<Record<string, unknown>>) {
    this.positionals = positionals;
    this.#values = values;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** Of an option that may be given several times. */
  texts(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  }
}

/** A link, however it is wrapped or cut, or its key alone. Looks only: the link's own parser would load half of the program. */
const LINK =
  /(?:\/|%2f)h(?:(?:\/|%2f)[\w-]{0,22})?\/?(?:#|%23|%2523)[\w-]|(?:\/|%2f)h(?:\/|%2f)[\w-]{21}[AQgw](?=$|[/?&%])|^#?AQ[A-P][\w-]{42}[AQgw]$/i;

/**
 * @param args without the command's own name
 * @throws UsageError
 */
export function parseArguments(
  command: Command,
  options: Readonly<Record<string, Option>>,
  args: readonly string[],
): Invocation {
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: withIdsApart(args, options),
      options: Object.fromEntries(
        Object.entries(options).map(([name, { short, multiple = false, value }]) => [
          name,
          {
            type: value === undefined ? "boolean" : "string",
            multiple,
            ...(short ? { short } : {}),
          } as const,
        ]),
      ),
      allowPositionals: true,
    });
  } catch (error) {
    // Node's sentence names the option, and a value only where one is missing or too many.
    throw new UsageError(
      error instanceof Error ? (error.message.split(". ")[0] ?? "") : "The command line is wrong",
    );
  }
  const { positionals, values } = parsed;
  for (const [name, { choices }] of Object.entries(options)) {
    const given = values[name];
    if (choices && typeof given === "string" && !choices.includes(given)) {
      throw new UsageError(`--${name} takes ${choices.join(", ")}`);
    }
  }
  const { most = 0, least = 0 } = command.positionals ?? {};
  if (positionals.length > most) {
    throw new UsageError(
      most === 0 ? "This command takes no arguments, only options" : `This command takes ${most} at most`,
    );
  }
  if (positionals.length < least) throw new UsageError(`${command.positionals?.name} is missing`);
  const { choices } = command.positionals ?? {};
  if (choices && positionals.some((one) => !choices.includes(one)))
    throw new UsageError(`It takes ${choices.join(", ")}`);
  return new Invocation(positionals, values);
}

/** One id of a handoff in 64 begins with a hyphen, and would be taken for an option. */
const HYPHENATED_ID = /^-[\w-]{20}[AQgw]$/;

/** Such ids as values of the option before them, or behind `--`, where nothing is an option. */
function withIdsApart(args: readonly string[], options: Readonly<Record<string, Option>>): string[] {
  const [own, ids]: [string[], string[]] = [[], []];
  for (const [index, arg] of args.entries()) {
    const before = args[index - 1] ?? "";
    const isValue = options[before.slice(2)]?.value !== undefined && before.startsWith("--");
    if (!HYPHENATED_ID.test(arg)) own.push(arg);
    else if (isValue) own.push(`${own.pop()}=${arg}`);
    else ids.push(arg);
  }
  if (ids.length === 0) return own;
  return own.includes("--") ? [...own, ...ids] : [...own, "--", ...ids];
}

/** @throws UsageError where an argument is a link, or the key of one */
export function refuseLinks(args: readonly string[]): void {
  if (!args.some((arg) => LINK.test(arg))) return;
  throw new UsageError(
    "A link must not be an argument: arguments are in the history of your shell and in the list of processes, where others can read them. This one is in your shell's history now; delete it there. Start the command without it, and paste the link when you are asked",
  );
}
