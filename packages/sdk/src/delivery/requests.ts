import type { RequestView } from "@secret-handoff/protocol/api";
import type { Deadline } from "../runtime/deadline.ts";
import { type Runtime, sleep } from "../runtime/runtime.ts";
import { OUTLASTED, SenderError, toResult } from "../sender-error.ts";
import type { ServiceClient } from "../service/service-client.ts";

export type ApprovalPorts = {
  readonly service: Pick<ServiceClient, "request">;
  readonly runtime: Runtime;
  /** Called with the request each time an approval has come. */
  readonly onApproval?: (view: RequestView) => void;
  /** Called after each poll that found approvals missing. */
  readonly onWaiting?: (view: RequestView, elapsedMs: number) => void;
};

/** Where a request comes from, as the service has verified it: names and values, to be shown one a line; none of an operator's. */
export function originOfRequest({
  requester,
}: Pick<RequestView, "requester">): readonly (readonly [name: string, value: string])[] {
  if (requester?.kind === "github") {
    const { repository, workflow, ref, run, attempt } = requester;
    return [
      ["Repository", repository],
      ["Workflow", `${workflow}, on ${ref}`],
      ["Run", `${run}, attempt ${attempt}`],
    ];
  }
  if (requester?.kind !== "pipeline") return [];
  const { issuer, project, run } = requester;
  return [["Project", `${project} of ${issuer}`], ...(run === undefined ? [] : [["Run", run] as const])];
}

/** Between two polls, ms: it grows from the first to the second. */
const FIRST_POLL_MS = 5_000;
const LONGEST_POLL_MS = 30_000;
const GROWTH = 1.5;

/**
 * Waits until a request is no longer pending: approved, or ended.
 * @param limitMs then it returns, whatever is missing
 * @returns the request as it was seen last
 * @throws SenderError why the request could not be seen, or why the wait was cut short
 */
export async function awaitApproval(
  id: string,
  { service, runtime, onApproval, onWaiting }: ApprovalPorts,
  limitMs: number,
  deadline: Deadline,
): Promise<RequestView> {
  const from = runtime.now();
  let seen: RequestView | undefined;
  for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(LONGEST_POLL_MS, waitMs * GROWTH)) {
    const look = await toResult(service.request(id, deadline));
    const elapsedMs = runtime.now() - from;
    if (look instanceof SenderError) {
      if (!OUTLASTED.has(look.code) || elapsedMs >= limitMs) throw look;
    } else {
      if (seen && look.approvals.length > seen.approvals.length) onApproval?.(look);
      seen = look;
      if (look.state !== "pending" || elapsedMs >= limitMs) return look;
      onWaiting?.(look, elapsedMs);
    }
    await sleep(Math.max(1, Math.min(waitMs, limitMs - elapsedMs)), runtime, deadline.soft);
  }
}

/**
 * Why a request serves nothing now, and what to do; undefined where it is approved. A used one may still answer for what it was used for.
 */
export function requestProblem({ state, missing, class: name, id }: RequestView): SenderError | undefined {
  switch (state) {
    case "approved":
    case "used":
      return undefined;
    case "pending":
      return new SenderError(
        "approvals",
        (say) =>
          `Request ${id} still needs approval by ${missing.join(" and ")} for class ${name}. Wait with ${say("await-approval")}, or run again once it is approved.`,
      );
    case "denied":
      return new SenderError("request_ended", `Request ${id} was denied. Ask why, then make a new request.`);
    case "expired":
      return new SenderError("request_ended", `Request ${id} has expired. Make a new request.`);
  }
}
