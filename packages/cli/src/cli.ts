import manifest from "../package.json" with { type: "json" };
import { parseArguments, refuseLinks, UsageError } from "./arguments.ts";
import { type Command, findCommand, optionsOf } from "./commands.ts";
import { commandHelp, generalHelp, PROGRAM } from "./help.ts";

/**
 * Runs one command line. Little is loaded before the command is known, so that help comes at once.
 * @param args without node and the program
 * @returns the exit code
 */
export async function runCli(args: readonly string[]): Promise<number> {
  const [first] = args;
  try {
    refuseLinks(args);
    if (first === undefined || first === "help" || first === "--help" || first === "-h") {
      const about = findCommand(args.slice(1));
      process.stdout.write(about ? commandHelp(about.name, about.command) : generalHelp());
      return first === undefined ? 2 : 0;
    }
    if (first === "--version" || first === "-v") {
      process.stdout.write(`${manifest.version}\n`);
      return 0;
    }
    const found = findCommand(args);
    if (!found) throw new UsageError("There is no such command");
    const { name, command, rest } = found;
    if (rest.includes("--help") || rest.includes("-h")) {
      process.stdout.write(commandHelp(name, command));
      return 0;
    }
    return await runCommand(command, rest);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const about = findCommand(args);
    process.stderr.write(
      `${PROGRAM}: ${error.message}.\n${PROGRAM} ${about ? `${about.name} --help shows its options` : "--help shows the commands"}.\n`,
    );
    return 2;
  }
}

async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  const invocation = parseArguments(command, optionsOf(command), args);
  if (!command.load) {
    const { completionScript } = await import("./completion.ts");
    process.stdout.write(completionScript(invocation.positionals[0] ?? ""));
    return 0;
  }
  const { execute } = await import("./execute.ts");
  return execute(command, invocation);
}
