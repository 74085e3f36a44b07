import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { App } from "cdktf";
import { checkConfig, InvalidProps, SecretHandoffStack, type StackConfig } from "./src/index.ts";

/**
 * `npm run synth -- --config FILE`: checks a configuration, builds the functions, and writes cdktf.out/stacks/secret-handoff/cdk.tf.json.
 * cdktf.json names it as the app. Exits 1 with every problem of the configuration, a sentence each.
 */
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    config: { type: "string", default: process.env.HANDOFF_CONFIG ?? "handoff.config.ts" },
    code: { type: "string" },
  },
});

try {
  const config = await readConfig(resolve(values.config));
  checkConfig(config);
  const app = new App();
  const stack = new SecretHandoffStack(app, "secret-handoff", {
    ...config,
    code: resolve(values.code ?? buildFunctions()),
  });
  for (const warning of stack.warnings) process.stderr.write(`warning: ${warning}\n`);
  app.synth();
  process.stdout.write(`${resolve(app.outdir, "stacks/secret-handoff/cdk.tf.json")}\n`);
} catch (error) {
  if (!(error instanceof InvalidProps)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function readConfig(file: string): Promise<StackConfig> {
  if (!existsSync(file)) {
    throw new InvalidProps([
      `there is no ${file}: copy examples/handoff.config.ts to there and edit it, or name your file with --config`,
    ]);
  }
  const { default: config } = (await import(pathToFileURL(file).href)) as { readonly default?: StackConfig };
  // A CommonJS file without a default export gives what else it exports.
  if (config === undefined || !("region" in config || "service" in config)) {
    throw new InvalidProps([`${file} exports no configuration: write "export default config" in it`]);
  }
  return config;
}

/** @returns the folder with the functions */
function buildFunctions(): string {
  const script = here("../lambda/build.ts");
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", script], {
    cwd: join(here("."), "../.."),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the functions could not be built:\n${stderr}`);
  return here("../lambda/dist");
}
