export type { OnCancel } from "./github/cancel.ts";
export { environmentOf, fetchIdToken, type TokenEndpoint, tokenEndpoint } from "./github/id-token.ts";
export { maskedForms, SHORTEST_MASKED } from "./github/masking.ts";
export { type Origin, originOf } from "./github/origin.ts";
export type { Surroundings } from "./github/surroundings.ts";
export type { Workflow } from "./github/workflow.ts";
export {
  INPUTS,
  type InputName,
  type InputReader,
  type InputSpec,
  withDefaults,
} from "./inputs/input-table.ts";
export { type Inputs, readInputs } from "./inputs/inputs.ts";
export { readManageInputs } from "./inputs/manage-inputs.ts";
export { deliverySummary, problemsSummary } from "./report/summary.ts";
export { runStep } from "./step.ts";
