import dynalite from "dynalite";
import db from "dynalite/db/index.js";
import deleteItem from "dynalite/validations/deleteItem.js";
import putItem from "dynalite/validations/putItem.js";
import updateItem from "dynalite/validations/updateItem.js";

/**
 * dynalite in a process of its own: in the service's process it would halve the rate, and an error of its own would take the
 * service down. It ends when the IPC channel to its parent closes, however the parent died.
 *
 * What dynalite 4.0 does not do as DynamoDB does, and what is made up for here:
 * - It ignores ReturnValuesOnConditionCheckFailure. {@link returnItemsOnFailedConditions}
 * - It removes list elements one after the other, so that an index means another element than it did in the item as it was.
 *   {@link removeLastElementsFirst}
 * What stays different: no TTL, streams or transactions; a write's consumed capacity leaves out the indexes; a projection may name
 * what an index does not hold; each request needs an Authorization header, but its signature is not checked.
 */

const folder = process.env.ENGINE_FOLDER;
returnItemsOnFailedConditions();
removeLastElementsFirst();
const server = dynalite({
  createTableMs: 0,
  deleteTableMs: 0,
  updateTableMs: 0,
  ...(folder ? { path: folder } : {}),
});
// Node's own 5 seconds would, on a machine that stands still for so long, close connections just as they are used again.
server.keepAliveTimeout = 65_000;
let hosts = [];

const [answer] = server.listeners("request");
server.removeAllListeners("request");
server.on("request", (request, response) => {
  // dynalite itself would answer any host, and any page that asks across origins.
  if (!hosts.includes(request.headers.host) || request.headers.origin !== undefined) {
    response.writeHead(421).end();
    return;
  }
  answer.call(server, request, response);
});

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  process.send({ port });
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

/** Under the lock of the write itself, so that the item is the one that the condition was checked against. */
function returnItemsOnFailedConditions() {
  for (const { types } of [putItem, updateItem, deleteItem]) {
    types.ReturnValuesOnConditionCheckFailure = { type: "String", enum: ["ALL_OLD", "NONE"] };
  }
  const check = db.checkConditional;
  db.checkConditional = (data, existing) => {
    const failure = check(data, existing);
    if (failure && existing && data.ReturnValuesOnConditionCheckFailure === "ALL_OLD") {
      failure.body.Item = existing;
    }
    return failure;
  };
}

/** dynalite validates an update's sections right before it carries them out in their order. */
function removeLastElementsFirst() {
  const validate = db.validateUpdates;
  db.validateUpdates = (attributeUpdates, updates, table) => {
    updates?.sections.sort(byRemoval);
    return validate(attributeUpdates, updates, table);
  };
}

/** A total order: removals after everything else; among them by names upwards, by places in a list downwards. */
function byRemoval(one, other) {
  if (one.type !== "remove" || other.type !== "remove") {
    return Number(one.type === "remove") - Number(other.type === "remove");
  }
  const at = one.path.findIndex((step, index) => step !== other.path[index]);
  const [here, there] = [one.path[at], other.path[at]];
  if (typeof here === "number" && typeof there === "number") return there - here;
  return String(here) < String(there) ? -1 : 1;
}
