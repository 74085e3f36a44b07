import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@secret-handoff/lambda";

/** What other packages build and the local stack runs, in the package that npm publishes: the action inside, the page of the functions. */
const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const ACTION_FILE = file("action/action.yml");

export const ACTION_BUNDLE = file("action/index.cjs");

/** Reads the page as the recipient function has it: the bytes that a deployment serves. */
export async function loadPage(): Promise<Page> {
  const lambda = dirname(createRequire(import.meta.url).resolve("@secret-handoff/lambda/package.json"));
  const read = (name: string) => readFile(join(lambda, "dist/recipient", name), "utf8");
  const fetched = (await read("page.fetched")).split("\n");
  const below = async (folder: string) =>
    Object.fromEntries(
      await Promise.all(
        fetched
          .filter((path) => path.startsWith(`${folder}/`))
          .map(async (path) => [path.slice(folder.length + 1), await read(path.replace("/", "."))] as const),
      ),
    );
  return {
    html: await read("page.html"),
    contentSecurityPolicy: await read("page.csp"),
    languages: await below("language"),
    modules: await below("module"),
  };
}
