import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { doctor, readOutputs } from "./src/doctor/doctor.ts";

/**
 * `npm run doctor -- --endpoint URL`, or `--outputs FILE`: checks a deployed service. Exits 1 when a check failed, and 2 when it
 * was not told which service.
 */
const USAGE = "usage: npm run doctor -- --endpoint https://HOST | --outputs FILE [--class NAME]";

const options = readOptions();
const { endpoint, operatorEndpoint } = readService();
const results = await doctor({
  endpoint: endpoint.replace(/\/$/, ""),
  operatorEndpoint,
  pageHash: builtPageHash(),
  class: options.class,
  environment: process.env,
});
for (const { status, check, detail } of results) {
  process.stdout.write(`${status.padEnd(8)}${check}${detail === undefined ? "" : `: ${detail}`}\n`);
}
process.exitCode = results.some(({ status }) => status === "failed") ? 1 : 0;

function readOptions() {
  try {
    return parseArgs({
      options: {
        endpoint: { type: "string" },
        outputs: { type: "string" },
        class: { type: "string" },
        code: { type: "string", default: fileURLToPath(new URL("../lambda/dist", import.meta.url)) },
      },
    }).values;
  } catch {
    return refuse(USAGE);
  }
}

function readService(): { readonly endpoint: string; readonly operatorEndpoint?: string | undefined } {
  const { outputs, endpoint: named } = options;
  if (outputs === undefined) return named ? { endpoint: named } : refuse(USAGE);
  try {
    return readOutputs(outputs);
  } catch (error) {
    return refuse(`${outputs} cannot be used: ${error instanceof Error ? error.message : error}`);
  }
}

function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}

/** Of the page that was built, where there is one in the code's folder. */
function builtPageHash(): string | undefined {
  const file = join(options.code, "recipient/page.html");
  if (!existsSync(file)) return undefined;
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
