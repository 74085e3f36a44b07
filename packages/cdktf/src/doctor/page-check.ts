import { createHash } from "node:crypto";
import { CheckFailed, type Runtime } from "./check.ts";

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
  const html = await response.text();
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
    html.matchAll(/<(script|style)\b[^>]*>([\s\S]*?)<\/\1>/gi),
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
