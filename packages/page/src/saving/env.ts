import type { Item } from "@secret-handoff/protocol";
import { distinct, placesOf } from "./places.ts";

/** A .env file, and the names in it that its readers do not agree on. */
export type EnvFile = {
  readonly text: string;
  /** Right in a shell, but not in every program that reads .env files by rules of its own. */
  readonly shellOnly: readonly string[];
  /** Cannot stand in an environment at all: a value with a NUL. */
  readonly leftOut: readonly string[];
};

/**
 * Writes NAME='value' lines. A shell and the dotenv readers have different rules: what both read alike is written so; the few
 * values for which there is no such spelling (a `'` together with one of `" $ \` or a backtick, a carriage return, a backslash at the
 * end) are written for the shell, each with a comment that says so.
 * POSIX.1-2024, Shell Command Language, 2.2 Quoting; https://github.com/motdotla/dotenv#what-rules-does-the-parsing-engine-follow
 */
export function envFile(items: readonly Item[]): EnvFile {
  const places = placesOf(items);
  const oneItem = items.length === 1;
  const names = distinct(
    places.map(({ item, field }) => variableName(oneItem ? field.name : `${item.label}_${field.name}`)),
    (count) => `_${count}`,
  );
  const shellOnly: string[] = [];
  const leftOut: string[] = [];
  const lines = places.map(({ field: { value } }, index) => {
    const name = names[index] ?? "";
    if (value.includes("\0")) {
      leftOut.push(name);
      return `# ${name} is left out: it holds a NUL, which no environment can. Save as JSON instead.`;
    }
    const common = quotedForAll(value);
    if (common !== undefined) return `${name}=${common}`;
    shellOnly.push(name);
    return `# ${name} is quoted for sh. Other readers of .env files may read it wrongly; save as JSON for those.\n${name}=${quotedForShell(value)}`;
  });
  return { text: lines.map((line) => `${line}\n`).join(""), shellOnly, leftOut };
}

/** UPPER_CASE of what a shell takes as a name. */
function variableName(text: string): string {
  const name = text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  if (name === "") return "SECRET";
  return /^\d/.test(name) ? `_${name}` : name;
}

/** Undefined when there is no spelling that sh and the readers of .env files take alike. */
function quotedForAll(value: string): string | undefined {
  if (value.includes("\r") || value.endsWith("\\")) return undefined;
  if (!value.includes("'")) return `'${value}'`;
  return /["$\\`]/.test(value) ? undefined : `"${value}"`;
}

function quotedForShell(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
