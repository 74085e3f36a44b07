import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server whose answers begin well and never end. */
export async function startEndlessServer(type: string) {
  let sent = 0;
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": type });
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, " "))) sent += 65_536;
    };
    response.on("drain", more).on("error", () => {});
    more();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Bytes, so far and to all who asked. */
    sent: () => sent,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
