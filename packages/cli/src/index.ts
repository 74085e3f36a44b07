export { type CliProcess, runCli, type Screen } from "./cli.ts";
export { COMMANDS } from "./commands.ts";
export { OPTION_NAMES } from "./errors.ts";
