import { randomUUID } from "node:crypto";
import { basename, resolve } from "node:path";
import {
  Concealed,
  type Deadline,
  type GivenValue,
  givenSecrets,
  type LabelledSecret,
  parameterStore,
  parseGivenValues,
  parseParameters,
  parseSecretIds,
  readParameters,
  readSecrets,
  SenderError,
  secretsManager,
} from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Configuration } from "../configuration.ts";
import type { CliContext } from "../context.ts";
import { shown } from "../terminal.ts";
import { asked, decode, fileBytes, fileText, withoutLineEnd } from "./reading.ts";

/** Values that are given here: asked for, piped in, or in a file of NAME=value. @throws SenderError `input` */
export async function givenValues(
  invocation: Invocation,
  context: CliContext,
): Promise<readonly GivenValue[]> {
  const values: GivenValue[] = [];
  for (const name of invocation.texts("value")) {
    checkName(name);
    const value = await asked(context, `${name}: `, "--stdin NAME or --values-file");
    values.push({ name, value: new Concealed(value) });
  }
  const piped = invocation.text("stdin");
  if (piped !== undefined) {
    checkName(piped);
    if (context.terminal.inIsTerminal)
      throw new SenderError("input", "--stdin needs a pipe. To be asked, give --value NAME.");
    const text = decode(await context.terminal.pipedBytes(), "Standard input");
    values.push({ name: piped, value: new Concealed(withoutLineEnd(text)) });
  }
  const path = invocation.text("values-file");
  if (path !== undefined)
    values.push(...parseGivenValues(await fileText(path, "values-file"), "--values-file"));
  const empty = values.find(({ value }) => value.reveal().trim() === "");
  if (empty) throw new SenderError("input", `The value of ${empty.name} is empty. Give it one.`);
  return values;
}

function checkName(name: string): void {
  if (/^[A-Za-z_][\w.-]{0,99}$/.test(name)) return;
  throw new SenderError(
    "input",
    "A value's name has letters, digits, _, . and -, and begins with a letter. Give the name alone: the value is asked for.",
  );
}

/** @throws SenderError the first mistake; the others are told */
export async function allSecrets(
  invocation: Invocation,
  configuration: Configuration,
  given: readonly GivenValue[],
  { terminal, runtime }: CliContext,
  deadline: Deadline,
): Promise<readonly LabelledSecret[]> {
  const region = invocation.text("region") ?? configuration.region;
  const selectors = parseSecretIds(invocation.texts("secret-id").join("\n"));
  const parameters = parseParameters(invocation.texts("parameter").join("\n"));
  const execution = randomUUID();
  const now = Math.floor(runtime.now() / 1_000);
  const [named, stored, files] = await Promise.all([
    readSecrets(selectors, secretsManager({ region, versionStage: undefined }, deadline, runtime)),
    readParameters(parameters, parameterStore(region, deadline, runtime)),
    Promise.all(invocation.texts("file").map((path) => fileSecret(path, execution, now))),
  ]);
  const [first, ...others] = [...named.errors, ...stored.errors];
  for (const { message } of others) terminal.say(shown(message));
  if (first) throw first;
  const secrets = [
    ...named.secrets,
    ...stored.secrets,
    ...givenSecrets(given, "cli", execution, now),
    ...files,
  ];
  if (secrets.length > 0) return secrets;
  throw new SenderError(
    "input",
    "Nothing to hand over. Give --value NAME to be asked for it, --stdin NAME, --file, --values-file, --secret-id or --parameter.",
  );
}

/** A file as it is. Its bytes have no version of their own: each command hands it over anew. */
async function fileSecret(path: string, execution: string, now: number): Promise<LabelledSecret> {
  const label = basename(resolve(path));
  return {
    ...{ arn: `value:cli:${label}:${execution}`, name: label, label },
    ...{ versionId: execution, versionCreatedAt: now },
    value: new Concealed(new Uint8Array(await fileBytes(path, "file"))),
  };
}
