#!/usr/bin/env node
import { runCli } from "./cli.ts";

// Warnings for developers, like that of the AWS SDK about versions of Node.js, say nothing to whoever runs the command.
if (process.env.SECRET_HANDOFF_DEBUG !== "1") process.removeAllListeners("warning");

// Windows looks for gpg, op and the others in the working folder first, and that may be somebody else's repository
// (NeedCurrentDirectoryForExePathW).
process.env.NoDefaultCurrentDirectoryInExePath = "1";

// Node.js itself would show the error with all that it holds. Loaded where it is needed: help comes at once.
if (process.env.SECRET_HANDOFF_DEBUG !== "1") {
  process.once("uncaughtException", async (error) => {
    const { faultOf } = await import("@secret-handoff/sdk");
    process.stderr.write(`Error: ${faultOf(error).message}\n`, () => process.exit(1));
  });
}

void runCli(process.argv.slice(2)).then((code) => {
  // A connection that was left behind must not keep the command alive.
  process.stdout.write("", () => process.exit(code));
});
