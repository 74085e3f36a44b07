/**
 * Asks tools that we did not write: `npm run check:judges`, or one of them by its name. A judge that cannot be installed here is
 * skipped with one line; REQUIRE_JUDGES=1 makes that a failure.
 */
import { schemathesis } from "./api.ts";
import { lifeOnMiniStack } from "./deployment/life.ts";
import { appliedToMoto } from "./deployment/stacks.ts";
import { checkov } from "./infrastructure.ts";
import { NotInstallable } from "./python.ts";
import { vault } from "./vault.ts";
import { actionlint, forms, zizmor } from "./workflows.ts";

const JUDGES: Readonly<Record<string, () => boolean | Promise<boolean>>> = {
  zizmor,
  actionlint,
  forms,
  schemathesis,
  checkov,
  vault,
  moto: appliedToMoto,
  ministack: lifeOnMiniStack,
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(JUDGES);
for (const name of names) {
  const judge = JUDGES[name];
  if (judge === undefined) throw new Error(`${name} is none of ${Object.keys(JUDGES).join(", ")}`);
  console.log(`\n-- ${name}`);
  try {
    if (await judge()) continue;
    console.error(`${name}: failed`);
    process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof NotInstallable)) throw error;
    console.log(`skipped: ${name}: ${error.message}`);
    if (process.env.REQUIRE_JUDGES === "1") process.exitCode = 1;
  }
}
