import { constants, type Stats } from "node:fs";
import { lstat, open, stat } from "node:fs/promises";
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
    const text = await textOf(folder, path, context);
    if (text !== undefined) return { configuration: parseConfiguration(text, path), path };
    if (dirname(folder) === folder) return { configuration: {} };
  }
}

/** Undefined where there is no file that may be read. */
async function textOf(folder: string, path: string, context: CliContext): Promise<string | undefined> {
  // A pipe is opened without waiting for whoever writes into it: nobody may ever.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(() => undefined);
  if (!file) return undefined;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return undefined;
    if (!(await isPlanted(folder, path, stats, context))) return await file.readFile("utf8");
    warn(path, context);
    return undefined;
  } finally {
    await file.close();
  }
}

/**
 * True where another user has put the file into a folder that everybody may write to, like /tmp: whoever works below it would hand secrets
 * over through a service of that user's. Git had this fault (CVE-2022-24765). Windows knows no such folders by their mode.
 */
async function isPlanted(
  folder: string,
  path: string,
  file: Pick<Stats, "uid">,
  { uid }: Pick<CliContext, "uid">,
): Promise<boolean> {
  if (uid === undefined) return false;
  // Also the one that was opened: what bears the name may be another by now.
  const [{ mode }, named] = await Promise.all([stat(folder), lstat(path)]);
  const isOthers = [file, named].some(({ uid: owner }) => owner !== uid && owner !== ROOT);
  return (mode & WRITABLE_BY_ALL) !== 0 && isOthers;
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
