export { runCli, type Screen, type Surroundings } from "./cli.ts";
export { COMMANDS } from "./commands.ts";
export { OPTION_NAMES } from "./option-names.ts";
