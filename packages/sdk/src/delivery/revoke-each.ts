import type { HandoffId } from "@secret-handoff/protocol";
import { mapLimited } from "../runtime/concurrency.ts";
import type { Deadline } from "../runtime/deadline.ts";
import { type SenderError, toResult } from "../sender-error.ts";
import type { ServiceClient } from "../service/service-client.ts";

const AT_ONCE = 6;

/** What became of one revocation. `released`: it was opened before, so the secret is known to whoever opened it. */
export type Revocation = {
  readonly id: HandoffId;
  readonly ending: "revoked" | "released" | "unknown" | SenderError;
};

/** Revokes each handoff. One failure stops no other. */
export function revokeEach(
  ids: readonly HandoffId[],
  service: Pick<ServiceClient, "revoke">,
  deadline: Deadline,
): Promise<readonly Revocation[]> {
  return mapLimited(ids, AT_ONCE, async (id) => ({
    id,
    ending: await toResult(service.revoke(id, deadline)),
  }));
}
