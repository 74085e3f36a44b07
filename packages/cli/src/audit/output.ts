import { open } from "node:fs/promises";
import { SenderError } from "@secret-handoff/sdk";
import type { CliContext } from "../context.ts";

/** Where an export or a report goes, piece by piece: a new file that only its owner can read, or standard output. */
export type Output = {
  readonly write: (text: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
};

/** @throws SenderError `input` where the file is there already, or cannot be made */
export async function openOutput(path: string | undefined, { terminal }: CliContext): Promise<Output> {
  if (path === undefined) return { write: (text) => terminal.out(text), close: async () => {} };
  try {
    const file = await open(path, "wx", 0o600);
    return { write: (text) => file.writeFile(text), close: () => file.close() };
  } catch (cause) {
    const isThere = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    throw new SenderError(
      "input",
      isThere
        ? `${path} exists already, and is not overwritten.`
        : `${path} cannot be written. Check the path.`,
      { cause },
    );
  }
}
