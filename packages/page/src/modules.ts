import { hashOf } from "@secret-handoff/protocol/recipient";

/**
 * Scripts that the page fetches when they are needed, so that the first load stays small. The page runs none but those it was built
 * with: it holds their hashes, and so its own hash covers them; and the policy that it is served under names them too.
 */

/** base64url of the SHA-256 of each of them (build-scripts.ts). */
declare const MODULE_HASHES: string;

/** A fetch that takes longer than this counts as failed, ms. */
const TIMEOUT = 15_000;

type Parts = Readonly<Record<string, object | undefined>>;
type Policy = { createScript(text: string): string };

const modules = new Map<string, Promise<object>>();
let policy: Policy | undefined;
let reportAltered: ((name: string) => void) | undefined;

/** @param report called when a module came that was not built with this page: it, or the page, is of another version, or was changed */
export function onAlteredModule(report: (name: string) => void): void {
  reportAltered = report;
}

/**
 * Fetches a module and runs it, once. After a failure it can be tried again.
 * @returns what it exports
 */
export function loadModule(name: string): Promise<object> {
  let module = modules.get(name);
  if (!module) {
    module = fetchText(`/h/module/${name}`).then((text) => run(name, text));
    module.catch(() => modules.delete(name));
    modules.set(name, module);
  }
  return module;
}

/**
 * What the page was built with, as text. Never from the browser's cache: what somebody has once put there could not be got rid of by a
 * reload, and the page would refuse it each time.
 */
export async function fetchText(path: string): Promise<string> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT);
  try {
    const response = await fetch(path, { cache: "no-store", signal: abort.signal });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return await response.text();
  } finally {
    clearTimeout(timer);
  }
}

function run(name: string, text: string): object {
  try {
    policy ??= createPolicy();
    const script = document.createElement("script");
    script.text = policy.createScript(text);
    document.head.append(script);
    script.remove();
    // The script has put it there, or the policy of the page has not let it run.
    const module = (globalThis as unknown as { handoff: Parts }).handoff[name];
    if (!module) throw new Error(`${name} did not run`);
    return module;
  } catch (error) {
    reportAltered?.(name);
    throw error;
  }
}

/** https://w3c.github.io/trusted-types/: where a browser has them, no other text becomes a script. */
function createPolicy(): Policy {
  const rules: Policy = {
    createScript(text) {
      if (!MODULE_HASHES.includes(hashOf(text))) throw new Error("this module was not built with this page");
      return text;
    },
  };
  const { trustedTypes } = globalThis as {
    trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
  };
  return trustedTypes?.createPolicy("secret-handoff", rules) ?? rules;
}
