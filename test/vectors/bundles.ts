import { concatBytes } from "@noble/hashes/utils.js";
import type { BundleJson, Outcome } from "./format.ts";
import { base64url, utf8 } from "./material.ts";

export type BundlePlaintext = {
  readonly name: string;
  readonly plaintext: Uint8Array | string;
} & Outcome<BundleJson>;

/** Plaintexts of at most 252 bytes: what a reader makes of the JSON, once padding and key are right. */
export function bundlePlaintexts(receipt: string): readonly BundlePlaintext[] {
  const tail = `"receipt":"${receipt}"}`;
  const items = (json: string) => `{"v":1,"items":${json},${tail}`;
  const field = (json: string) => items(`[{"label":"","fields":[${json}]}]`);
  const file = (json: string) => items(`[{"label":"","fields":[],"files":[${json}]}]`);
  const withReceipt = (json: string) => `{"v":1,"items":[],"receipt":${json}}`;
  const empty = items("[]");
  const cut = (bytes: number, length: number) =>
    JSON.stringify(base64url(new Uint8Array(bytes)).slice(0, length));

  const good: readonly (readonly [name: string, plaintext: string, items: BundleJson["items"]])[] = [
    [
      "white space and another order of keys",
      `\n{ "receipt" : "${receipt}",\t"items" : [ ] , "v" : 1 }\r\n`,
      [],
    ],
    ["unknown keys at the top", `{"v":1,"next":{"a":[null]},"items":[],${tail}`, []],
    [
      "unknown keys in an item and in a field",
      items(`[{"x":0,"label":"l","fields":[{"name":"n","value":"v","concealed":true,"hint":null}]}]`),
      [{ label: "l", fields: [{ name: "n", value: "v", concealed: true }] }],
    ],
    ["a key named __proto__", `{"v":1,"__proto__":{"items":7},"items":[],${tail}`, []],
    [
      "escapes in a value: NUL, newline, quote, a pair of surrogates",
      field(`{"name":"n","value":"\\u0000\\n\\"\\ud83d\\udd11","concealed":false}`),
      [{ label: "", fields: [{ name: "n", value: '\u0000\n"\u{1f511}', concealed: false }] }],
    ],
    [
      "a value beyond ASCII, in UTF-8",
      field(`{"name":"n","value":"p\u00e4ss\u{1f511}","concealed":true}`),
      [{ label: "", fields: [{ name: "n", value: "p\u00e4ss\u{1f511}", concealed: true }] }],
    ],
    [
      "an empty list of files",
      items(`[{"label":"","fields":[],"files":[]}]`),
      [{ label: "", fields: [], files: [] }],
    ],
    [
      "an empty file",
      file(`{"name":"f","mediaType":"text/plain","data":""}`),
      [{ label: "", fields: [], files: [{ name: "f", mediaType: "text/plain", data: "" }] }],
    ],
    [
      "a file of two bytes",
      file(`{"name":"f","mediaType":"","data":"-_8"}`),
      [{ label: "", fields: [], files: [{ name: "f", mediaType: "", data: "-_8" }] }],
    ],
  ];

  const notJson: readonly (readonly [name: string, plaintext: Uint8Array | string])[] = [
    ["an empty plaintext", ""],
    ["a byte that is not UTF-8", concatBytes(utf8(empty.slice(0, -1)), Uint8Array.of(0xff, 0x7d))],
    [
      "an overlong UTF-8 form of a slash",
      concatBytes(utf8(`{"v":1,"x":"`), Uint8Array.of(0xc0, 0xaf), utf8(`","items":[],${tail}`)),
    ],
    [
      "a surrogate encoded as UTF-8",
      concatBytes(utf8(`{"v":1,"x":"`), Uint8Array.of(0xed, 0xa0, 0x80), utf8(`","items":[],${tail}`)),
    ],
    ["UTF-8 cut inside a character", concatBytes(utf8(empty), Uint8Array.of(0xc3))],
    ["a byte order mark in front", `\ufeff${empty}`],
    ["UTF-16", Uint8Array.from(Buffer.from(items("[]").slice(0, 100), "utf16le"))],
    ["JSON cut off", empty.slice(0, -1)],
    ["text behind the JSON", `${empty}{}`],
    ["a NUL behind the JSON, inside the length", `${empty}\u0000`],
    ["a trailing comma", `${empty.slice(0, -1)},}`],
    ["single quotes", empty.replaceAll('"', "'")],
    ["a raw newline inside a string", items(`[{"label":"a\nb","fields":[]}]`)],
  ];

  const wrongTypes: readonly (readonly [name: string, plaintext: string])[] = [
    ["an array at the top", `[${empty}]`],
    ["null at the top", "null"],
    ["a string at the top", JSON.stringify(empty)],
    ["no v", empty.replace(`"v":1,`, "")],
    ["v is 2", empty.replace(`"v":1`, `"v":2`)],
    ['v is the string "1"', empty.replace(`"v":1`, `"v":"1"`)],
    ["v is true", empty.replace(`"v":1`, `"v":true`)],
    ["no items", `{"v":1,${tail}`],
    ["items is an object", items("{}")],
    ["items is null", items("null")],
    ["an item is a string", items(`["a"]`)],
    ["an item is an array", items("[[]]")],
    ["an item has no label", items(`[{"fields":[]}]`)],
    ["a label is a number", items(`[{"label":1,"fields":[]}]`)],
    ["an item has no fields", items(`[{"label":""}]`)],
    ["fields is an object", items(`[{"label":"","fields":{}}]`)],
    ["a field is null", field("null")],
    ["a field has no name", field(`{"value":"","concealed":true}`)],
    ["a value is a number", field(`{"name":"","value":5,"concealed":true}`)],
    ["a value is null", field(`{"name":"","value":null,"concealed":true}`)],
    ["a value holds an unpaired surrogate", field(`{"name":"","value":"\\ud83d","concealed":true}`)],
    ["concealed is missing", field(`{"name":"","value":""}`)],
    ["concealed is 1", field(`{"name":"","value":"","concealed":1}`)],
    ["files is null", items(`[{"label":"","fields":[],"files":null}]`)],
    ["files is an object", items(`[{"label":"","fields":[],"files":{}}]`)],
    ["a file has no mediaType", file(`{"name":"","data":""}`)],
    ["a file's data is an array", file(`{"name":"","mediaType":"","data":[]}`)],
    ["no receipt", `{"v":1,"items":[]}`],
    ["the receipt is a number", withReceipt("0")],
    ["the receipt is null", withReceipt("null")],
  ];

  const misspelt: readonly (readonly [name: string, plaintext: string])[] = [
    ["a file's data is padded", file(`{"name":"","mediaType":"","data":"_w=="}`)],
    ["a file's data is standard base64", file(`{"name":"","mediaType":"","data":"+/8A"}`)],
    ["a file's data has unused bits that are not zero", file(`{"name":"","mediaType":"","data":"_x"}`)],
    ["the receipt is empty", withReceipt(`""`)],
    ["a receipt of 31 bytes", withReceipt(cut(31, 42))],
    ["a receipt of 33 bytes", withReceipt(cut(33, 44))],
    ["the receipt is padded", withReceipt(`"${receipt}="`)],
    ["the receipt has unused bits that are not zero", withReceipt(`"${"A".repeat(42)}B"`)],
    ["the receipt is hex", withReceipt(`"${"00".repeat(32)}"`)],
  ];

  return [
    ...good.map(([name, plaintext, list]) => ({ name, plaintext, result: { items: list, receipt } })),
    ...[...notJson, ...wrongTypes].map(([name, plaintext]) => ({
      name,
      plaintext,
      error: "plaintext" as const,
    })),
    ...misspelt.map(([name, plaintext]) => ({ name, plaintext, error: "base64url" as const })),
  ];
}
