import { closeSync, constants, openSync, readFileSync } from "node:fs";
import type { Writable } from "node:stream";
import * as core from "@actions/core";
import { plainLine } from "@secret-handoff/protocol/shown-text";
import { SenderError, systemCode } from "@secret-handoff/sdk";
import { INPUTS, type InputReader } from "../inputs/table.ts";

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
        write(() => core.setOutput(name, plainLine(String(value))));
      } catch (cause) {
        // What was done stays done, and the rest of the report must not be lost as well.
        if (!lost) {
          error(
            `The step's outputs could not be written (${systemCode(cause) ?? "unknown error"}). What was done stays done; ids and states are in the log and the job summary.`,
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
          `The step's outputs cannot be written (${systemCode(error) ?? "unknown error"}), so nothing was begun. Check the file that GITHUB_OUTPUT names, and the disk of the runner.`,
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

/**
 * Text as one line of the log that is no workflow command to the runner, whoever wrote the text: a secret's name, the service, GitHub or
 * AWS. The runner takes a line for a command that begins with `::`, after white space, or that has `##[` anywhere; both streams are
 * read (actions/runner, ActionCommand.cs and OutputManager.cs).
 */
export function logLine(text: string): string {
  return plainLine(text)
    .replace(/##(?=\[)/g, "## ")
    .replace(/^[\s\p{Default_Ignorable_Code_Point}]*::/u, ": :");
}

/**
 * Makes every line that is written to the streams a {@link logLine}, whichever code writes it: a library's warning may quote what
 * another party said.
 * @returns runs `write`, whose output is the runner's commands, as it is
 */
export function guardStreams(streams: readonly Writable[]): (write: () => void) => void {
  let isOurs = false;
  for (const stream of streams) {
    const plain: (...given: unknown[]) => boolean = stream.write.bind(stream) as never;
    /** What the line holds that is not ended yet: the runner reads lines, however they were written. */
    let begun = "";
    stream.write = (chunk: unknown, ...rest: unknown[]) => {
      const text = isOurs ? textOf(chunk) : harmless(textOf(chunk), begun);
      const line = text.slice(text.lastIndexOf("\n") + 1);
      begun = lineBegun(text.includes("\n") ? line : begun + line);
      return plain(isOurs ? chunk : text, ...rest);
    };
  }
  return (write) => {
    isOurs = true;
    try {
      write();
    } finally {
      isOurs = false;
    }
  };
}

function textOf(chunk: unknown): string {
  return typeof chunk === "string" ? chunk : Buffer.from(chunk as Uint8Array).toString("utf8");
}

/** @param begun what stands in the first line already */
function harmless(text: string, begun: string): string {
  const [first = "", ...more] = text.split("\n");
  const whole = logLine(begun + first);
  // Where the end of what stands there and the beginning of what comes make a command together, a space parts them.
  const rest = whole.startsWith(begun) ? whole.slice(begun.length) : ` ${logLine(first)}`;
  return [rest, ...more.map(logLine)].join("\n");
}

/** Of a long line its end: behind anything but white space no command begins except by `##[`. */
function lineBegun(line: string): string {
  return line.length <= LONGEST_KEPT ? line : `x${line.slice(-2)}`;
}

const LONGEST_KEPT = 10_000;
