export { asText, distinct, type EnvFile, envFile, fileName, jsonFile } from "./saved-files.ts";
