import { SenderError } from "@secret-handoff/sdk";

/** The SenderError that `run` throws. @throws Error when it throws none */
export function errorOf(run: () => unknown): SenderError {
  try {
    run();
  } catch (error) {
    if (error instanceof SenderError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** The SenderError that `work` rejects with. @throws Error when it resolves */
export async function rejectionOf(work: Promise<unknown>): Promise<SenderError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SenderError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
