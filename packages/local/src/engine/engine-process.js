import dynalite from "dynalite";

/**
 * dynalite in a process of its own: in the service's process it would halve the rate, and an error of its own would take the
 * service down. Speaks to its parent over the IPC channel and ends when that closes, however the parent died.
 */

const folder = process.env.ENGINE_FOLDER;
const server = dynalite({
  createTableMs: 0,
  deleteTableMs: 0,
  updateTableMs: 0,
  ...(folder ? { path: folder } : {}),
});
// Node's own 5 seconds would, on a machine that stands still for so long, close connections just as they are used again.
server.keepAliveTimeout = 65_000;
/** @type {Record<string, number>} */
const counts = {};
let hosts = [];

const [answer] = server.listeners("request");
server.removeAllListeners("request");
server.on("request", (request, response) => {
  // dynalite itself would answer any host, and any page that asks across origins.
  if (!hosts.includes(request.headers.host) || request.headers.origin !== undefined) {
    response.writeHead(421).end();
    return;
  }
  const operation = /\.(\w+)$/.exec(request.headers["x-amz-target"] ?? "")?.[1];
  if (operation) counts[operation] = (counts[operation] ?? 0) + 1;
  answer.call(server, request, response);
});

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  process.send({ port });
});

process.on("message", ({ ask }) => {
  const { user, system } = process.cpuUsage();
  process.send({ ask, counts, cpuMs: (user + system) / 1_000 });
});

process.on("disconnect", () => {
  // What is under way finds its database closed, which dynalite throws; each of its writes is whole or was not begun.
  process.on("uncaughtException", () => process.exit(0));
  server.close(() => process.exit(0));
  server.closeAllConnections();
});

// Ctrl-C reaches every process of the terminal; the parent ends this one when it has finished writing.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
