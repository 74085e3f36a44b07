import type { Context, MiddlewareHandler } from "hono";
import { ProblemError } from "./problem.ts";

const PERMISSIONS = ["camera", "display-capture", "geolocation", "microphone", "payment", "usb"];

/** Headers of every answer. The page's own policy, with the hashes of its script and style, is set with the page. */
export function securityHeaders(origin: string): MiddlewareHandler {
  const https = origin.startsWith("https:");
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    headers.set("cache-control", "no-store");
    headers.set("x-content-type-options", "nosniff");
    headers.set("referrer-policy", "no-referrer");
    headers.set("x-frame-options", "DENY");
    headers.set("x-robots-tag", "noindex, nofollow, noarchive");
    headers.set("cross-origin-opener-policy", "same-origin");
    headers.set("cross-origin-resource-policy", "same-origin");
    headers.set("permissions-policy", PERMISSIONS.map((name) => `${name}=()`).join(", "));
    if (https) headers.set("strict-transport-security", "max-age=63072000; includeSubDomains");
    if (!headers.has("content-security-policy")) {
      headers.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    }
  };
}

/**
 * Refuses a call that another site's page makes in a visitor's browser.
 * @throws ProblemError 403 `foreign_origin`
 */
export function refuseForeignOrigin(c: Context, origin: string): void {
  const claimed = c.req.header("origin");
  if ((claimed !== undefined && claimed !== origin) || c.req.header("sec-fetch-site") === "cross-site") {
    throw new ProblemError("foreign_origin", "This service answers only pages of its own.");
  }
}
