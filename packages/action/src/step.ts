import { SenderError, secretParts } from "@secret-handoff/sdk";
import { runDelivery } from "./delivery.ts";
import type { OnCancel } from "./github/cancel.ts";
import { maskAll } from "./github/masking.ts";
import type { Surroundings } from "./github/surroundings.ts";
import type { Workflow } from "./github/workflow.ts";
import { collecting } from "./inputs/collecting.ts";
import { type InputReader, withDefaults } from "./inputs/input-table.ts";
import { readManageInputs } from "./inputs/manage-inputs.ts";
import { manage } from "./manage.ts";
import { type Operation, parseOperation } from "./operation.ts";
import { tellProblems } from "./problems.ts";
import { within } from "./within.ts";

/**
 * The whole step: inputs, checks, the operation, report.
 * @returns the exit code: 0 when everything that was asked for was done
 */
export async function runStep(
  readGiven: InputReader,
  surroundings: Surroundings,
  onCancel: OnCancel,
): Promise<0 | 1> {
  const { workflow } = surroundings;
  const readInput = withDefaults(readGiven);
  maskInputs(readInput, workflow);
  const { errors, attempt } = collecting();
  const operation = attempt(() => parseOperation(readInput));
  if (operation === undefined) return tellProblems(errors, workflow, false);
  return operation === "deliver"
    ? runDelivery(readInput, surroundings, onCancel)
    : runManagement(operation, readInput, surroundings, onCancel);
}

/** Before anything is judged: later steps run and may print what was given also where this one refuses an input. */
function maskInputs(readInput: InputReader, workflow: Workflow): void {
  const secrets = [readInput("passphrase"), readInput("smtp-password"), ...secretParts(readInput("values"))];
  for (const secret of secrets) maskAll(workflow, secret);
}

async function runManagement(
  operation: Exclude<Operation, "deliver">,
  readInput: InputReader,
  surroundings: Surroundings,
  onCancel: OnCancel,
): Promise<0 | 1> {
  const { workflow, env } = surroundings;
  const { inputs, errors } = readManageInputs(readInput, env.GITHUB_RUN_ID);
  if (!inputs) return tellProblems(errors, workflow, false);
  // A wait has a deadline of its own, which begins when the handoffs are known.
  const limit = inputs.timeout + (operation === "await-receipt" ? inputs.awaitFor : 0);
  return within(limit, surroundings, onCancel, async (deadline) => {
    try {
      return await manage(operation, inputs, surroundings, deadline, onCancel);
    } catch (error) {
      if (error instanceof SenderError) return tellProblems([error], workflow, false);
      throw error;
    }
  });
}
