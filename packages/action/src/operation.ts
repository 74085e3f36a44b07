import { SenderError } from "@secret-handoff/sdk";
import type { InputReader } from "./inputs/input-table.ts";

export const OPERATIONS = ["deliver", "await-receipt", "revoke", "status"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** @throws SenderError `input` */
export function parseOperation(read: InputReader): Operation {
  const text = read("operation");
  const operation = OPERATIONS.find((known) => known === text);
  if (operation) return operation;
  throw new SenderError("input", `operation must be one of: ${OPERATIONS.join(", ")}.`);
}
