import type { MiddlewareHandler } from "hono";
import { ProblemError } from "./problem.ts";

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
export const refuseServiceWorkers: MiddlewareHandler = (c, next) => {
  const refusal = workerRefusal(c.req.raw.headers);
  return refusal ? Promise.resolve(refusal.toResponse(c)) : next();
};
