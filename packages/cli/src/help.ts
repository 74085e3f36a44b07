import { COMMANDS, type Command, type Option, optionsOf } from "./commands.ts";

export const PROGRAM = "secret-handoff";

export function generalHelp(): string {
  const width = Math.max(...Object.keys(COMMANDS).map(({ length }) => length));
  return [
    "Hand a secret to a person by a link that works once, and open such a link.",
    "",
    `Usage: ${PROGRAM} COMMAND [options]`,
    "",
    "Commands:",
    ...Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    `${PROGRAM} COMMAND --help shows the options of one command, ${PROGRAM} --version the version.`,
    "A link or a secret is never an argument: the commands ask for it, or read it from standard input.",
    "",
  ].join("\n");
}

export function commandHelp(name: string, command: Command): string {
  const { summary, positionals, details = [] } = command;
  const rows = Object.entries(optionsOf(command)).map(([option, about]) => [
    spelled(option, about),
    about.help,
  ]);
  const width = Math.max(...rows.map(([left = ""]) => left.length));
  const named = positionals ? ` ${positionals.least === 0 ? `[${positionals.name}]` : positionals.name}` : "";
  return [
    `${summary}.`,
    "",
    `Usage: ${PROGRAM} ${name}${named} [options]`,
    "",
    ...(details.length > 0 ? [...details, ""] : []),
    "Options:",
    ...rows.map(([left = "", help = ""]) => `  ${left.padEnd(width)}  ${help}`),
    "",
  ].join("\n");
}

function spelled(name: string, { short, value, multiple }: Option): string {
  return `${short ? `-${short}, ` : "    "}--${name}${value === undefined ? "" : ` ${value}`}${multiple ? "…" : ""}`;
}
