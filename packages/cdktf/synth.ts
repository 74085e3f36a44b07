import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { App } from "cdktf";
import { InvalidProps, SecretHandoffStack, type StackConfig } from "./src/index.ts";

/** `npm run synth`: writes cdktf.out/stacks/secret-handoff/cdk.tf.json. cdktf.json names it as the app. */
const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    config: { type: "string", default: resolve(here, "handoff.config.ts") },
    code: { type: "string", default: resolve(here, "../lambda/dist") },
  },
});

try {
  const { default: config } = (await import(pathToFileURL(resolve(values.config)).href)) as {
    default: StackConfig;
  };
  const app = new App();
  new SecretHandoffStack(app, "secret-handoff", { ...config, code: resolve(values.code) });
  app.synth();
  process.stdout.write(`${resolve(app.outdir, "stacks/secret-handoff/cdk.tf.json")}\n`);
} catch (error) {
  if (!(error instanceof InvalidProps)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
