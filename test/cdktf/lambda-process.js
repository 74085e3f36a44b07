import { pathToFileURL } from "node:url";

/**
 * Stands for Lambda's Node.js runtime: loads the function's index.js, hands on each event, sends back what the handler gives.
 * Ends with its parent.
 */
const [, , file] = process.argv;
const { handler } = await import(pathToFileURL(file).href);
const context = { getRemainingTimeInMillis: () => 30_000 };

process.on("message", async ({ invocation, event }) => {
  try {
    process.send({ invocation, result: (await handler(event, context)) ?? null });
  } catch (error) {
    process.send({ invocation, error: `${error.name}: ${error.message}` });
  }
});
process.on("disconnect", () => process.exit(0));
process.send({ ready: true });
