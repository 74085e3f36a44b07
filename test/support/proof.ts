import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";

const folder = new URL("../proof/", import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => file.replace(".test.ts", ""));
const wanted = process.argv.slice(2);

if (wanted.length === 0 || wanted.some((name) => !existsSync(new URL(`${name}.test.ts`, folder)))) {
  process.stderr.write(`usage: npm run proof -- NAME…   where NAME is one of: ${names.join(", ")}\n`);
  process.exit(2);
}
const jest = [
  "--experimental-vm-modules",
  "--no-warnings=ExperimentalWarning",
  "node_modules/jest/bin/jest.js",
];
const run = spawnSync(
  process.execPath,
  [...jest, "--runInBand", ...wanted.map((name) => `test/proof/${name}.test.ts`)],
  {
    stdio: "inherit",
    env: { ...process.env, SECRET_HANDOFF_TIER: "proof" },
  },
);
process.exit(run.status ?? 1);
