import { type Context, type Handler, Hono, type MiddlewareHandler } from "hono";
import type { Log } from "../runtime.ts";
import { answerFailure, ProblemError } from "./problem.ts";

/** An app whose every answer bears the security headers, and whose failures are problems. @param origin of this service */
export function createApp(origin: string, log: Log): Hono {
  const app = new Hono();
  app.use(securityHeaders(origin));
  app.onError((error, c) => answerFailure(error, c, log));
  app.notFound((c) => new ProblemError("not_found", "There is nothing at this address.").toResponse(c));
  return app;
}

type Method = "GET" | "POST" | "DELETE";

/** Registers the methods of one path; any other is 405 and told what is allowed. */
export function route(app: Hono, path: string, methods: Partial<Record<Method, Handler>>): void {
  const allowed = Object.keys(methods).flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  for (const [method, handler] of Object.entries(methods)) app.on(method, path, handler);
  app.all(path, () => {
    throw new ProblemError("method_not_allowed", `Allowed here: ${allowed.join(", ")}.`, {
      headers: { allow: allowed.join(", ") },
    });
  });
}

const PERMISSIONS = ["camera", "display-capture", "geolocation", "microphone", "payment", "usb"];

/**
 * Headers of every answer. Not Hono's secure-headers: it sets them on the finished answer, which opens that again, and costs FIGURE
 * of the time of a small answer; and the page's own policy, with the hashes of its script and style, must take the place of this one.
 */
function securityHeaders(origin: string): MiddlewareHandler {
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
