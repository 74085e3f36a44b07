import type { Handler, Hono } from "hono";
import { ProblemError } from "./problem.ts";

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
