import {
  type GivenValue,
  type ParameterSelector,
  parseGivenValues,
  parseParameters,
  parseSecretIds,
  type SecretSelector,
  SenderError,
} from "@secret-handoff/sdk";
import type { Attempt } from "./collecting.ts";
import type { InputReader } from "./input-table.ts";
import { optional, parseTime } from "./input-values.ts";

/** What to hand over. */
export type Sources = {
  readonly secretIds: readonly SecretSelector[];
  readonly parameters: readonly ParameterSelector[];
  readonly values: readonly GivenValue[];
  readonly role?: RoleInputs;
};

export type RoleInputs = {
  readonly roleArn: string;
  /** Seconds. */
  readonly duration: number;
  readonly sessionPolicy?: string;
};

/** Seconds that AWS STS allows (API reference, AssumeRole). */
const SHORTEST_SESSION = 900;
const LONGEST_SESSION = 43_200;

/** Undefined where something is wrong with one of them; that has its error. */
export function readSources(read: InputReader, attempt: Attempt): Sources | undefined {
  const secretIds = attempt(() =>
    read("secret-ids").trim() === "" ? [] : parseSecretIds(read("secret-ids")),
  );
  const parameters = attempt(() => parseParameters(read("parameters")));
  const values = attempt(() => parseGivenValues(read("values")));
  const role = attempt(() => ({ found: parseRole(read) }));
  if (!secretIds || !parameters || !values || !role) return undefined;
  return attempt(() => {
    if (secretIds.length + parameters.length + values.length === 0 && !role.found) {
      throw new SenderError(
        "input",
        "Nothing to hand over: set secret-ids, parameters, values or source: sts.",
      );
    }
    return { secretIds, parameters, values, ...(role.found ? { role: role.found } : {}) };
  });
}

function parseRole(read: InputReader): RoleInputs | undefined {
  const source = read("source");
  const roleArn = read("role-to-assume");
  if (source === "secrets-manager") {
    if (roleArn === "") return undefined;
    throw new SenderError("input", "role-to-assume needs source: sts. Set it, or drop role-to-assume.");
  }
  if (source !== "sts") throw new SenderError("input", "source must be secrets-manager or sts.");
  if (!/^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/.test(roleArn)) {
    throw new SenderError(
      "input",
      "role-to-assume is no role's ARN, like arn:aws:iam::123456789012:role/name.",
    );
  }
  const duration = parseTime("role-duration", read);
  if (duration < SHORTEST_SESSION || duration > LONGEST_SESSION) {
    throw new SenderError("input", "role-duration must be between 15m and 12h.");
  }
  const sessionPolicy = optional(read("role-session-policy"));
  return { roleArn, duration, ...(sessionPolicy === undefined ? {} : { sessionPolicy }) };
}
