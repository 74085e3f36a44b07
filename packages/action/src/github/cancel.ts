import type { SenderError } from "@secret-handoff/sdk";

/** Calls `stop` when the step must end before its time; the function it returns ends that. */
export type OnCancel = (stop: (reason: SenderError) => void) => () => void;
