import { SenderError } from "@secret-handoff/sdk";
import type { OnCancel } from "./cancel.ts";
import { collecting } from "./collecting.ts";
import { runDelivery } from "./delivery.ts";
import type { InputReader } from "./input-table.ts";
import { manage } from "./manage.ts";
import { readManageInputs } from "./manage-inputs.ts";
import { maskAll } from "./masking.ts";
import { type Operation, parseOperation } from "./operation.ts";
import { tellProblems } from "./problems.ts";
import type { Surroundings } from "./surroundings.ts";
import { within } from "./within.ts";

/**
 * The whole step: inputs, checks, the operation, report.
 * @returns the exit code: 0 when everything that was asked for was done
 */
export async function runStep(
  readInput: InputReader,
  surroundings: Surroundings,
  onCancel: OnCancel,
): Promise<0 | 1> {
  const { workflow } = surroundings;
  for (const name of ["passphrase", "smtp-password"] as const) maskAll(workflow, readInput(name));
  const { errors, attempt } = collecting();
  const operation = attempt(() => parseOperation(readInput));
  if (operation === undefined) return tellProblems(errors, workflow, false);
  return operation === "deliver"
    ? runDelivery(readInput, surroundings, onCancel)
    : runManagement(operation, readInput, surroundings, onCancel);
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
  // A wait has a lifetime of its own, which begins when the handoffs are known.
  const limit = inputs.timeout + (operation === "await-receipt" ? inputs.awaitFor : 0);
  return within(limit, surroundings, onCancel, async (lifetime) => {
    try {
      return await manage(operation, inputs, surroundings, lifetime, onCancel);
    } catch (error) {
      if (error instanceof SenderError) return tellProblems([error], workflow, false);
      throw error;
    }
  });
}
