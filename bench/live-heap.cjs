/** Runs the committed bundle, and says in its last line what the process still holds after a full collection, bytes. */
const { setFlagsFromString } = require("node:v8");
const { runInNewContext } = require("node:vm");

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
process.on("exit", () => {
  collect();
  process.stdout.write(`live heap: ${process.memoryUsage().heapUsed}\n`);
});
require("../packages/action/dist/index.cjs");
