import type { Item } from "../bundle.ts";
import { distinct } from "./saved-files.ts";
import { isToolsOwn, variableName } from "./variable-names.ts";

/** A .env file, and the names in it that its readers do not agree on. */
type EnvFile = {
  readonly text: string;
  /** Right in a shell, but not in every program that reads .env files by rules of its own. */
  readonly shellOnly: readonly string[];
  /** Cannot stand in an environment at all: a value with a NUL. */
  readonly leftOut: readonly string[];
};

/**
 * Writes NAME='value' lines. A plain value, which bears its item's label, has the label's name; any other has the label before its own.
 * So no name depends on what else is handed over. A name that a tool knows for its credentials is kept; one that steers a shell or a
 * program, like BASH_ENV or HTTPS_PROXY, has SECRET_ before it.
 *
 * A shell and the dotenv readers have different rules: what both read alike is written so; the few values for which there is no such
 * spelling (a `'` together with one of `" $ \` or a backtick, a carriage return, a backslash at the end) are written for the shell,
 * behind all others, so that a reader which stumbles there has read the rest.
 * POSIX.1-2024, Shell Command Language, 2.2 Quoting; https://github.com/motdotla/dotenv#what-rules-does-the-parsing-engine-follow
 */
export function envFile(items: readonly Item[]): EnvFile {
  const fields = items.flatMap((item) =>
    item.fields.map(({ name, value }) => ({
      name: name === item.label || isToolsOwn(name) ? name : `${item.label}_${name}`,
      value,
    })),
  );
  const names = distinct(
    fields.map(({ name }) => variableName(name)),
    (count) => `_${count}`,
  );
  const lines: string[] = [];
  const shellLines: string[] = [];
  const shellOnly: string[] = [];
  const leftOut: string[] = [];
  for (const [index, { value }] of fields.entries()) {
    const name = names[index] ?? "";
    const common = quotedForAll(value);
    if (value.includes("\0")) {
      leftOut.push(name);
      lines.push(`# ${name} is left out: it holds a NUL. Save as JSON instead.\n`);
    } else if (common === undefined) {
      shellOnly.push(name);
      shellLines.push(
        `# ${name} is quoted for sh; other readers may get it wrong.\n${name}=${quotedForShell(value)}\n`,
      );
    } else lines.push(`${name}=${common}\n`);
  }
  return { text: [...lines, ...shellLines].join(""), shellOnly, leftOut };
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
