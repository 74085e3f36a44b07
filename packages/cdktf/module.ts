import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildModules, InvalidProps } from "./src/index.ts";

/** `npm run module`: writes the plain Terraform modules to cdktf.out/module. */
const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    code: { type: "string", default: resolve(here, "../lambda/dist") },
    out: { type: "string", default: "cdktf.out/module" },
  },
});

try {
  buildModules(resolve(values.code), resolve(values.out));
  process.stdout.write(`${resolve(values.out)}\n`);
} catch (error) {
  if (!(error instanceof InvalidProps)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
