import { closeSync, constants, openSync, readFileSync } from "node:fs";
import * as core from "@actions/core";
import { SenderError } from "@secret-handoff/sdk";
import { INPUTS, type InputReader } from "../inputs/table.ts";
import { logLine, oneLine } from "./log-lines.ts";

/**
 * The commands of the step to the runner.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export type WorkflowCommands = {
  /** Never show this text in the log. */
  readonly mask: (text: string) => void;
  /** A line of the log, as are warnings and errors: nothing in it is a command, whoever wrote it. */
  readonly info: (line: string) => void;
  readonly warning: (sentence: string) => void;
  readonly error: (sentence: string) => void;
  /** One line as well: what reads an output may be a shell. */
  readonly output: (name: string, value: string | number) => void;
  /** Before anything is done whose ids would be lost. @throws SenderError `input` where outputs cannot be written */
  readonly checkOutputs: () => void;
  /** Adds Markdown to the job's summary; nothing where the runner keeps none. */
  readonly summarise: (markdown: string) => Promise<void>;
};

/**
 * The runner, through @actions/core. `outputsLost` is true when an output could not be written after all.
 * @param write calls what writes a command; all else that is written to the streams is none
 */
export function githubCommands(
  write: (command: () => void) => void = (command) => command(),
): WorkflowCommands & { readonly outputsLost: () => boolean } {
  let lost = false;
  const info = (line: string) => write(() => core.info(logLine(line)));
  const warning = (sentence: string) => write(() => core.warning(logLine(sentence)));
  const error = (sentence: string) => write(() => core.error(logLine(sentence)));
  return {
    mask: (text) => write(() => core.setSecret(text)),
    ...{ info, warning, error },
    output: (name, value) => {
      try {
        write(() => core.setOutput(name, oneLine(String(value))));
      } catch (cause) {
        // What was done stays done, and the rest of the report must not be lost as well.
        if (!lost) {
          error(
            `The step's outputs could not be written (${codeOf(cause)}). What was done stays done; ids and states are in the log and the job summary.`,
          );
        }
        lost = true;
      }
    },
    checkOutputs: () => {
      const path = process.env.GITHUB_OUTPUT;
      if (!path) return;
      try {
        closeSync(openSync(path, constants.O_WRONLY | constants.O_APPEND));
      } catch (error) {
        throw new SenderError(
          "input",
          `The step's outputs cannot be written (${codeOf(error)}), so nothing was begun. Check the file that GITHUB_OUTPUT names, and the disk of the runner.`,
          { cause: error },
        );
      }
    },
    summarise: async (markdown) => {
      if (!process.env.GITHUB_STEP_SUMMARY) return;
      try {
        await core.summary.addRaw(markdown, true).write();
      } catch {
        // What was handed over stays handed over: a summary that cannot be written must not fail the step.
        warning("The job summary could not be written.");
      }
    },
    outputsLost: () => lost,
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}

/** Inputs as the runner gives them: in the environment. A file is read once, for it may be a pipe. */
export function githubInputs(): InputReader {
  const files = new Map<string, Uint8Array>();
  return {
    text: (name) => core.getInput(name, { trimWhitespace: !INPUTS[name].verbatim }),
    file: (path) => {
      const bytes = files.get(path) ?? readFileSync(path);
      files.set(path, bytes);
      return bytes;
    },
  };
}
