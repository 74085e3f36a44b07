import { execFileSync } from "node:child_process";
import { createDecipheriv, createHash, createHmac } from "node:crypto";
import { readCsvRecords } from "./readers.ts";

/** What password managers take from a file, by their own sources and documents, and not from what the page writes. */

export type Imported = {
  readonly title: string;
  readonly website: string;
  readonly username: string;
  readonly password: string;
  readonly totp: string;
  readonly notes: string;
  /** Custom fields. */
  readonly fields: Readonly<Record<string, string>>;
};

/** CSV importers that find their columns by these names. */
const COLUMNS = {
  /** Its own export, which it imports again. */
  "1password": ["Title", "Url", "Username", "Password", "OTPAuth", "Notes"],
  apple: ["Title", "URL", "Username", "Password", "OTPAuth", "Notes"],
  /** CsvImportWidget.cpp: the names of m_columnHeader. */
  keepassxc: ["Title", "URL", "Username", "Password", "TOTP", "Notes"],
} as const;

export function importCsv(manager: keyof typeof COLUMNS, text: string): readonly Imported[] {
  // CsvParser::readFile: every line end becomes LF, in values too.
  const read = manager === "keepassxc" ? text.replace(/\r\n?/g, "\n").replaceAll("\n", "\r\n") : text;
  return readCsvRecords(read).map((row) => {
    const [title, website, username, password, totp, notes] = COLUMNS[manager].map((column) => {
      const cell = row[column];
      if (cell === undefined) throw new Error(`there is no column ${column}`);
      return manager === "keepassxc" ? cell.replaceAll("\r\n", "\n") : cell;
    }) as [string, string, string, string, string, string];
    return { title, website, username, password, totp, notes, fields: {} };
  });
}

/** Characters of a value once it is encrypted (EncString: type, IV, ciphertext, MAC), which the service limits. */
const encryptedLength = (text: string) =>
  2 + 24 + 1 + 4 * Math.ceil((Math.floor(Buffer.byteLength(text) / 16) * 16 + 16) / 3) + 1 + 44;

/**
 * bitwarden-json-importer.ts, base-importer.ts (cleanupCipher, the older of two forms: it trims notes), and the limits of the service's
 * CipherLoginModel and CipherFieldModel, which refuse the whole import.
 */
export function importBitwarden(text: string): readonly Imported[] {
  const { encrypted, items } = JSON.parse(text);
  if (encrypted || !Array.isArray(items)) throw new Error("not an unencrypted export");
  const within = (value: string | null, longest: number) => {
    if (value !== null && encryptedLength(value) > longest)
      throw new Error("exceeds the maximum encrypted value length");
    return value ?? "";
  };
  return items.map(({ type, name, notes, login, fields }) => {
    if (type !== 1) throw new Error("not a login");
    return {
      title: within(name.trim() === "" ? "--" : name, 1_000),
      website: within(login.uris[0]?.uri ?? "", 10_000),
      username: within(login.username, 1_000),
      password: within(login.password, 5_000),
      totp: within(login.totp, 1_000),
      notes: within((notes ?? "").trim(), 10_000),
      fields: Object.fromEntries(
        fields.map((field: { name: string; value: string }) => [
          within(field.name, 1_000),
          within(field.value, 5_000),
        ]),
      ),
    };
  });
}

export type KdbxEntry = {
  readonly strings: Readonly<Record<string, string>>;
  readonly isProtected: Readonly<Record<string, boolean>>;
  readonly files: Readonly<Record<string, Uint8Array>>;
};

/**
 * A KDBX 4 file with Argon2id and ChaCha20, by https://keepass.info/help/kb/kdbx.html.
 * @throws Error where a hash or a MAC is wrong, or something is not where it should be
 */
export function readKdbx(file: Uint8Array, password: string): readonly KdbxEntry[] {
  const bytes = Buffer.from(file);
  if (
    bytes.readUInt32LE(0) !== 0x9aa2d903 ||
    bytes.readUInt32LE(4) !== 0xb54bfb67 ||
    bytes.readUInt32LE(8) >>> 16 !== 4
  )
    throw new Error("not KDBX 4");
  const { fields, end } = readFields(bytes, 12);
  const get = (id: number) => fields.find(([type]) => type === id)?.[1] ?? fail(`no header field ${id}`);
  const header = bytes.subarray(0, end);
  const kdf = readVariants(get(11));
  const number = (name: string) =>
    Number((kdf.get(name) ?? fail(name)).reverse().toString("hex").replace(/^/, "0x"));
  const sha256 = (...parts: readonly Uint8Array[]) =>
    createHash("sha256").update(Buffer.concat(parts)).digest();
  const sha512 = (...parts: readonly Uint8Array[]) =>
    createHash("sha512").update(Buffer.concat(parts)).digest();
  const transformed = argon2id(sha256(sha256(Buffer.from(password))), kdf.get("S") ?? fail("salt"), {
    m: number("M") / 1_024,
    t: number("I"),
    p: number("P"),
    version: number("V"),
    dkLen: 32,
  });
  const macKey = sha512(get(4), transformed, Uint8Array.of(1));
  const check = (found: Uint8Array, expected: Uint8Array) =>
    Buffer.compare(found, expected) === 0 || fail("a wrong MAC");
  const mac = (index: Uint8Array, data: Uint8Array) =>
    createHmac("sha256", sha512(index, macKey)).update(data).digest();
  check(bytes.subarray(end, end + 32), sha256(header));
  check(bytes.subarray(end + 32, end + 64), mac(Buffer.alloc(8, 0xff), header));
  const blocks: Buffer[] = [];
  for (let at = end + 64, index = 0n; ; index += 1n) {
    const length = bytes.readUInt32LE(at + 32);
    const block = bytes.subarray(at + 36, at + 36 + length);
    const place = Buffer.alloc(8);
    place.writeBigUInt64LE(index);
    check(
      bytes.subarray(at, at + 32),
      mac(place, Buffer.concat([place, bytes.subarray(at + 32, at + 36), block])),
    );
    at += 36 + length;
    if (length === 0 && at !== bytes.length) throw new Error("something behind the last block");
    if (length === 0) break;
    blocks.push(block);
  }
  const payload = chacha(sha256(get(4), transformed), get(7), Buffer.concat(blocks));
  const inner = readFields(payload, 0);
  const innerKey = sha512(inner.fields.find(([type]) => type === 2)?.[1] ?? fail("inner key"));
  const binaries = inner.fields.filter(([type]) => type === 3).map(([, data]) => data.subarray(1));
  return readDocument(payload.subarray(inner.end).toString("utf8"), binaries, (hidden) =>
    chacha(innerKey.subarray(0, 32), innerKey.subarray(32, 44), hidden),
  );
}

