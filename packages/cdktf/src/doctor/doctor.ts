import type { Problem } from "@secret-handoff/protocol";
import { callerFrom } from "./caller.ts";
import { CheckFailed, examine, type Finding } from "./finding.ts";
import { checkPage } from "./page-check.ts";
import { problemIn } from "./problem.ts";
import { roundTrip } from "./round-trip.ts";
import { platformRuntime, type Runtime } from "./runtime.ts";

export type DoctorOptions = {
  /** Origin of the service, without a trailing slash. */
  readonly endpoint: string;
  /** Where people's calls go. @default the endpoint */
  readonly peopleEndpoint?: string | undefined;
  /** SHA-256 of the page as it was built, in hex. @default not compared */
  readonly pageHash?: string | undefined;
  /** The class of the handoff that is tried. @default the first without approval, code, environment or domain */
  readonly class?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** @default Node's own */
  readonly runtime?: Runtime;
};

const ID = "AAAAAAAAAAAAAAAAAAAAAA";
const TOKEN = "A".repeat(43);

/** Examines a deployed service from outside. */
export async function doctor(options: DoctorOptions): Promise<readonly Finding[]> {
  const { endpoint, peopleEndpoint = endpoint, runtime = platformRuntime } = options;
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
  const findings = [
    await examine("the page is served, whole, under its own policy", () =>
      checkPage(endpoint, options.pageHash, runtime),
    ),
    await examine("a handoff that does not exist is not found", () =>
      expect(post(endpoint, `/v1/handoffs/${ID}/status`, { linkToken: TOKEN }), 404, "not_found"),
    ),
    await examine("a create without a token is refused", () =>
      expect(post(endpoint, "/v1/sender/handoffs", {}), 401, "unauthenticated"),
    ),
    await examine("a person's create without a signature is refused", () =>
      expect(post(peopleEndpoint, "/iam/v1/sender/handoffs", {}), 403),
    ),
  ];
  const check = "a handoff is created, opened, acknowledged, and refused the second time";
  const caller = callerFrom(options.environment, { endpoint, peopleEndpoint }, runtime);
  if (!caller) {
    const detail =
      "neither a workflow's id-token nor AWS credentials with a region are in the environment (aws configure export-credentials --format env)";
    return [...findings, { outcome: "skipped", check, detail }];
  }
  return [...findings, await examine(check, () => roundTrip(endpoint, caller, options.class, runtime))];
}
