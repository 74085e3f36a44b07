import { type Context, type Handler, Hono, type MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Log } from "../runtime.ts";
import { answerFailure, ProblemError } from "./problem.ts";

/** An app whose every answer bears the security headers, and whose failures are problems. @param origin of this service */
export function createApp(origin: string, log: Log): Hono {
  const app = new Hono();
  app.use(...securityHeaders(origin));
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

/** What secure-headers leaves to its user. The page's own policy, with the hashes of its script and style, takes this one's place. */
const HEADERS = Object.entries({
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-robots-tag": "noindex, nofollow, noarchive",
});

function securityHeaders(origin: string): MiddlewareHandler[] {
  return [
    secureHeaders({
      xFrameOptions: "DENY",
      permissionsPolicy: {
        camera: [],
        displayCapture: [],
        geolocation: [],
        microphone: [],
        payment: [],
        usb: [],
      },
      strictTransportSecurity: origin.startsWith("https:") && "max-age=63072000; includeSubDomains",
      // For browsers that nobody uses any more, or said by the policy.
      xDnsPrefetchControl: false,
      xDownloadOptions: false,
      xPermittedCrossDomainPolicies: false,
      xXssProtection: false,
    }),
    (c, next) => {
      for (const [name, value] of HEADERS) c.header(name, value);
      return next();
    },
  ];
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
