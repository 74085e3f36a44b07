import { Concealed, checkPassphrase, parseDuration, SenderError } from "@secret-handoff/sdk";
import type { InputName, InputReader } from "./input-table.ts";

/** Readers of single inputs. Each throws SenderError with a sentence that names the input and never repeats its text. */

export function required(name: InputName, read: InputReader): string {
  const text = read(name);
  if (text.trim() !== "") return text;
  throw new SenderError("input", `The input ${name} is not set. Set it under with: in the workflow.`);
}

export function optional(text: string): string | undefined {
  return text === "" ? undefined : text;
}

/** The words that @actions/core takes (YAML 1.2 core schema). */
export function parseBoolean(name: InputName, read: InputReader): boolean {
  const text = read(name);
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  throw new SenderError("input", `${name} must be true or false.`);
}

/** @returns seconds */
export function parseTime(name: InputName, read: InputReader): number {
  const seconds = parseDuration(read(name));
  if (seconds === undefined) {
    throw new SenderError("input", `${name} is not a length of time. Write it like 24h, 90m or 1d12h.`);
  }
  return seconds;
}

/** For an input without a default. @returns seconds */
export function parseOptionalTime(name: InputName, read: InputReader): number | undefined {
  return read(name) === "" ? undefined : parseTime(name, read);
}

export function parsePassphrase(text: string): Concealed<string> | undefined {
  if (text === "") return undefined;
  checkPassphrase(text);
  return new Concealed(text);
}

export function parseLine(name: InputName, read: InputReader, longest: number): string | undefined {
  const text = read(name);
  if (text === "") return undefined;
  if (text.length > longest || /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)) {
    throw new SenderError("input", `${name} must be one line of at most ${longest} characters.`);
  }
  return text;
}

/** Text of several lines. */
export function parseText(name: InputName, read: InputReader): string | undefined {
  const text = read(name);
  if (text === "") return undefined;
  if (/[\p{Cs}\p{Zl}\p{Zp}]|(?![\n\r\t])\p{Cc}/u.test(text)) {
    throw new SenderError("input", `${name} holds control characters. Write plain text.`);
  }
  return text;
}

export function parseContext(text: string): Readonly<Record<string, string>> {
  const entries = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line, index) => {
      const [, name = "", value = ""] = /^([^=]{1,60}?)\s*=\s*(.{1,500})$/u.exec(line) ?? [];
      if (name === "" || /[\p{Cc}\p{Cs}]/u.test(line)) {
        throw new SenderError(
          "input",
          `Entry ${index + 1} of context is not understood. Write NAME=value, one a line.`,
        );
      }
      return [name, value] as const;
    });
  return Object.fromEntries(entries);
}
