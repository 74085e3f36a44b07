/** What one check found. `detail` says what to do where it failed, and why it was left out where it was skipped. */
export type Finding =
  | { readonly outcome: "ok"; readonly check: string; readonly detail?: string }
  | { readonly outcome: "failed" | "skipped"; readonly check: string; readonly detail: string };

/** Thrown by a check that failed, with a sentence for whoever runs the service. */
export class CheckFailed extends Error {
  override readonly name = "CheckFailed";
}

/** Runs a check. What it throws is what it found; it may return a detail worth telling. */
export async function examine(check: string, run: () => Promise<string | undefined>): Promise<Finding> {
  try {
    const detail = await run();
    return { outcome: "ok", check, ...(detail === undefined ? {} : { detail }) };
  } catch (error) {
    if (error instanceof CheckFailed) return { outcome: "failed", check, detail: error.message };
    return { outcome: "failed", check, detail: `it could not be done: ${causeOf(error)}` };
  }
}

/** fetch hides why it failed in the cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
