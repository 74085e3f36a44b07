import { shown } from "@secret-handoff/protocol/shown-text";
import { allowSlowConnections, faultOf, platformRuntime, SenderError, systemCode } from "@secret-handoff/sdk";
import type { Invocation } from "./arguments.ts";
import type { CliProcess } from "./cli.ts";
import type { Command } from "./commands.ts";
import type { CliContext } from "./context.ts";
import { EXIT, exitCodeOf, sentenceOfError } from "./errors.ts";
import { Terminal } from "./terminal.ts";

/** Loads a command and runs it; whatever it throws becomes a sentence and an exit code. */
export async function execute(
  command: Command,
  invocation: Invocation,
  { cwd, home, uid, argon2, ...streams }: CliProcess,
): Promise<number> {
  const { env } = streams;
  allowSlowConnections();
  const terminal = new Terminal(streams);
  const context: CliContext = { env, cwd, home, uid, terminal, runtime: platformRuntime, argon2 };
  try {
    const loaded = await command.load?.();
    return loaded ? await loaded.run(invocation, context) : EXIT.usage;
  } catch (error) {
    if (systemCode(error) === "EPIPE") return EXIT.failed;
    const known = error instanceof SenderError ? error : faultOf(error);
    if (invocation.flag("json")) {
      // Where standard output takes nothing, the sentence is said on the other stream all the same.
      await terminal
        .json({ error: { code: known.code, message: sentenceOfError(known) } })
        .catch(() => undefined);
    }
    const sentence = sentenceOfError(known);
    if (known.code === "cancelled") terminal.say(shown(sentence));
    else terminal.error(sentence);
    if (known.code === "unexpected" && env.SECRET_HANDOFF_DEBUG === "1" && error instanceof Error) {
      terminal.say(error.stack ?? "");
    }
    return exitCodeOf(known.code);
  } finally {
    terminal.close();
  }
}
