import type { Field, Item } from "../bundle.ts";
import { utf8 } from "../encoding.ts";
import { escapeHtml } from "../markup.ts";
import type { RandomBytes } from "../seal.ts";
import { hasPlaceholder, loginOf, withoutPlaceholders } from "./logins.ts";
import { distinct, fileNames } from "./saved-files.ts";

/** The document in a KDBX file, and the files that its entries refer to by their number. */
type KdbxDocument = { readonly xml: string; readonly binaries: readonly Uint8Array[] };

type Options = {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly random: RandomBytes;
  /** Hides the values that are protected, all of them in their order. */
  readonly protect: (values: readonly Uint8Array[]) => readonly Uint8Array[];
};

/** Keys that mean something in an entry. `otp` is where KeePassXC looks for the address of a one-time password. */
const KEYS = ["Title", "UserName", "Password", "URL", "Notes", "otp"];
/** Seconds from the year 1, from which KDBX counts, to 1970. */
const TO_1970 = 62_135_596_800;
/** XML 1.0 cannot hold these, or its readers change them (2.2, 2.11); a protected value holds every byte. */
const NOT_IN_XML = /[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * KeePassXC cuts a value at a NUL, and KeePass and it replace placeholders: such a value is not in the file, rather than half in it, or as
 * another one, or as a command.
 */
export function isHeldByKeePass({ value }: Field): boolean {
  return !value.includes("\0") && !hasPlaceholder(value);
}

/** An entry for each item: its login where KeePass has it, all other values as attributes by their names, its files as attachments. */
export function kdbxDocument(items: readonly Item[], { now, random, protect }: Options): KdbxDocument {
  const binaries: Uint8Array[] = [];
  const hidden: Uint8Array[] = [];
  /** A value, or a mark that is replaced once all that is to be hidden is known. */
  const valueElement = (value: string, isProtected: boolean) => {
    if (!isProtected && !NOT_IN_XML.test(value)) return `<Value>${escapeHtml(value)}</Value>`;
    hidden.push(utf8(value));
    return `<Value Protected="True">\0</Value>`;
  };
  const string = (key: string, value: string, isProtected: boolean) =>
    `<String><Key>${name(key)}</Key>${valueElement(value, isProtected)}</String>`;
  const uuid = () => `<UUID>${base64(random(16))}</UUID>`;
  const time = base64(seconds(now));
  const times = `<Times><CreationTime>${time}</CreationTime><LastModificationTime>${time}</LastModificationTime><LastAccessTime>${time}</LastAccessTime><ExpiryTime>${time}</ExpiryTime><Expires>False</Expires><UsageCount>0</UsageCount><LocationChanged>${time}</LocationChanged></Times>`;

  const entry = (item: Item) => {
    const { title, username, password, website, notes, totp, rest: all } = loginOf(item);
    const rest = all.filter(isHeldByKeePass);
    const standard = (key: string, field: Field | undefined, isProtected = false) =>
      field && isHeldByKeePass(field) ? string(key, field.value, isProtected || field.concealed) : "";
    const names = distinct([...KEYS, ...rest.map((field) => field.name)], (count) => ` (${count})`).slice(
      KEYS.length,
    );
    const files = item.files ?? [];
    const attached = fileNames(files.map((file) => file.name));
    const attachments = files.map(({ data }, index) => {
      binaries.push(data);
      return `<Binary><Key>${name(attached[index] ?? "")}</Key><Value Ref="${binaries.length - 1}"/></Binary>`;
    });
    return [
      `<Entry>${uuid()}<IconID>0</IconID>${times}`,
      string("Title", withoutPlaceholders(title), false),
      standard("UserName", username),
      standard("Password", password, true),
      standard("URL", website),
      standard("Notes", notes),
      standard("otp", totp, true),
      ...rest.map(({ value, concealed }, index) => string(names[index] ?? "", value, concealed)),
      ...attachments,
      "</Entry>",
    ].join("");
  };

  const group = `<Group>${uuid()}<Name>Secret handoff</Name><IconID>48</IconID>${times}<IsExpanded>True</IsExpanded>${items.map(entry).join("")}</Group>`;
  const meta =
    "<Meta><Generator>secret-handoff</Generator><DatabaseName>Secret handoff</DatabaseName><MemoryProtection><ProtectTitle>False</ProtectTitle><ProtectUserName>False</ProtectUserName><ProtectPassword>True</ProtectPassword><ProtectURL>False</ProtectURL><ProtectNotes>False</ProtectNotes></MemoryProtection><RecycleBinEnabled>False</RecycleBinEnabled></Meta>";
  const document = `<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<KeePassFile>${meta}<Root>${group}<DeletedObjects/></Root></KeePassFile>`;
  const [first = "", ...others] = document.split("\0");
  const values = protect(hidden);
  return {
    binaries,
    xml: first + others.map((part, index) => base64(values[index] ?? new Uint8Array(0)) + part).join(""),
  };
}

/** A name may be changed, as no value may. */
function name(text: string): string {
  return escapeHtml(text.replace(new RegExp(NOT_IN_XML.source, "gu"), "_"));
}

function seconds(now: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(Math.floor(now / 1_000) + TO_1970), true);
  return bytes;
}

/** Piece by piece: the arguments of one call have an end. */
function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
