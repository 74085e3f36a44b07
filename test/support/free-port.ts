import { once } from "node:events";
import { createServer } from "node:net";

const MOST_PORTS = 8;

/**
 * Starts a program that must be told its port. Between the draw and the program's start another program may take that port, so a
 * start that fails because of it gets another one.
 * @param start undefined when the program ended before it was ready
 * @throws Error when it ends on each of eight ports, and whatever `start` throws
 */
export async function onFreePort<Started>(
  start: (port: number) => Promise<Started | undefined>,
): Promise<Started> {
  for (let ports = 0; ports < MOST_PORTS; ports += 1) {
    const started = await start(await freePort());
    if (started !== undefined) return started;
  }
  throw new Error(`the program ended before it was ready, on ${MOST_PORTS} ports in a row`);
}

/** Of 127.0.0.1, and free just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}
