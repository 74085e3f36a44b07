import { type HandoffId, isHandoffId } from "@secret-handoff/protocol";
import {
  type Deadline,
  parseSecretIds,
  type RotatableSecrets,
  SenderError,
  type ServiceClient,
} from "@secret-handoff/sdk";
import type { InputReader } from "./input-table.ts";

/** Which handoffs an operation is about. */
export type Selection =
  /** Null stands for a recipient who got none, as in the output of an earlier step. */
  | { readonly kind: "ids"; readonly ids: readonly (HandoffId | null)[] }
  | { readonly kind: "list"; readonly secrets: readonly string[]; readonly run?: string };

/** Of an ARN that ends with the six characters Secrets Manager adds. */
const WHOLE_ARN = /^arn:[^:]+:secretsmanager:[^:]+:\d{12}:secret:.+-[A-Za-z0-9]{6}$/;

/**
 * @param thisRun the id of the run that the step is part of
 * @throws SenderError `input` or `secret_ids`
 */
export function parseSelection(read: InputReader, thisRun: string | undefined): Selection {
  const ids = read("handoff-ids");
  const secretIds = read("secret-ids");
  const run = read("run") === "this" ? (thisRun ?? "") : read("run");
  if (ids !== "") {
    if (secretIds !== "" || read("run") !== "") {
      throw new SenderError("input", "handoff-ids goes without secret-ids and run. Drop one or the other.");
    }
    return { kind: "ids", ids: ids.startsWith("[") ? readArray(ids) : readLines(ids) };
  }
  if (secretIds === "" && read("run") === "") {
    throw new SenderError("input", "Say which handoffs: set handoff-ids, secret-ids or run.");
  }
  if (read("run") !== "" && !/^\d{1,20}$/.test(run)) {
    throw new SenderError("input", "run is no id of a workflow run. Write its number, or this.");
  }
  return {
    kind: "list",
    secrets: secretIds === "" ? [] : readSecretIds(secretIds),
    ...(run === "" ? {} : { run }),
  };
}

/**
 * The handoffs that are selected, as far as this workflow's repository has made them.
 * @param state only those in this state, where they are listed
 */
export async function selectHandoffs(
  selection: Selection,
  state: "open" | undefined,
  { service, vault }: { readonly service: ServiceClient; readonly vault: RotatableSecrets },
  deadline: Deadline,
): Promise<readonly (HandoffId | null)[]> {
  if (selection.kind === "ids") return selection.ids;
  const { secrets, run } = selection;
  const filter = { ...(run === undefined ? {} : { run }), ...(state === undefined ? {} : { state }) };
  const arns = await Promise.all(secrets.map(async (id) => (WHOLE_ARN.test(id) ? id : arnOf(id, vault))));
  const filters = secrets.length === 0 ? [filter] : arns.map((secret) => ({ ...filter, secret }));
  const lists = await Promise.all(filters.map((one) => service.list(one, deadline)));
  return [...new Set(lists.flat().map(({ id }) => id))].filter(isHandoffId);
}

async function arnOf(id: string, vault: RotatableSecrets): Promise<string> {
  return (await vault.stages(id)).arn;
}

function readSecretIds(text: string): readonly string[] {
  return parseSecretIds(text).map((selector) => {
    if (selector.kind === "secret") return selector.id;
    throw new SenderError(
      "secret_ids",
      "Here secret-ids takes names and ARNs, no prefix*. Name each secret.",
    );
  });
}

function readLines(text: string): readonly HandoffId[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line, index) => {
      if (isHandoffId(line)) return line;
      throw new SenderError("input", `Entry ${index + 1} of handoff-ids is no handoff's id.`);
    });
}

function readArray(text: string): readonly (HandoffId | null)[] {
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (cause) {
    throw new SenderError("input", "handoff-ids is not the output handoff-ids of an earlier step.", {
      cause,
    });
  }
  if (!Array.isArray(values)) throw new SenderError("input", "handoff-ids is no JSON array.");
  return values.map((value: unknown, index) => {
    if (value === null || (typeof value === "string" && isHandoffId(value))) return value;
    throw new SenderError("input", `Entry ${index + 1} of handoff-ids is no handoff's id.`);
  });
}
