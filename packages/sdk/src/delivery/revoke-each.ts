import type { HandoffId } from "@secret-handoff/protocol";
import type { Deadline } from "../runtime/deadline.ts";
import { mapLimited } from "../runtime/limited.ts";
import { toResult } from "../runtime/result.ts";
import type { SenderError } from "../sender-error.ts";
import type { ServiceClient } from "../service/service.ts";

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
