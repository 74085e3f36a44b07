import { lstat, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { onOneLine } from "@secret-handoff/protocol/shown-text";
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
export async function readConfiguration(context: CliContext): Promise<Configuration> {
  return (await nearest(context)).configuration;
}

type Found = { readonly configuration: Configuration; readonly path?: string };

async function nearest(context: CliContext): Promise<Found> {
  for (let folder = context.cwd; ; folder = dirname(folder)) {
    const path = join(folder, CONFIGURATION_FILE);
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text !== undefined && (await isPlanted(folder, path, context))) warn(path, context);
    else if (text !== undefined) return { configuration: parseConfiguration(text, path), path };
    if (dirname(folder) === folder) return { configuration: {} };
  }
}

/**
 * True where another user has put the file into a folder that everybody may write to, like /tmp: whoever works below it would hand secrets
 * over through a service of that user's. Git had this fault (CVE-2022-24765). Windows knows no such folders by their mode.
 */
async function isPlanted(folder: string, path: string, { uid }: Pick<CliContext, "uid">): Promise<boolean> {
  if (uid === undefined) return false;
  const [{ mode }, { uid: owner }] = await Promise.all([stat(folder), lstat(path)]);
  return (mode & WRITABLE_BY_ALL) !== 0 && owner !== uid && owner !== ROOT;
}

const WRITABLE_BY_ALL = 0o002;
const ROOT = 0;

/** Once for each command: it asks for its configuration several times. */
const warned = new WeakSet<CliContext>();

function warn(path: string, context: CliContext): void {
  if (!warned.has(context)) {
    const sentence = `${path} is not read: it is another user's, in a folder that everybody may write to.`;
    context.terminal.say(context.terminal.style("yellow", onOneLine(sentence)));
  }
  warned.add(context);
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
  const { configuration, path = "" } = await nearest(context);
  const { endpoint } = configuration;
  if (endpoint) {
    const origin = parseEndpoint(endpoint);
    // A repository may be somebody else's: whose service it names must be seen.
    if (!announced.has(context))
      context.terminal.say(context.terminal.style("dim", onOneLine(`Service: ${origin}, from ${path}`)));
    announced.add(context);
    return origin;
  }
  throw new SenderError(
    "endpoint",
    "No service is set. Give --endpoint https://handoff.example.com, set SECRET_HANDOFF_ENDPOINT, or run secret-handoff init.",
  );
}
