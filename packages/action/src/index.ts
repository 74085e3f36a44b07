export { readExistingInputs } from "./existing-handoffs.ts";
export { maskedForms, maskLogin, SHORTEST_MASKED } from "./github/masking.ts";
export { environmentOf } from "./github/service-token.ts";
export { githubCommands, guardStreams, logLine, type WorkflowCommands } from "./github/workflow-commands.ts";
export { type DeliverInputs, readDeliverInputs } from "./inputs/deliver-inputs.ts";
export { INPUT_NAMES, INPUTS, type InputName, type InputReader, type InputSpec } from "./inputs/table.ts";
export { deliverySummary, problemsSummary } from "./report/summaries.ts";
export { runStep } from "./step.ts";
export { type OnCancel, type StepContext, type WorkflowRun, workflowRunOf } from "./step-context.ts";
