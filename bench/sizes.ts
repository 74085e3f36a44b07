import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { buildPage } from "@secret-handoff/page";
import { FUNCTIONS } from "./functions.ts";

/** Bytes of something that is loaded: as it is, and as it travels. */
export type Size = {
  readonly what: string;
  readonly bytes: number;
  readonly gzip: number;
  readonly brotli: number;
};

/** @param functions the folder with the four built functions */
export async function measureSizes(functions: string): Promise<readonly Size[]> {
  const { html } = await buildPage();
  return [
    sizeOf("the recipient's page, all of its first load", Buffer.from(html)),
    sizeOf(
      "the action's bundle",
      readFileSync(new URL("../packages/action/dist/index.cjs", import.meta.url)),
    ),
    ...FUNCTIONS.map((name) => sizeOf(`function ${name}`, readFileSync(`${functions}/${name}/index.js`))),
  ];
}

function sizeOf(what: string, bytes: Buffer): Size {
  return {
    what,
    bytes: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes).length,
  };
}
