import { parseEndpoint, type SenderError } from "@secret-handoff/sdk";
import { collecting } from "./collecting.ts";
import type { InputReader } from "./input-table.ts";
import { optional, parseOptionalTime, parseTime, required } from "./input-values.ts";
import { parseSelection, type Selection } from "./selection.ts";

/** What await-receipt, revoke and status take. */
export type ManageInputs = {
  readonly endpoint: string;
  readonly selection: Selection;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds to wait for receipts. */
  readonly awaitFor: number;
  readonly region: string | undefined;
};

/** Seconds: an hour less than a job on GitHub's own runners may take. */
const DEFAULT_AWAIT = 5 * 3_600;

/** Reads every input, so that all mistakes are told at once. */
export function readManageInputs(
  read: InputReader,
  thisRun: string | undefined,
): { readonly inputs?: ManageInputs; readonly errors: readonly SenderError[] } {
  const { errors, attempt } = collecting();
  const endpoint = attempt(() => parseEndpoint(required("endpoint", read)));
  const selection = attempt(() => parseSelection(read, thisRun));
  const timeout = attempt(() => parseTime("timeout", read));
  const awaitFor = attempt(() => parseOptionalTime("await", read) ?? DEFAULT_AWAIT);
  if (endpoint === undefined || !selection || timeout === undefined || awaitFor === undefined) {
    return { errors };
  }
  return { inputs: { endpoint, selection, timeout, awaitFor, region: optional(read("region")) }, errors };
}
