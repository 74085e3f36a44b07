import { listed, sentence } from "../recipient/translation.ts";

/** What recipients read about saved files. */

export const unencrypted = "Saved files are not encrypted. Delete them when you no longer need them.";
export const shellOnly = (names: readonly string[]) =>
  names.length > 0 ? sentence`Quoted for a shell; other programs may misread: ${listed(names)}.` : "";
export const leftOut = (names: readonly string[]) =>
  names.length > 0 ? sentence`Left out, because no environment variable can hold it: ${listed(names)}.` : "";
export const moved = (names: readonly string[]) =>
  names.length > 0
    ? sentence`In the notes, because a spreadsheet would run it as a formula: ${listed(names)}.`
    : "";
export const lineEndsChange = (names: readonly string[]) =>
  names.length > 0 ? sentence`KeePassXC's import changes the line ends of: ${listed(names)}.` : "";
export const maySkip = (names: readonly string[]) =>
  names.length > 0
    ? sentence`Apple Passwords may leave out what has no password: ${listed(names)}. Check after the import, before you delete the file.`
    : "";
export const tooLong = (names: readonly string[]) =>
  names.length > 0 ? sentence`Left out, because Bitwarden takes no value that long: ${listed(names)}.` : "";
