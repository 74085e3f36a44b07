import type { LabelledSecret, SenderError } from "@secret-handoff/sdk";
import type { Workflow } from "./github/workflow.ts";
import { problemsSummary } from "./report/summary.ts";

/** Tells each mistake once, as an annotation and in the job summary. @param rotated what was rotated before it showed */
export async function tellProblems(
  errors: readonly SenderError[],
  workflow: Workflow,
  dryRun: boolean,
  rotated: readonly LabelledSecret[] = [],
): Promise<1> {
  const sentences = [...new Set(errors.map(({ message }) => message))];
  for (const sentence of sentences) workflow.error(sentence);
  await workflow.summarise(problemsSummary(sentences, { dryRun, rotated }));
  return 1;
}
