import { createHash } from "node:crypto";
import { handoffIdOf, MAX_ATTEMPTS } from "@secret-handoff/protocol";
import type { HandoffView, ParsedCreateRequest } from "@secret-handoff/protocol/api";
import type { NewHandoff } from "../store/handoffs.ts";
import type { Caller } from "./caller.ts";

/** The handoff that an admitted create asks for. @param recipient pseudonym */
export function newHandoff(
  body: ParsedCreateRequest,
  caller: Caller,
  recipient: string | undefined,
  subject: string | undefined,
): NewHandoff {
  return {
    id: handoffIdOf(body.linkVerifier),
    class: body.class,
    flags: body.flags,
    expiresAt: body.expiresAt,
    claimVerifier: body.claimVerifier,
    receiptVerifier: body.receiptVerifier,
    emailVerifier: body.emailVerifier,
    envelope: body.envelope,
    header: body.header,
    createDigest: digestOf(body),
    owner: caller.owner,
    about: {
      sender: caller.actor,
      run: caller.run,
      secret: body.subject?.secret,
      members: body.members,
      versionId: body.subject?.versionId,
      recipient,
      reason: body.reason,
      subject,
    },
  };
}

/** What its sender is told of it right after it was put. */
export function viewOfNew(handoff: NewHandoff, now: number): HandoffView {
  const { id, flags, expiresAt } = handoff;
  const { secret, versionId, run } = handoff.about;
  return {
    id,
    state: "open",
    class: handoff.class,
    flags,
    createdAt: now,
    expiresAt,
    changedAt: now,
    attemptsLeft: MAX_ATTEMPTS,
    mailed: false,
    ...(secret === undefined ? {} : { secret }),
    ...(versionId === undefined ? {} : { versionId }),
    ...(run === undefined ? {} : { run }),
  };
}

/** SHA-256 over the create, bytes in base64url, keys in order. */
function digestOf(body: ParsedCreateRequest): Uint8Array {
  const ordered = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1));
  const plain = JSON.stringify(ordered, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64url") : value,
  );
  return createHash("sha256").update(plain).digest();
}
