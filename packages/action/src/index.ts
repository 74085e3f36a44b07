export { environmentOf, fetchIdToken, type TokenEndpoint, tokenEndpoint } from "./id-token.ts";
export { INPUTS, type InputName, type InputReader, type InputSpec } from "./input-table.ts";
export { type Inputs, readInputs } from "./inputs.ts";
export { maskedForms, SHORTEST_MASKED } from "./masking.ts";
export type { Origin } from "./origin.ts";
export type { Surroundings } from "./prepare.ts";
export { type OnCancel, runStep } from "./step.ts";
export { deliverySummary, dryRunSummary, problemsSummary } from "./summary.ts";
export type { Workflow } from "./workflow.ts";
