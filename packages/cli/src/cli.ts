import { homedir } from "node:os";
import type { KdbxOptions } from "@secret-handoff/protocol/saving/managers";
import manifest from "../package.json" with { type: "json" };
import { parseArguments, refuseLinks, UsageError } from "./arguments.ts";
import { type Command, findCommand, optionsOf } from "./commands.ts";
import { commandHelp, generalHelp, PROGRAM } from "./help.ts";

/** What the program runs in; a test gives another. */
export type CliProcess = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  /** The user's number; undefined on Windows. */
  readonly uid?: number | undefined;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Screen;
  readonly stderr: Screen;
  /** The device of the terminal that the process belongs to, where questions are asked when standard input is a pipe. */
  readonly terminal: string;
  /** What the key of a KeePass file costs, where a test has no time for it. */
  readonly argon2?: KdbxOptions["argon2"];
};
export type Screen = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

const ofProcess = (): CliProcess => ({
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  uid: process.getuid?.(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  terminal: "/dev/tty",
});

/**
 * Runs one command line. Little is loaded before the command is known, so that help comes at once.
 * @param args without node and the program
 * @returns the exit code
 */
export async function runCli(args: readonly string[], cliProcess: CliProcess = ofProcess()): Promise<number> {
  const [first] = args;
  const { stdout, stderr } = cliProcess;
  const { columns } = stdout;
  try {
    refuseLinks(args);
    if (first === undefined || first === "help" || first === "--help" || first === "-h") {
      const about = findCommand(args.slice(1));
      stdout.write(about ? commandHelp(about.name, about.command, columns) : generalHelp(columns));
      return first === undefined ? 2 : 0;
    }
    if (first === "--version" || first === "-v") {
      stdout.write(`${manifest.version}\n`);
      return 0;
    }
    const found = findCommand(args);
    if (!found) throw new UsageError("There is no such command");
    const { name, command, rest } = found;
    if (rest.includes("--help") || rest.includes("-h")) {
      stdout.write(commandHelp(name, command, columns));
      return 0;
    }
    return await runCommand(command, rest, cliProcess);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const about = findCommand(args);
    stderr.write(
      `${PROGRAM}: ${error.message}.\n${PROGRAM} ${about ? `${about.name} --help shows its options` : "--help shows the commands"}.\n`,
    );
    return 2;
  }
}

async function runCommand(
  command: Command,
  args: readonly string[],
  cliProcess: CliProcess,
): Promise<number> {
  const invocation = parseArguments(command, optionsOf(command), args);
  if (!command.load) {
    const { completionScript } = await import("./completion.ts");
    cliProcess.stdout.write(completionScript(invocation.positionals[0] ?? ""));
    return 0;
  }
  const { execute } = await import("./execute.ts");
  return execute(command, invocation, cliProcess);
}
