import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { doctor, readOutputs } from "./src/index.ts";

/** `npm run doctor -- --endpoint URL`, or `--outputs FILE`: examines a deployed service. Exits 1 when a check failed. */
const { values } = parseArgs({
  options: {
    endpoint: { type: "string" },
    outputs: { type: "string" },
    class: { type: "string" },
    code: { type: "string", default: fileURLToPath(new URL("../lambda/dist", import.meta.url)) },
  },
});

const service = values.outputs ? readOutputs(values.outputs) : { endpoint: values.endpoint };
if (!service.endpoint) {
  process.stderr.write("usage: npm run doctor -- --endpoint https://HOST | --outputs FILE [--class NAME]\n");
  process.exit(2);
}
const findings = await doctor({
  ...service,
  endpoint: service.endpoint.replace(/\/$/, ""),
  pageHash: builtPageHash(),
  class: values.class,
  environment: process.env,
});
for (const { outcome, check, detail } of findings) {
  process.stdout.write(`${outcome.padEnd(8)}${check}${detail === undefined ? "" : `: ${detail}`}\n`);
}
process.exitCode = findings.some(({ outcome }) => outcome === "failed") ? 1 : 0;

/** Of the page that was built, where there is one in the code's folder. */
function builtPageHash(): string | undefined {
  const file = join(values.code, "recipient/page.html");
  if (!existsSync(file)) return undefined;
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
