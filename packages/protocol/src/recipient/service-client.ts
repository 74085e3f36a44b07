import type {
  AcknowledgeRequest,
  ClaimRequest,
  CodeRequest,
  ReportRequest,
  StatusRequest,
} from "../api/requests.ts";
import type { ClaimResponse, ProblemCode, StatusResponse } from "../api/responses.ts";
import type { HandoffId } from "../keys.ts";
import { STATES } from "../states.ts";

/** The recipient's half of API v1: what each call takes and gives. Tokens travel in bodies. */
export type Calls = {
  readonly status: { readonly body: StatusRequest; readonly response: StatusResponse };
  readonly claim: { readonly body: ClaimRequest; readonly response: ClaimResponse };
  readonly code: { readonly body: CodeRequest; readonly response: undefined };
  readonly acknowledge: { readonly body: AcknowledgeRequest; readonly response: undefined };
  readonly report: { readonly body: ReportRequest; readonly response: undefined };
};

/** What the service said, or that it could not be asked. */
export type ServiceResult<Body> =
  | {
      readonly kind: "ok";
      readonly body: Body;
      /** The service's clock when the whole answer was here, ms; a large one may take a minute. */
      readonly serverTime: number | undefined;
    }
  | Refusal
  | Unreachable;

export type Refusal = Problem & { readonly kind: "refused" };

type Problem = {
  readonly code: ProblemCode;
  readonly attemptsLeft?: number | undefined;
  /** Unix seconds: since when the handoff has been in the state that `code` names. */
  readonly changedAt?: number | undefined;
  /** Unix seconds, with `claimed` alone: this browser has claimed, and answered otherwise this time. */
  readonly leaseUntil?: number | undefined;
};

/** No answer, an answer that is no answer of this service, or one that says to try again. */
type Unreachable = { readonly kind: "unreachable" };

/** Makes a call. Never throws. */
export type ServiceClient = <Name extends keyof Calls>(
  call: Name,
  id: HandoffId,
  body: Calls[Name]["body"],
) => Promise<ServiceResult<Calls[Name]["response"]>>;

/**
 * A call counts as lost when nothing of its answer has come for this long, ms. A large answer may take longer over a slow line: to ask for it
 * again from its beginning would use up the lease.
 */
const TIMEOUT = 15_000;
/** No answer to a recipient is longer than that with the largest envelope, of which base64 makes a third more; characters. */
const LONGEST_ANSWER = 500_000;

/**
 * @param fetch the browser's, or a test's
 * @param now milliseconds; measures how long an answer takes
 */
export function createServiceClient(fetch: typeof globalThis.fetch, now: () => number): ServiceClient {
  return async (call, id, body) => {
    const abort = new AbortController();
    const wait = () => setTimeout(() => abort.abort(), TIMEOUT);
    let timer = wait();
    const goOn = () => {
      clearTimeout(timer);
      timer = wait();
    };
    try {
      const response = await fetch(`/v1/handoffs/${id}/${call}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        // What was acknowledged on the way out must arrive although the tab is gone.
        keepalive: call === "acknowledge",
        signal: abort.signal,
      });
      const began = now();
      const text = await readText(response, goOn);
      return readResult(response, text, SHAPES[call], now() - began);
    } catch {
      abort.abort();
      // Offline, timed out, or not JSON of the shape that API v1 writes: for the reader it is one thing, and can be tried again.
      return { kind: "unreachable" };
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * @param onPart called with each part that comes
 * @throws TypeError where there is more than any answer has
 */
async function readText({ body }: Response, onPart: () => void): Promise<string> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { value } = (await reader?.read()) ?? {};
    if (!value) return text;
    onPart();
    text += decoder.decode(value, { stream: true });
    if (text.length > LONGEST_ANSWER) throw new TypeError("the answer is too long");
  }
}

function readResult<Body>(
  { status, ok, headers }: Response,
  text: string,
  shape: Shape | undefined,
  took: number,
): ServiceResult<Body> {
  // Calls without an answer are answered 202 or 204: with 200, somebody else has answered, and nothing was acknowledged or reported.
  if (status >= 500 || status === 429 || (status === 200 && !shape)) return { kind: "unreachable" };
  if (!ok) return { kind: "refused", ...readShape<Problem>(JSON.parse(text), PROBLEM) };
  const time = Date.parse(headers.get("date") ?? "") + took;
  const body = readShape<Body>(shape && JSON.parse(text), shape);
  return { kind: "ok", body, serverTime: Number.isNaN(time) ? undefined : time };
}

/** The keys whose values must be of a type; a `?` behind one that may be missing. */
type Shape = Readonly<Partial<Record<"string" | "number", string>>>;

const PROBLEM: Shape = { string: "code", number: "attemptsLeft? changedAt? leaseUntil?" };
const SHAPES: Readonly<Partial<Record<keyof Calls, Shape>>> = {
  status: {
    string: "state class header verification",
    number: "flags expiresAt attemptsLeft changedAt",
  },
  claim: { string: "envelope class", number: "flags expiresAt leaseUntil" },
};

/**
 * JSON from outside, once every key of the shape has been looked at; keys beyond it are ignored. By hand: the schemas of
 * @secret-handoff/protocol/api would be a quarter of the page.
 * @throws TypeError when a value is of another type, or a number larger than any time in Unix seconds
 */
function readShape<Body>(value: unknown, shape: Shape = {}): Body {
  const record = Object(value) as Record<string, unknown>;
  for (const [type, keys] of Object.entries(shape)) {
    for (const key of keys.split(" ")) {
      const found = record[key.replace("?", "")];
      if (typeof found !== type && !(found === undefined && key.endsWith("?"))) throw new TypeError(key);
      if (type === "number" && !(Math.abs(Number(found ?? 0)) < 1e11)) throw new TypeError(key);
    }
  }
  if ("state" in record && !STATES.some((state) => state === record.state)) throw new TypeError("state");
  return record as Body;
}
