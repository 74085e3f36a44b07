import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import {
  Concealed,
  type GivenValue,
  type LabelledSecret,
  parseGivenValues,
  SenderError,
  systemCode,
} from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
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

async function fileBytes(path: string, option: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = systemCode(cause);
    throw new SenderError(
      "input",
      `The file of --${option} cannot be read${code === undefined ? "" : ` (${code})`}. Check the path.`,
      {
        cause,
      },
    );
  }
}

function decode(bytes: Uint8Array, what: string): string {
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

/** Values that are given here: asked for, piped in, or in a file of NAME=value. @throws SenderError `input` */
export async function givenValues(
  invocation: Invocation,
  context: CliContext,
): Promise<readonly GivenValue[]> {
  const values: GivenValue[] = [];
  for (const name of invocation.texts("value")) {
    checkName(name);
    const value = await asked(context, `${name}: `, "--stdin NAME or --values-file");
    values.push({ name, value: new Concealed(value) });
  }
  const piped = invocation.text("stdin");
  if (piped !== undefined) {
    checkName(piped);
    if (context.terminal.inIsTerminal)
      throw new SenderError("input", "--stdin needs a pipe. To be asked, give --value NAME.");
    const text = decode(await context.terminal.pipedBytes(), "Standard input");
    values.push({ name: piped, value: new Concealed(withoutLineEnd(text)) });
  }
  const path = invocation.text("values-file");
  if (path !== undefined)
    values.push(...parseGivenValues(await fileText(path, "values-file"), "values-file"));
  const empty = values.find(({ value }) => value.reveal().trim() === "");
  if (empty) throw new SenderError("input", `The value of ${empty.name} is empty. Give it one.`);
  return values;
}

function checkName(name: string): void {
  if (/^[A-Za-z_][\w.-]{0,99}$/.test(name)) return;
  throw new SenderError(
    "input",
    "A value's name has letters, digits, _, . and -, and begins with a letter. Give the name alone: the value is asked for.",
  );
}

/** A file as it is. Its bytes have no version of their own: each command hands it over anew. */
export async function fileSecret(path: string, execution: string, now: number): Promise<LabelledSecret> {
  const label = basename(resolve(path));
  return {
    ...{ arn: `value:cli:${label}:${execution}`, name: label, label },
    ...{ versionId: execution, versionCreatedAt: now },
    value: new Concealed(new Uint8Array(await fileBytes(path, "file"))),
  };
}
