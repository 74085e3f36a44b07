#!/usr/bin/env node
import { EngineError } from "./engine/engine.ts";
import { type LocalStackOptions, startLocalStack, stopSignal } from "./stack.ts";

/**
 * `npm run dev` and `secret-handoff-local`: the local stack until it is asked to stop. Prints one JSON line on standard output when all of it is ready, and
 * everything else (the service's log) on standard error.
 */

const SWEEP_MS = 5_000;
const SEAL_MS = 3_600_000;

const USAGE = `usage: secret-handoff-local

Runs the whole of secret-handoff on this machine, on 127.0.0.1 only, until it is stopped: the service, issuers of ID tokens, a Secrets
Manager endpoint, and an inbox that catches all mail. When it is ready it prints one JSON line with every address.

PORT      the service's port; without it any free one
DATA_DIR  the folder that keeps the data; without it they are in memory
ENGINE    what stores them: dynoxide, dynalite, or the URL of a DynamoDB endpoint
`;

async function main(): Promise<number> {
  const [argument] = process.argv.slice(2);
  if (argument !== undefined) {
    const asked = argument === "--help" || argument === "-h";
    process[asked ? "stdout" : "stderr"].write(USAGE);
    return asked ? 0 : 2;
  }
  const stopping = stopSignal();
  const options = optionsOf(process.env);
  if (typeof options === "string") return fail(options);
  const stack = await startLocalStack(options);
  await stack.service.seal();
  const sealing = setInterval(() => void stack.service.seal(), SEAL_MS);
  process.stdout.write(`${JSON.stringify(stack.addresses)}\n`);
  await stopping;
  clearInterval(sealing);
  await stack.close();
  return 0;
}

/** Options from the environment, or the sentence that says what is wrong with it. */
function optionsOf({ PORT = "0", DATA_DIR }: NodeJS.ProcessEnv): LocalStackOptions | string {
  const port = Number(PORT);
  if (!/^\d+$/.test(PORT) || port > 65_535) return "PORT must be a number from 0 (any free port) to 65535.";
  return {
    port,
    ...(DATA_DIR ? { dataDir: DATA_DIR } : {}),
    sweepEvery: SWEEP_MS,
    log: (line) => process.stderr.write(`${JSON.stringify(line)}\n`),
  };
}

function fail(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 1;
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof EngineError) return error.message;
  const taken = "code" in error && error.code === "EADDRINUSE";
  return taken ? "The port in PORT is taken. Choose another, or 0 for any." : (error.stack ?? error.message);
}

void main()
  .catch((error: unknown) => fail(sentenceOf(error)))
  .then((code) => process.exit(code));
