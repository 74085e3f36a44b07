import { crc32, deflateRawSync } from "node:zlib";

export type ZipEntry = { readonly name: string; readonly data: Uint8Array };

/** 1 January 1980, the first day that the format knows: no clock may reach the bytes. */
const DOS_DATE = 0x0021;
const DEFLATE = 8;
const UTF8_NAMES = 0x0800;
const VERSION = 20;
const MADE_BY_UNIX = (3 << 8) | VERSION;
const REGULAR_FILE_0644 = 0o100644 << 16;

/**
 * A ZIP archive (APPNOTE.TXT 6.3, no ZIP64) of which the same entries always give the same bytes, on one version of zlib:
 * sorted by name, one date, one mode. Lambda compares the SHA-256 of these bytes.
 */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of sorted) {
    const name = Buffer.from(entry.name, "utf8");
    const packed = deflateRawSync(entry.data, { level: 9 });
    const described = description(entry, name, packed);
    const local = Buffer.concat([u32(0x04034b50), u16(VERSION), described, name, packed]);
    locals.push(local);
    directory.push(
      Buffer.concat([
        u32(0x02014b50),
        u16(MADE_BY_UNIX),
        u16(VERSION),
        described,
        u16(0), // comment
        u16(0), // disk
        u16(0), // internal attributes
        u32(REGULAR_FILE_0644),
        u32(offset),
        name,
      ]),
    );
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.concat([
    u32(0x06054b50),
    u32(0), // this disk, and the directory's
    u16(sorted.length),
    u16(sorted.length),
    u32(central.length),
    u32(offset),
    u16(0), // comment
  ]);
  return Buffer.concat([...locals, central, end]);
}

/** The part that the local header and the directory have in common. */
function description(entry: ZipEntry, name: Buffer, packed: Buffer): Buffer {
  return Buffer.concat([
    u16(UTF8_NAMES),
    u16(DEFLATE),
    u16(0), // time
    u16(DOS_DATE),
    u32(crc32(entry.data)),
    u32(packed.length),
    u32(entry.data.length),
    u16(name.length),
    u16(0), // extra field
  ]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
