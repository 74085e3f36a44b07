import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseEndpoint, SenderError } from "@secret-handoff/sdk";
import type { Invocation } from "./arguments.ts";
import type { CliContext } from "./context.ts";

/** What `init` writes beside a repository's other settings. It holds no secret. */
export const CONFIGURATION_FILE = ".secret-handoff.json";

export type Configuration = {
  readonly endpoint?: string;
  readonly from?: string;
  readonly region?: string;
  readonly class?: string;
};

const NAMES: readonly (keyof Configuration)[] = ["endpoint", "from", "region", "class"];

/**
 * Reads the nearest configuration, of this folder or one above it.
 * @throws SenderError `input` where it is none
 */
export async function readConfiguration({ cwd }: Pick<CliContext, "cwd">): Promise<Configuration> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, CONFIGURATION_FILE);
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text !== undefined) return parseConfiguration(text, path);
    if (dirname(folder) === folder) return {};
  }
}

function parseConfiguration(text: string, path: string): Configuration {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SenderError("input", `${path} is not JSON. Mend it, or write it anew: secret-handoff init.`, {
      cause,
    });
  }
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const wrong = entries.find(
    ([name, entry]) => !NAMES.some((known) => known === name) || typeof entry !== "string",
  );
  if (wrong) {
    throw new SenderError(
      "input",
      `${path} has a setting "${wrong[0]}" that is not known, or is no text. It may have ${NAMES.join(", ")}.`,
    );
  }
  return Object.fromEntries(entries);
}

/** Commands whose service was shown. */
const announced = new WeakSet<CliContext>();

/** @throws SenderError `endpoint` where none is set */
export async function endpointOf(invocation: Invocation, context: CliContext): Promise<string> {
  const given = invocation.text("endpoint") ?? context.env.SECRET_HANDOFF_ENDPOINT;
  if (given) return parseEndpoint(given);
  const { endpoint } = await readConfiguration(context);
  if (endpoint) {
    const origin = parseEndpoint(endpoint);
    // A repository may be somebody else's: whose service it names must be seen.
    if (!announced.has(context))
      context.terminal.say(context.terminal.style("dim", `Service: ${origin}, from ${CONFIGURATION_FILE}`));
    announced.add(context);
    return origin;
  }
  throw new SenderError(
    "endpoint",
    "No service is set. Give --endpoint https://handoff.example.com, set SECRET_HANDOFF_ENDPOINT, or run secret-handoff init.",
  );
}
