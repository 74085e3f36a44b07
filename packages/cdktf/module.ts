import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildModules, InvalidProps } from "./src/index.ts";

/**
 * `npm run module`: writes the plain Terraform modules to terraform/, which is committed. `-- --out FOLDER --code packages/lambda/dist`
 * puts the archives of the built functions into them as well, as a release has them.
 */
const { values } = parseArgs({
  options: {
    code: { type: "string" },
    out: { type: "string", default: fileURLToPath(new URL("../../terraform", import.meta.url)) },
  },
});

try {
  buildModules(resolve(values.out), values.code === undefined ? undefined : resolve(values.code));
  process.stdout.write(`${resolve(values.out)}\n`);
} catch (error) {
  if (!(error instanceof InvalidProps)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
