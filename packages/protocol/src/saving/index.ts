export {
  asText,
  distinct,
  type EnvFile,
  envFile,
  fileName,
  jsonFile,
  SHORTEST_FILE_PASSWORD,
} from "./saved-files.ts";
