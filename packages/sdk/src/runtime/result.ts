import { SenderError } from "../sender-error.ts";

/** What the work gives, or the SenderError it fails with, so that one failure stops nothing else. @throws every other error */
export async function toResult<T>(work: Promise<T>): Promise<T | SenderError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SenderError) return error;
    throw error;
  }
}
