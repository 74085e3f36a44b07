import { crc32 } from "node:zlib";
import type { Page } from "playwright-core";

/** A picture of an animation, and how long it stands, ms. */
export type Frame = { readonly png: Buffer; readonly ms: number };

/** What of a frame differs from the one before: a picture, and where it goes. */
type Change = { readonly png: Buffer; readonly x: number; readonly y: number; readonly ms: number };

/**
 * Makes an animated PNG (https://www.w3.org/TR/png-3/#apng-frame-based-animation), which every browser and GitHub play, of frames of one
 * size. Of each frame only the rectangle that has changed is kept.
 * @param page any page: its canvas compares and crops
 */
export async function animatedPng(page: Page, frames: readonly Frame[]): Promise<Buffer> {
  // What tsx puts into functions so that they keep their names.
  await page.evaluate("globalThis.__name = (made) => made");
  const changes: Change[] = [];
  let before = "";
  for (const { png, ms } of frames) {
    const now = png.toString("base64");
    const change = await page.evaluate(cropToChange, [before, now] as const);
    before = now;
    const last = changes.at(-1);
    if (change) changes.push({ ms, x: change.x, y: change.y, png: Buffer.from(change.data, "base64") });
    else if (last) changes[changes.length - 1] = { ...last, ms: last.ms + ms };
  }
  return assemble(changes);
}

/** Runs in the browser. @returns undefined where nothing has changed */
async function cropToChange([before, now]: readonly [string, string]) {
  const load = async (data: string) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("there is no canvas");
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const next = await load(now);
  const { width, height } = next;
  let [left, top, right, bottom] = [0, 0, width, height];
  if (before !== "") {
    const previous = new Uint32Array((await load(before)).data.buffer);
    const pixels = new Uint32Array(next.data.buffer);
    [left, top, right, bottom] = [width, height, 0, 0];
    for (const [at, pixel] of pixels.entries()) {
      if (pixel === previous[at]) continue;
      const [x, y] = [at % width, Math.floor(at / width)];
      [left, top] = [Math.min(left, x), Math.min(top, y)];
      [right, bottom] = [Math.max(right, x + 1), Math.max(bottom, y + 1)];
    }
    if (right <= left) return undefined;
  }
  const cropped = new OffscreenCanvas(right - left, bottom - top);
  cropped.getContext("2d")?.putImageData(next, -left, -top);
  const bytes = new Uint8Array(await (await cropped.convertToBlob({ type: "image/png" })).arrayBuffer());
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8_192)
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 8_192)));
  return { x: left, y: top, data: btoa(parts.join("")) };
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function assemble(changes: readonly Change[]): Buffer {
  const [first] = changes;
  if (!first) throw new Error("an animation needs a frame");
  let sequence = 0;
  const parts = [
    SIGNATURE,
    chunk("IHDR", chunksOf(first.png).find(({ type }) => type === "IHDR")?.data ?? Buffer.alloc(0)),
    chunk("acTL", numbers(changes.length, 0)),
  ];
  for (const [index, { png, x, y, ms }] of changes.entries()) {
    const all = chunksOf(png);
    const header = all.find(({ type }) => type === "IHDR")?.data ?? Buffer.alloc(0);
    const delay = Buffer.alloc(6);
    delay.writeUInt16BE(ms, 0);
    delay.writeUInt16BE(1_000, 2);
    parts.push(
      chunk("fcTL", Buffer.concat([numbers(sequence), header.subarray(0, 8), numbers(x, y), delay])),
    );
    sequence += 1;
    for (const { data } of all.filter(({ type }) => type === "IDAT")) {
      if (index === 0) parts.push(chunk("IDAT", data));
      else {
        parts.push(chunk("fdAT", Buffer.concat([numbers(sequence), data])));
        sequence += 1;
      }
    }
  }
  return Buffer.concat([...parts, chunk("IEND", Buffer.alloc(0))]);
}

function chunksOf(png: Buffer): readonly { readonly type: string; readonly data: Buffer }[] {
  const chunks = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({
      type: png.toString("latin1", at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += length + 12;
  }
  return chunks;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  return Buffer.concat([numbers(data.length), body, numbers(crc32(body))]);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}
