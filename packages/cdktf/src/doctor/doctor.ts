import { readFileSync } from "node:fs";
import type { Problem } from "@secret-handoff/protocol/api";
import {
  CheckFailed,
  type CheckResult,
  checkPage,
  nodeRuntime,
  problemIn,
  type Runtime,
  runCheck,
} from "./check.ts";
import { callerFrom, roundTrip } from "./handoff.ts";

export type DoctorOptions = {
  /** Origin of the service, without a trailing slash. */
  readonly endpoint: string;
  /** Where operators call. @default the endpoint */
  readonly operatorEndpoint?: string | undefined;
  /** SHA-256 of the page as it was built, in hex. @default not compared */
  readonly pageHash?: string | undefined;
  /** Class of the handoff that is tried. @default the first without approval, code, environment or domain */
  readonly class?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** @default Node's own */
  readonly runtime?: Runtime;
};

const ID = "AAAAAAAAAAAAAAAAAAAAAA";
const TOKEN = "A".repeat(43);

/** Checks a deployed service from outside. */
export async function doctor(options: DoctorOptions): Promise<readonly CheckResult[]> {
  const { endpoint, operatorEndpoint = endpoint, runtime = nodeRuntime } = options;
  const expect = async (response: Promise<Response>, status: number, code?: Problem["code"]) => {
    const answer = await response;
    const problem = await problemIn(answer);
    if (answer.status !== status || (code !== undefined && problem.code !== code)) {
      throw new CheckFailed(
        `it answered ${answer.status} ${problem.code ?? ""} and not ${status} ${code ?? ""}: is this a secret-handoff service of this version?`,
      );
    }
    return undefined;
  };
  const post = (origin: string, path: string, body: object) =>
    runtime.fetch(`${origin}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const results = [
    await runCheck("the page is served, whole, under its own policy", () =>
      checkPage(endpoint, options.pageHash, runtime),
    ),
    await runCheck("a handoff that does not exist is not found", () =>
      expect(post(endpoint, `/v1/handoffs/${ID}/status`, { linkToken: TOKEN }), 404, "not_found"),
    ),
    await runCheck("a create without a token is refused", () =>
      expect(post(endpoint, "/v1/sender/handoffs", {}), 401, "unauthenticated"),
    ),
    await runCheck("an operator's create without a signature is refused", () =>
      expect(post(operatorEndpoint, "/iam/v1/sender/handoffs", {}), 403),
    ),
  ];
  const check = "a handoff is created, opened, acknowledged, and refused the second time";
  const caller = callerFrom(options.environment, { endpoint, operatorEndpoint }, runtime);
  if (!caller) {
    const detail =
      "neither a workflow's id-token nor AWS credentials with a region are in the environment (aws configure export-credentials --format env)";
    return [...results, { status: "skipped", check, detail }];
  }
  return [...results, await runCheck(check, () => roundTrip(endpoint, caller, options.class, runtime))];
}

/**
 * The deployed stack's outputs, from `terraform output -json` or `cdktf deploy --outputs-file`.
 * @throws Error when the file holds no endpoint
 */
export function readOutputs(file: string): { readonly endpoint: string; readonly operatorEndpoint?: string } {
  const parsed = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const { endpoint, operator_endpoint: operatorEndpoint } = flatten(parsed);
  if (endpoint === undefined) throw new Error("the outputs hold no endpoint: are they those of this stack?");
  return { endpoint, ...(operatorEndpoint === undefined ? {} : { operatorEndpoint }) };
}

/** Terraform wraps each output in an object; cdktf wraps all of them in one for the stack. */
function flatten(outputs: Record<string, unknown>): Readonly<Record<string, string | undefined>> {
  const stack = outputs["secret-handoff"];
  if (typeof stack === "object" && stack !== null) return flatten(stack as Record<string, unknown>);
  const values = Object.entries(outputs).map(([name, value]) => [
    name,
    typeof value === "object" && value !== null && "value" in value ? value.value : value,
  ]);
  return Object.fromEntries(values.filter(([, value]) => typeof value === "string"));
}
