import { mkdir, writeFile } from "node:fs/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { buildPage } from "./src/index.ts";

/** Writes dist/page.html, to look at and to measure. */
const page = await buildPage();
const folder = new URL("dist/", import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL("page.html", folder), page.html);
await writeFile(new URL("content-security-policy.txt", folder), `${page.contentSecurityPolicy}\n`);
const bytes = Buffer.from(page.html);
process.stdout.write(
  `page.html: ${bytes.length} bytes, gzip ${gzipSync(bytes, { level: 9 }).length}, brotli ${brotliCompressSync(bytes).length}\n`,
);
