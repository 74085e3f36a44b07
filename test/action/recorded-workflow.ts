import type { WorkflowCommands } from "@secret-handoff/action";

/** A workflow that keeps what it is told. */
export type RecordedWorkflow = WorkflowCommands & {
  readonly masks: Set<string>;
  readonly lines: string[];
  readonly outputs: Record<string, string>;
  readonly summaries: string[];
};

export function recordedWorkflow(): RecordedWorkflow {
  const masks = new Set<string>();
  const lines: string[] = [];
  const outputs: Record<string, string> = {};
  const summaries: string[] = [];
  const say = (kind: string) => (text: string) => {
    lines.push(`${kind}: ${text}`);
  };
  return {
    ...{ masks, lines, outputs, summaries },
    mask: (text) => {
      masks.add(text);
    },
    info: say("info"),
    warning: say("warning"),
    error: say("error"),
    output: (name, value) => {
      outputs[name] = String(value);
    },
    checkOutputs: () => {},
    summarise: async (markdown) => {
      summaries.push(markdown);
    },
  };
}
