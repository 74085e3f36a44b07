import * as core from "@actions/core";
import { INPUTS, type InputReader } from "../inputs/table.ts";

/**
 * What the step tells the runner.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export type WorkflowCommands = {
  /** Never show this text in the log. */
  readonly mask: (text: string) => void;
  readonly info: (line: string) => void;
  readonly warning: (sentence: string) => void;
  readonly error: (sentence: string) => void;
  readonly output: (name: string, value: string | number) => void;
  /** Adds Markdown to the job's summary; nothing where the runner keeps none. */
  readonly summarise: (markdown: string) => Promise<void>;
};

/** The runner, through @actions/core. */
export const githubCommands: WorkflowCommands = {
  mask: core.setSecret,
  info: core.info,
  warning: (sentence) => core.warning(sentence),
  error: (sentence) => core.error(sentence),
  output: core.setOutput,
  summarise: async (markdown) => {
    if (!process.env.GITHUB_STEP_SUMMARY) return;
    try {
      await core.summary.addRaw(markdown, true).write();
    } catch {
      // What was handed over stays handed over: a summary that cannot be written must not fail the step.
      core.warning("The job summary could not be written.");
    }
  },
};

/** Inputs as the runner gives them: in the environment. */
export const githubInputs: InputReader = (name) =>
  core.getInput(name, { trimWhitespace: !INPUTS[name].verbatim });
