import type { HandoffId } from "@secret-handoff/protocol";
import type { Lifetime } from "./lifetime.ts";
import { mapLimited } from "./limited.ts";
import type { SenderError } from "./sender-error.ts";
import type { ServiceClient } from "./service.ts";
import { settled } from "./settled.ts";

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
  lifetime: Lifetime,
): Promise<readonly Revocation[]> {
  return mapLimited(ids, AT_ONCE, async (id) => ({
    id,
    ending: await settled(service.revoke(id, lifetime)),
  }));
}
