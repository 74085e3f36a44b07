import { COMMANDS, type Command, type Option, optionsOf } from "./commands.ts";
import { wrap as breakLines } from "./wrapping.ts";

export const PROGRAM = "secret-handoff";

/** Columns of the terminal that shows the help; where it is piped, those of most. */
const COLUMNS = 80;
/** Longer lines are hard to read, however wide the terminal. */
const MOST_COLUMNS = 110;
/** A name that is longer stands on a line of its own. */
const WIDEST_NAME = 26;

export function generalHelp(columns = COLUMNS): string {
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary] as const);
  return [
    ...wrap("Hand a secret to a person by a link that works once, and open such a link.", columns),
    "",
    `Usage: ${PROGRAM} COMMAND [options]`,
    "",
    "Commands:",
    ...inColumns(rows, columns),
    "",
    ...wrap(
      `${PROGRAM} COMMAND --help shows the options of one command, ${PROGRAM} --version the version.`,
      columns,
    ),
    ...wrap(
      "A link or a secret is never an argument: the commands ask for it, or read it from standard input.",
      columns,
    ),
    "",
  ].join("\n");
}

export function commandHelp(name: string, command: Command, columns = COLUMNS): string {
  const { summary, positionals, details = [] } = command;
  const all = sections(command).flatMap(([, rows]) => rows);
  const named = positionals ? ` ${positionals.least === 0 ? `[${positionals.name}]` : positionals.name}` : "";
  return [
    ...wrap(`${summary}.`, columns),
    "",
    `Usage: ${PROGRAM} ${name}${named} [options]`,
    "",
    ...(details.length > 0 ? [...wrap(details.join(" "), columns), ""] : []),
    ...sections(command).flatMap(([heading, rows]) => [`${heading}:`, ...inColumns(rows, columns, all), ""]),
  ].join("\n");
}

type Row = readonly [name: string, help: string];

/** The options below their headings; those that every command takes stand last. */
function sections(command: Command): readonly (readonly [string, readonly Row[]])[] {
  const found: [string, Row[]][] = [];
  const own = command.options ?? {};
  for (const [option, about] of Object.entries(optionsOf(command))) {
    const isOwn = Object.hasOwn(own, option);
    const heading =
      about.heading ?? (isOwn ? (found.at(-1)?.[0] ?? "Options") : found[0] ? "Others" : "Options");
    const row: Row = [spelled(option, about), about.help];
    if (found.at(-1)?.[0] === heading) found.at(-1)?.[1].push(row);
    else found.push([heading, [row]]);
  }
  return found;
}

function spelled(name: string, { short, value, multiple }: Option): string {
  return `${short ? `-${short}, ` : "    "}--${name}${value === undefined ? "" : ` ${value}`}${multiple ? "…" : ""}`;
}

/** Names on the left, and what they mean beside them. @param all by whose names the columns are as wide as they are */
function inColumns(rows: readonly Row[], columns: number, all = rows): readonly string[] {
  const width = Math.min(WIDEST_NAME, Math.max(...all.map(([name]) => name.length)));
  const indent = " ".repeat(width + 4);
  return rows.flatMap(([name, help]) => {
    const [first = "", ...rest] = wrap(help, columns - indent.length).map((line) => `${indent}${line}`);
    return name.length > width
      ? [`  ${name}`, first, ...rest]
      : [`  ${name.padEnd(width)}  ${first.slice(indent.length)}`, ...rest];
  });
}

const wrap = (text: string, columns: number) =>
  breakLines(text, Math.min(Math.max(columns, 24), MOST_COLUMNS));
