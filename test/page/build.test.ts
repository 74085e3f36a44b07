import { createHash } from "node:crypto";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "@jest/globals";
import { type BuiltPage, buildPage } from "@secret-handoff/page";
import { DARK, LIGHT } from "@secret-handoff/protocol/theme";
import { report } from "../support/tier.ts";
import { FIRST_LOAD } from "./first-load.ts";

let page: BuiltPage;
beforeAll(async () => {
  page = await buildPage();
});

test("a second build gives the same bytes", async () => {
  expect(await buildPage()).toEqual(page);
});

test("a first load in English stays within its limit", () => {
  const brotli = brotliCompressSync(page.html).length;
  report(
    `page: ${page.html.length} bytes, gzip ${gzipSync(page.html, { level: 9 }).length}, brotli ${brotli}`,
  );
  expect(brotli).toBeLessThanOrEqual(FIRST_LOAD);
  for (const [name, text] of Object.entries(page.modules))
    report(`module ${name}: ${text.length} bytes, brotli ${brotliCompressSync(text).length}`);
});

test("no regular expression looks behind, which Safari can since 16.4: it would fail where it is first used", () => {
  for (const text of [page.html, ...Object.values(page.modules)]) expect(text).not.toMatch(/\(\?<[=!]/);
});

test("of the protocol the page carries the bytes, and neither the API's schemas nor their library", () => {
  const modules = Object.keys(page.metafile.inputs);
  expect(modules).toContain("packages/protocol/src/link.ts");
  expect(modules.filter((path) => /valibot|protocol\/src\/api/.test(path))).toEqual([]);
});

test("the policy lets exactly this script, its modules and this style run, and nothing be loaded or sent elsewhere", () => {
  const hash = (text: string | undefined) =>
    `'sha256-${createHash("sha256")
      .update(text ?? "")
      .digest("base64")}'`;
  const script = /<script>([\s\S]*)<\/script>/.exec(page.html)?.[1];
  const style = /<style id="style">([\s\S]*)<\/style>/.exec(page.html)?.[1];
  const directives = new Map(
    page.contentSecurityPolicy.split("; ").map((directive) => {
      const [name = "", ...values] = directive.split(" ");
      return [name, values.join(" ")];
    }),
  );
  expect(Object.fromEntries(directives)).toEqual({
    "default-src": "'none'",
    "script-src": [script, ...Object.values(page.modules)].map(hash).join(" "),
    "style-src": hash(style),
    "connect-src": "'self'",
    "img-src": "data:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "secret-handoff",
  });
});

test("the document names no address to load from, and sets nothing from a string of markup", () => {
  const addresses = page.html.match(/\b(?:https?:)?\/\/[a-z0-9.-]+/gi) ?? [];
  // A namespace, not an address.
  expect(new Set(addresses)).toEqual(new Set(["http://www.w3.org"]));
  const markup = /innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function/;
  const loading = /<(?:img|link rel="stylesheet|iframe|object|embed|base)\b/;
  expect([markup, loading].map((pattern) => pattern.test(page.html))).toEqual([false, false]);
});

test("every text on its ground reaches the contrast of WCAG 2.2 AA, in both schemes", () => {
  for (const { ground, card, ink, soft, accent, tint, alarm, edge } of [LIGHT, DARK]) {
    for (const [text, on] of [
      [ink, ground],
      [ink, card],
      [ink, tint],
      [soft, ground],
      [soft, card],
      [accent, ground],
      [accent, card],
      [accent, tint],
      [card, accent],
      [card, alarm],
    ] as const) {
      expect(contrast(text, on)).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(edge, card)).toBeGreaterThanOrEqual(3);
  }
});

/** WCAG 2.2, contrast ratio. */
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
