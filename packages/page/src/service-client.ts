import { type HandoffId, STATES } from "@secret-handoff/protocol";
import type {
  AcknowledgeRequest,
  ClaimRequest,
  ClaimResponse,
  CodeRequest,
  ProblemCode,
  ReportRequest,
  StatusRequest,
  StatusResponse,
} from "@secret-handoff/protocol/api";

/** What the service said, or that it could not be asked. */
export type ServiceResult<Body> =
  | { readonly kind: "ok"; readonly body: Body; readonly serverTime: number | undefined }
  | Refusal
  | Unreachable;

export type Refusal = Problem & { readonly kind: "refused" };

type Problem = {
  readonly code: ProblemCode;
  readonly attemptsLeft?: number | undefined;
  /** Unix seconds: since when the handoff has been in the state that `code` names. */
  readonly changedAt?: number | undefined;
};

/** No answer, an answer that is no answer of this service, or one that says to try again. */
export type Unreachable = { readonly kind: "unreachable" };

/** The recipient's half of API v1. No call throws; tokens travel in bodies. */
export type ServiceClient = {
  status(id: HandoffId, body: StatusRequest): Promise<ServiceResult<StatusResponse>>;
  claim(id: HandoffId, body: ClaimRequest): Promise<ServiceResult<ClaimResponse>>;
  mailCode(id: HandoffId, body: CodeRequest): Promise<ServiceResult<undefined>>;
  acknowledge(id: HandoffId, body: AcknowledgeRequest): Promise<ServiceResult<undefined>>;
  report(id: HandoffId, body: ReportRequest): Promise<ServiceResult<undefined>>;
};

/** A call that takes longer than this counts as lost, ms. */
const TIMEOUT = 15_000;

/** @param fetch the browser's, or a test's */
export function createServiceClient(fetch: typeof globalThis.fetch): ServiceClient {
  async function post<Body>(
    id: HandoffId,
    action: string,
    body: object,
    read: (value: unknown) => Body,
  ): Promise<ServiceResult<Body>> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), TIMEOUT);
    try {
      const response = await fetch(`/v1/handoffs/${id}/${action}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        // What was acknowledged on the way out must arrive although the tab is gone.
        keepalive: action === "acknowledge",
        signal: timeout.signal,
      });
      return await readResult(response, read);
    } catch {
      // Offline, timed out, or not JSON of the shape that API v1 writes: for the reader it is one thing, and can be tried again.
      return { kind: "unreachable" };
    } finally {
      clearTimeout(timer);
    }
  }
  return {
    status: (id, body) => post(id, "status", body, readStatus),
    claim: (id, body) => post(id, "claim", body, (value) => readShape<ClaimResponse>(value, CLAIM)),
    mailCode: (id, body) => post(id, "code", body, readNothing),
    acknowledge: (id, body) => post(id, "acknowledge", body, readNothing),
    report: (id, body) => post(id, "report", body, readNothing),
  };
}

async function readResult<Body>(
  response: Response,
  read: (value: unknown) => Body,
): Promise<ServiceResult<Body>> {
  if (response.status >= 500 || response.status === 429) return { kind: "unreachable" };
  if (!response.ok) return { kind: "refused", ...readShape<Problem>(await response.json(), PROBLEM) };
  const date = Date.parse(response.headers.get("date") ?? "");
  const body = read(response.status === 200 ? await response.json() : undefined);
  return { kind: "ok", body, serverTime: Number.isNaN(date) ? undefined : date };
}

const PROBLEM: Shape<Problem> = { code: "string", attemptsLeft: "number?", changedAt: "number?" };
const STATUS: Shape<StatusResponse> = {
  state: "string",
  class: "string",
  flags: "number",
  expiresAt: "number",
  header: "string",
  verification: "string",
  attemptsLeft: "number",
  changedAt: "number",
};
const CLAIM: Shape<ClaimResponse> = {
  envelope: "string",
  class: "string",
  flags: "number",
  expiresAt: "number",
  leaseUntil: "number",
};

function readStatus(value: unknown): StatusResponse {
  const status = readShape<StatusResponse>(value, STATUS);
  if (!STATES.includes(status.state)) throw new TypeError("state");
  return status;
}

function readNothing(): undefined {
  return undefined;
}

type Kind = "string" | "number" | "string?" | "number?";

/** The keys of a flat JSON object and the types of their values; `?` where it may be missing. */
type Shape<Body> = { readonly [Key in keyof Body]-?: Kind };

/**
 * JSON from outside, once every key of the shape has been looked at; keys beyond it are ignored.
 * @throws TypeError naming the key whose value is of another type
 */
function readShape<Body>(value: unknown, shape: Shape<Body>): Body {
  const record = Object(value) as Record<string, unknown>;
  for (const [key, kind] of Object.entries<Kind>(shape)) {
    const found = record[key];
    if (found === undefined && kind.endsWith("?")) continue;
    if (typeof found !== kind.replace("?", "")) throw new TypeError(key);
  }
  return record as Body;
}
