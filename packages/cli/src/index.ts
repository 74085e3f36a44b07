export { runCli, type Screen, type Surroundings } from "./cli.ts";
