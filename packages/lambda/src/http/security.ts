import type { Context, MiddlewareHandler } from "hono";
import { ProblemError } from "./problem.ts";

const PERMISSIONS = ["camera", "display-capture", "geolocation", "microphone", "payment", "usb"];

/**
 * Headers of every answer, laid down before it is made: an answer that is opened again to add them costs twice. The page's own
 * policy, with the hashes of its script and style, takes the place of this one.
 */
export function securityHeaders(origin: string): MiddlewareHandler {
  const headers = Object.entries({
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": PERMISSIONS.map((name) => `${name}=()`).join(", "),
    ...(origin.startsWith("https:")
      ? { "strict-transport-security": "max-age=63072000; includeSubDomains" }
      : {}),
  });
  return (c, next) => {
    for (const [name, value] of headers) c.header(name, value);
    return next();
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
