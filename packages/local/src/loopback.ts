import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";

/** A server of the local stack. */
export type Loopback = {
  /** `http://127.0.0.1:port`, without a trailing slash. */
  readonly url: string;
  readonly close: () => Promise<void>;
};

type RequestHandler = (request: Request, url: URL) => Response | Promise<Response>;

/**
 * Serves HTTP on 127.0.0.1, on any free port. A request that names another host (DNS rebinding) or comes from a page of another
 * origin is refused: a browser on the same machine must not be a way in.
 * @throws Error when the port cannot be bound
 */
export async function serveLoopback(handle: RequestHandler): Promise<Loopback> {
  let hosts: readonly string[] = [];
  const server = createAdaptorServer({
    fetch: async (request) => {
      const host = request.headers.get("host") ?? "";
      if (!hosts.includes(host)) return new Response("unknown host\n", { status: 421 });
      const origin = request.headers.get("origin");
      if (origin !== null && !hosts.some((known) => origin === `http://${known}`)) {
        return new Response("foreign origin\n", { status: 403 });
      }
      try {
        return await handle(request, new URL(request.url));
      } catch (error) {
        // Its message may quote what it met, such as a secret.
        const name = error instanceof Error ? error.name : typeof error;
        return new Response(`the local stack failed: ${name}\n`, { status: 500 });
      }
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

/** Failures that a test has ordered, answered in turn before anything else. */
export class Faults {
  readonly #queue: (() => Response)[] = [];

  /** The next `times` answers fail. @param fault an HTTP status, or what makes the answer */
  order(fault: number | (() => Response), times = 1): void {
    const answer = typeof fault === "number" ? () => new Response(null, { status: fault }) : fault;
    for (let n = 0; n < times; n += 1) this.#queue.push(answer);
  }

  /** The failure to answer now, if any. */
  next(): Response | undefined {
    return this.#queue.shift()?.();
  }
}
