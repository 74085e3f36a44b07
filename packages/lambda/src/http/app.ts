import { type Context, type Handler, Hono, type MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Log } from "../runtime.ts";
import { answerFailure, ProblemError } from "./problem.ts";

/** An app that sets the security headers on every answer, keeps no service worker, and answers failures as problems. @param origin of this service */
export function createApp(origin: string, log: Log): Hono {
  const app = new Hono();
  app.use(...securityHeaders(origin), refuseServiceWorkers);
  app.onError((error, c) => answerFailure(error, c, log));
  app.notFound(nothingHere);
  return app;
}

export function nothingHere(c: Context): Response {
  return new ProblemError("not_found", "There is nothing at this address.").toResponse(c);
}

type Method = "GET" | "POST" | "DELETE";

/** Registers the methods of one path; any other gets 405, with Allow. */
export function route(app: Hono, path: string, methods: Partial<Record<Method, Handler>>): void {
  const allowed = Object.keys(methods).flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  for (const [method, handler] of Object.entries(methods)) app.on(method, path, handler);
  app.all(path, () => {
    throw new ProblemError("method_not_allowed", `Allowed here: ${allowed.join(", ")}.`, {
      headers: { allow: allowed.join(", ") },
    });
  });
}

/** The headers that secure-headers does not set. The page replaces the policy by its own, with the hashes of its script and style. */
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
      // For browsers that nobody uses any more, or covered by the policy.
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

/**
 * What a browser adds when it fetches a service worker's script, to register or to update it. The page has no worker and another site's page
 * cannot make such a request, so it is about a worker that somebody else left on this host name: a page that was replaced, or an
 * application that was here before. Such a worker answers each link in the service's place, long after the service is clean. A 404 alone
 * leaves it there; this header has the browser remove it, with all that it stored.
 * https://w3c.github.io/ServiceWorker/#service-worker-script-request; https://w3c.github.io/webappsec-clear-site-data/#header
 */
const ASKS = ["service-worker", "script"] as const;
const CLEAN_UP = { "clear-site-data": '"cache", "storage"', "cache-control": "no-store" } as const;

/** The answer to whoever asks for the script of a service worker; undefined for every other request. */
export function workerRefusal(headers: Headers): ProblemError | undefined {
  const [name, value] = ASKS;
  if (headers.get(name) !== value) return undefined;
  return new ProblemError("not_found", "There is no service worker here, and none may stay.", {
    headers: CLEAN_UP,
  });
}

/** Comes before every route: a worker's script may have any path. */
const refuseServiceWorkers: MiddlewareHandler = (c, next) => {
  const refusal = workerRefusal(c.req.raw.headers);
  return refusal ? Promise.resolve(refusal.toResponse(c)) : next();
};
