import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "esbuild";

/**
 * Libraries that stay files of their own beside a bundle: they are read only where a recipient has a key of their own.
 * @param files what is imported, and the file beside the bundle that has it
 */
export function librariesApart(files: Readonly<Record<string, string>>): Plugin {
  const names = Object.keys(files);
  return {
    name: "libraries-apart",
    setup: ({ onResolve }) =>
      onResolve({ filter: new RegExp(`^(?:${names.join("|")})$`) }, ({ path }) => ({
        path: `./${files[path]}`,
        external: true,
      })),
  };
}

/** From the checkout: OpenPGP.js, whose files lie beside a bundle and in no metafile. */
export const OPENPGP_FOLDER = "node_modules/openpgp";

/**
 * OpenPGP.js as its makers publish it: its licence (LGPL) asks that people can replace it.
 * @param root the checkout
 * @param name of its file for Node.js
 */
export function openPgpFile(root: string, name: "openpgp.cjs" | "openpgp.mjs"): Promise<string> {
  return readFile(join(root, OPENPGP_FOLDER, "dist/node", name), "utf8");
}
