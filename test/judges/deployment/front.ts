import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A host name in front of an emulated API. MiniStack tells APIs apart by `ID.execute-api.localhost`, which Node.js does not resolve and
 * links do not take without TLS; this server leads there from an address on 127.0.0.1.
 */
export class Front {
  #target: { readonly port: string; readonly host: string } | undefined;
  readonly #server = createServer((incoming, outgoing) => {
    if (this.#target === undefined) {
      outgoing.writeHead(503).end();
      return;
    }
    const { port, host } = this.#target;
    const headers = { ...incoming.headers, host };
    const forwarded = request(
      { host: "127.0.0.1", port, method: incoming.method, path: incoming.url, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forwarded.once("error", () => outgoing.writeHead(502).end());
    incoming.pipe(forwarded);
  });

  async start(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** @param endpoint the API's own address, `http://ID.execute-api.localhost:PORT` */
  leadTo(endpoint: string): void {
    const { port, host } = new URL(endpoint);
    this.#target = { port, host };
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
