import { createHash } from "node:crypto";
import { platformRandom, type RandomBytes } from "@secret-handoff/protocol";
import type { Problem } from "@secret-handoff/protocol/api";
import { boundedFetch } from "@secret-handoff/protocol/bounded-body";
import { EMPTY_BLOCK, takeApart } from "@secret-handoff/protocol/company";
import { onOneLine } from "@secret-handoff/protocol/shown-text";

/** How one check of the doctor's ended. `detail` says what to do where it failed, and why it was left out where it was skipped. */
export type CheckResult =
  | { readonly status: "ok"; readonly check: string; readonly detail?: string }
  | { readonly status: "failed" | "skipped"; readonly check: string; readonly detail: string };

/** Network, clock and randomness as parameters, so that tests need none of the machine's. */
export type Runtime = {
  readonly fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: RandomBytes;
};

/** Bytes; no answer of the service or of what stands in its place is longer. */
const LONGEST_ANSWER = 2_000_000;

export const nodeRuntime: Runtime = {
  fetch: boundedFetch((input, init) => fetch(input, init), LONGEST_ANSWER),
  now: Date.now,
  random: platformRandom,
};

/** Thrown by a check that failed. The message says to the operator what is wrong and what to do. */
export class CheckFailed extends Error {
  override readonly name = "CheckFailed";
}

/**
 * Runs one check. What it throws is the failure; what it returns is a detail worth printing. Both may repeat what the service, or
 * something in its place, has answered: that neither steers a terminal nor gives commands to the runner of a job.
 */
export async function runCheck(check: string, run: () => Promise<string | undefined>): Promise<CheckResult> {
  try {
    const detail = await run();
    return { status: "ok", check, ...(detail === undefined ? {} : { detail: onOneLine(detail) }) };
  } catch (error) {
    const detail =
      error instanceof CheckFailed ? error.message : `the check could not run: ${causeOf(error)}`;
    return { status: "failed", check, detail: onOneLine(detail) };
  }
}

/** The problem that a response reports: the service's problem document, the gateway's message, or nothing where it is not JSON. */
export async function problemIn(
  response: Response,
): Promise<Partial<Problem> & { readonly message?: string }> {
  const text = await response.text();
  return text.startsWith("{") ? (JSON.parse(text) as Partial<Problem>) : {};
}

/** fetch puts the reason why it failed into the cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** Headers of the page, and what each must hold. */
const HEADERS: Readonly<Record<string, RegExp>> = {
  "content-type": /^text\/html; charset=utf-8$/i,
  "cache-control": /no-store/,
  "referrer-policy": /^no-referrer$/,
  "x-content-type-options": /^nosniff$/,
  "x-frame-options": /^DENY$/,
  "x-robots-tag": /noindex/,
  "content-security-policy": /^default-src 'none'/,
};

/**
 * The page is served with its headers, and everything in it that runs or styles is named in its policy by its hash.
 * @param expected SHA-256 of the page as it was built, in hex, where that is known
 * @returns the hash of the page that was served
 * @throws CheckFailed
 */
export async function checkPage(
  endpoint: string,
  expected: string | undefined,
  { fetch }: Pick<Runtime, "fetch">,
): Promise<string> {
  const response = await fetch(`${endpoint}/h/AAAAAAAAAAAAAAAAAAAAAA`, { redirect: "error" });
  if (response.status !== 200) {
    throw new CheckFailed(
      `GET /h/… answered ${response.status}: is ${new URL(endpoint).host} the service's host, and does it lead to the API?`,
    );
  }
  const wrong = Object.entries(HEADERS)
    .filter(([name, pattern]) => !pattern.test(response.headers.get(name) ?? ""))
    .map(([name]) => name);
  if (endpoint.startsWith("https:") && !response.headers.has("strict-transport-security")) {
    wrong.push("strict-transport-security");
  }
  if (wrong.length > 0) {
    throw new CheckFailed(
      `${wrong.join(", ")} is not as the service sends it: does something in front rewrite headers?`,
    );
  }
  const served = await response.text();
  // The company block is the deployment's own.
  const html = takeApart(served)?.empty ?? served;
  checkHashes(html, response.headers.get("content-security-policy") ?? "");
  const hash = createHash("sha256").update(html).digest("hex");
  if (expected !== undefined && hash !== expected) {
    throw new CheckFailed(
      `the page that is served (SHA-256 ${hash}) is not the one that was built (${expected}): deploy again`,
    );
  }
  return `SHA-256 ${hash}${expected === undefined ? "" : ", the one that was built"}`;
}

function checkHashes(html: string, policy: string): void {
  if (/'unsafe-/.test(policy)) throw new CheckFailed("the page's policy allows something unsafe");
  const inline = Array.from(
    html.replace(EMPTY_BLOCK, "").matchAll(/<(script|style)\b[^>]*>([\s\S]*?)<\/\1>/gi),
    ([, , text = ""]) => text,
  );
  if (inline.length === 0) throw new CheckFailed("the page has no script: is it ours?");
  for (const text of inline) {
    const hash = createHash("sha256").update(text).digest("base64");
    if (!policy.includes(`'sha256-${hash}'`)) {
      throw new CheckFailed(
        "the page holds a script or style that its policy does not name: something has changed it on the way",
      );
    }
  }
}
