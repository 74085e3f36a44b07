import { ErrorCollector } from "@secret-handoff/sdk";
import { runDeliver } from "./deliver.ts";
import { runOnExisting } from "./existing-handoffs.ts";
import { maskAll } from "./github/masking.ts";
import { INPUT_NAMES, INPUTS, type InputReader, readInputs, textOf } from "./inputs/table.ts";
import { reportProblems } from "./report/outcomes.ts";
import { runOnRequest } from "./requests.ts";
import type { StepContext } from "./step-context.ts";
import { runReport } from "./trail-report.ts";

/**
 * The whole step: inputs, checks, the operation, report.
 * @returns the exit code: 0 when everything that was asked for was done
 */
export async function runStep(read: InputReader, context: StepContext): Promise<0 | 1> {
  maskInputs(read, context);
  const errors = new ErrorCollector();
  errors.attempt(() => context.workflow.checkOutputs());
  if (errors.errors.length > 0) return reportProblems(errors.errors, context);
  const { operation } = readInputs(["operation"], read, errors);
  switch (operation) {
    case undefined:
      return reportProblems(errors.errors, context);
    case "deliver":
      return runDeliver(read, context);
    case "request":
    case "approve":
    case "deny":
      return runOnRequest(operation, read, context);
    case "report":
      return runReport(read, context);
    default:
      return runOnExisting(operation, read, context);
  }
}

/** Before anything is checked: later steps may print an input, even if this step refuses it. */
function maskInputs(read: InputReader, { workflow }: StepContext): void {
  for (const name of INPUT_NAMES) {
    const { secrets } = INPUTS[name];
    if (!secrets) continue;
    // A file that cannot be read is reported when the input is read.
    const text = new ErrorCollector().attempt(() => textOf(name, read)) ?? "";
    for (const secret of secrets(text)) maskAll(workflow, secret);
  }
}
