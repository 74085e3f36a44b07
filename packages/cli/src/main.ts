#!/usr/bin/env node
import { runCli } from "./cli.ts";

void runCli(process.argv.slice(2)).then((code) => {
  // A connection that was left behind must not keep the command alive.
  process.stdout.write("", () => process.exit(code));
});