/** In a process of its own: under Jest it takes ten times as long. */
function argon2id(
  password: Uint8Array,
  salt: Uint8Array,
  options: Readonly<Record<string, number>>,
): Uint8Array {
  const [key, salted] = [password, salt].map((bytes) => Buffer.from(bytes).toString("hex"));
  const script = `import { argon2id } from ${JSON.stringify(import.meta.resolve("@noble/hashes/argon2.js"))};
    const key = argon2id(Buffer.from("${key}", "hex"), Buffer.from("${salted}", "hex"), ${JSON.stringify(options)});
    process.stdout.write(Buffer.from(key).toString("hex"));`;
  const made = execFileSync(process.execPath, ["--input-type=module", "-e", script]).toString();
  return Buffer.from(made, "hex");
}

function readDocument(
  xml: string,
  binaries: readonly Uint8Array[],
  show: (hidden: Buffer) => Buffer,
): KdbxEntry[] {
  const shown = show(
    Buffer.concat(
      [...xml.matchAll(/<Value Protected="True">([^<]*)</g)].map(([, text = ""]) =>
        Buffer.from(text, "base64"),
      ),
    ),
  );
  let at = 0;
  return [...xml.matchAll(/<Entry>(.*?)<\/Entry>/gs)].map(([, entry = ""]) => {
    const strings: Record<string, string> = {};
    const isProtected: Record<string, boolean> = {};
    const files: Record<string, Uint8Array> = {};
    for (const [, key = "", hides, text = ""] of entry.matchAll(
      /<String><Key>([^<]*)<\/Key><Value( Protected="True")?>([^<]*)<\/Value><\/String>/g,
    )) {
      const length = Buffer.from(text, "base64").length;
      const name = unescaped(key);
      if (name in strings) throw new Error("a key stands there twice");
      strings[name] = hides ? shown.subarray(at, at + length).toString("utf8") : unescaped(text);
      isProtected[name] = hides !== undefined;
      if (hides) at += length;
    }
    for (const [, key = "", ref] of entry.matchAll(
      /<Binary><Key>([^<]*)<\/Key><Value Ref="(\d+)"\/><\/Binary>/g,
    )) {
      files[unescaped(key)] = binaries[Number(ref)] ?? fail("a file that is not there");
    }
    return { strings, isProtected, files };
  });
}

/** Of XML, what stands in such a document. */
export function unescaped(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replace(/&#x([\da-f]+);/gi, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll("&amp;", "&");
}

function readFields(bytes: Buffer, from: number): { fields: (readonly [number, Buffer])[]; end: number } {
  const fields: (readonly [number, Buffer])[] = [];
  for (let at = from; ; ) {
    const type = bytes[at] ?? fail("no end");
    const length = bytes.readUInt32LE(at + 1);
    fields.push([type, bytes.subarray(at + 5, at + 5 + length)]);
    at += 5 + length;
    if (type === 0) return { fields, end: at };
  }
}

function readVariants(bytes: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = 2; bytes[at] !== 0; ) {
    const nameLength = bytes.readUInt32LE(at + 1);
    const name = bytes.subarray(at + 5, at + 5 + nameLength).toString();
    const length = bytes.readUInt32LE(at + 5 + nameLength);
    found.set(name, Buffer.from(bytes.subarray(at + 9 + nameLength, at + 9 + nameLength + length)));
    at += 9 + nameLength + length;
  }
  return found;
}

/** OpenSSL takes the counter with the nonce. */
function chacha(key: Uint8Array, nonce: Uint8Array, data: Uint8Array): Buffer {
  const cipher = createDecipheriv("chacha20", key, Buffer.concat([Buffer.alloc(4), nonce]));
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

function fail(what: string): never {
  throw new Error(what);
}
