import { listed, sentence } from "@secret-handoff/protocol/recipient";

export * from "./wording-opened.ts";

/** What the page says about files for password managers, which it fetches by themselves. */

export const forManagers = "Save for a password manager";
export const whichEncrypted =
  "The KeePass file is encrypted and holds attached files, too. The others are not encrypted: import them, then delete them.";
export const passwordOfFile = "Password of the file";
export const whyPassword =
  "Made for this file. Keep it apart from the file, or type your own: at least 12 characters.";
export const passwordShort = "The password needs at least 12 characters.";
export const saveFile = "Save the file";
export const encrypting = "The file is being encrypted. This takes some seconds.";
export const tooLittleMemory = "This device has too little memory for this format. Save in another way.";
export const notHeld = (names: readonly string[]) =>
  names.length > 0 ? sentence`Not in the file: ${listed(names)}. Copy or download these one by one.` : "";
