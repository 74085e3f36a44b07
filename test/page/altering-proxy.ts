import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";

/** What stands between a browser and the service, and changes the page on its way. */
export type AlteringProxy = {
  readonly url: string;
  /** How often something else than the page was asked for. */
  readonly calls: readonly string[];
  close(): Promise<void>;
};

type Answer = {
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly status: number;
};

/** @param alter takes what the service answers to a GET, and its path; and gives what the browser gets */
export async function startAlteringProxy(
  service: string,
  alter: (answer: Answer, path: string) => Answer,
): Promise<AlteringProxy> {
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    if (request.method !== "GET") calls.push(`${request.method} ${request.url?.split("?")[0]}`);
    const answer = await fetch(`${service}${request.url}`, { headers: asked(request.headers) });
    const headers = Object.fromEntries(
      [...answer.headers].filter(
        ([name]) => !/^(?:content-length|content-encoding|transfer-encoding)$/.test(name),
      ),
    );
    const { status } = answer;
    const altered = alter({ body: await answer.text(), headers, status }, request.url ?? "");
    response.writeHead(altered.status, altered.headers).end(altered.body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** What the service answers by. */
function asked({ accept = "*/*", "service-worker": worker }: IncomingHttpHeaders): Record<string, string> {
  return { accept, ...(worker === undefined ? {} : { "service-worker": String(worker) }) };
}
