import { readFile } from "node:fs/promises";
import { SenderError } from "@secret-handoff/sdk";
import type { CliContext } from "../context.ts";

/** What is read from the person at the terminal, and from files. */

export async function asked(context: CliContext, question: string, instead: string): Promise<string> {
  const answer = await context.terminal.ask(question, { hidden: true });
  if (answer !== undefined) return answer;
  throw new SenderError("input", `There is no terminal to ask at. Give ${instead}.`);
}

export async function fileText(path: string, option: string): Promise<string> {
  return decode(await fileBytes(path, option), `The file of --${option}`);
}

export async function fileBytes(path: string, option: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
    throw new SenderError("input", `The file of --${option} cannot be read${code}. Check the path.`, {
      cause,
    });
  }
}

export function decode(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SenderError("input", `${what} is not text in UTF-8. Hand it over with --file.`, { cause });
  }
}

/** One line end at the end comes from the editor or from echo. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "");
}
