export { envFile } from "./env-file.ts";
export { asText, fileName, fileNames, jsonFile, SHORTEST_FILE_PASSWORD } from "./saved-files.ts";
