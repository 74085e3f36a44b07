export { bitwardenFile } from "./bitwarden.ts";
export { type CsvManager, csvFile } from "./csv.ts";
export { filePassword, type KdbxOptions, kdbxFile } from "./kdbx.ts";
export { isHeldByKeePass } from "./kdbx-document.ts";
