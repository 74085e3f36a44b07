import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export type Seen = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The asking side's: one connection has one. */
  readonly port: number | undefined;
};

/**
 * One answer of the script. After the request was read, `drop` closes the connection, `hang` never answers, and `stall` begins an
 * answer that never goes on.
 */
export type Scripted =
  | {
      readonly status: number;
      readonly json?: unknown;
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | "drop"
  | "hang"
  | "stall";

export type ScriptedServer = {
  readonly url: string;
  /** Requests in the order they came. */
  readonly seen: readonly Seen[];
  /** Replaces the answers; the last one is repeated. */
  answer: (...answers: readonly Scripted[]) => void;
  close: () => Promise<void>;
};

/** An HTTP server on loopback that gives the answers it is told. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  let script: Scripted[] = [{ status: 404 }];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const body = Buffer.concat(chunks).toString("utf8");
      seen.push({ method, path, headers, body, port: request.socket.remotePort });
      const next = script.length > 1 ? script.shift() : script[0];
      if (next === undefined || next === "drop") {
        request.socket.destroy();
        return;
      }
      if (next === "hang") return;
      if (next === "stall") {
        response.writeHead(200, { "content-length": "100" });
        response.write("{");
        return;
      }
      const json = next.status >= 400 ? "application/problem+json" : "application/json";
      const type = next.json === undefined ? {} : { "content-type": json };
      response.writeHead(next.status, { ...type, ...next.headers });
      response.end(next.text ?? (next.json === undefined ? "" : JSON.stringify(next.json)));
    });
  });
  // A busy machine may stand still for longer than the five seconds that Node gives an idle connection.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answer: (...answers) => {
      seen.length = 0;
      script = [...answers];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A problem+json body as the service writes it. */
export function problem(status: number, code: string, detail: string, more: object = {}): Scripted {
  return {
    status,
    json: { type: `urn:secret-handoff:problem:${code}`, title: code, status, code, detail, ...more },
  };
}
