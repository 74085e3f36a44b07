import { fileURLToPath } from "node:url";
import type { Page } from "@secret-handoff/lambda";

/**
 * What other packages build and the local stack runs, in a checkout. The package that npm publishes has from-package.ts in this file's
 * place: `imports` in package.json says which it is.
 */
const file = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

/** action.yml: the inputs of the action, with their defaults. */
export const ACTION_FILE = file("action.yml");

/** What GitHub runs of the action. */
export const ACTION_BUNDLE = file("packages/action/dist/index.cjs");

/** Builds the recipient's page from its sources. A bundler comes along, so it is loaded when it is needed. */
export async function loadPage(): Promise<Page> {
  const { buildPage } = await import("@secret-handoff/page");
  return buildPage();
}
