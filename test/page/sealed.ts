import { deriveOpenKeys, encodeBase64url, parseLink, type SealInput, seal } from "@secret-handoff/protocol";
import type { ClaimResponse, ProblemCode, StatusResponse } from "@secret-handoff/protocol/api";
import type { Effect, FlowEvent, Refusal, Screen, ServiceResult } from "@secret-handoff/protocol/recipient";
import { step } from "@secret-handoff/protocol/recipient";

/** Device time at which the tests begin, ms. */
export const NOW = 1_790_000_000_000;
const NOW_SECONDS = NOW / 1_000;

export const EMAIL = "ana@vendor.example";

export const unreachable: ServiceResult<never> = { kind: "unreachable" };

export const refused = (code: ProblemCode, more: Partial<Refusal> = {}): Refusal => ({
  kind: "refused",
  code,
  ...more,
});

/** A sealed handoff as the page meets it: what its link says, and what the service would answer. */
export async function sealedHandoff(input: Partial<SealInput> = {}) {
  const sealed = await seal({
    origin: "https://handoff.example.com",
    class: "internal-tool",
    expiresAt: NOW_SECONDS + 3_600,
    items: [{ label: "orders", fields: [{ name: "password", value: "hunter2", concealed: true }] }],
    header: { title: "Orders database", sender: "Mia Lind" },
    email: EMAIL,
    ...input,
  });
  const status: StatusResponse = {
    state: "open",
    class: sealed.class,
    flags: sealed.flags,
    expiresAt: sealed.expiresAt,
    header: encodeBase64url(sealed.header),
    verification: input.mailedCode ? "email-code" : "email",
    attemptsLeft: 5,
    changedAt: NOW_SECONDS,
  };
  const claim: ClaimResponse = {
    envelope: encodeBase64url(sealed.envelope),
    class: sealed.class,
    flags: sealed.flags,
    expiresAt: sealed.expiresAt,
    leaseUntil: NOW_SECONDS + 120,
  };
  const { origin: _, ...link } = parseLink(sealed.link);
  return { sealed, link, status, claim, claimId: encodeBase64url(new Uint8Array(16).fill(7)) };
}

export function ok<Body>(body: Body, serverTime: number | undefined = NOW): ServiceResult<Body> {
  return { kind: "ok", body, serverTime };
}

/** Walks the flow and keeps what it asked for. */
export class Walk {
  screen: Screen | undefined;
  /** All effects so far, by name. */
  readonly asked: string[] = [];
  last: readonly Effect[] = [];

  /** @returns whether anything changed */
  send(event: FlowEvent): boolean {
    const next = step(this.screen, event);
    if (!next) return false;
    this.screen = next.screen;
    this.last = next.effects;
    this.asked.push(...next.effects.map((effect) => effect.type));
    return true;
  }

  /** The screen, which must be this one. */
  at<Kind extends Screen["kind"]>(kind: Kind): Extract<Screen, { kind: Kind }> {
    if (this.screen?.kind !== kind)
      throw new Error(`expected the screen ${kind}, found ${this.screen?.kind}`);
    return this.screen as Extract<Screen, { kind: Kind }>;
  }
}

type SealedHandoff = Awaited<ReturnType<typeof sealedHandoff>>;

/** Sealing with a passphrase takes scrypt: once is enough for all tests of what is typed. */
let withPassphrase: Promise<SealedHandoff> | undefined;

/** Walks with a handoff of its own, from its link to the opened secret. */
export class OpeningWalk extends Walk {
  #handoff: SealedHandoff | undefined;

  get handoff(): SealedHandoff {
    if (!this.#handoff) throw new Error("the walk has not begun");
    return this.#handoff;
  }

  /** Up to the answered status. */
  async begin(
    input: Partial<SealInput> = {},
    remembered: { readonly claimedBefore?: boolean; readonly withKeys?: boolean } = {},
    status: Partial<StatusResponse> = {},
  ): Promise<void> {
    if (input.passphrase) withPassphrase ??= sealedHandoff({ passphrase: "correct horse battery staple" });
    this.#handoff = await (input.passphrase ? withPassphrase : sealedHandoff(input));
    const { link, claimId } = this.handoff;
    const openKeys = remembered.withKeys ? await deriveOpenKeys(link, { email: EMAIL }) : undefined;
    const claimedBefore = remembered.claimedBefore ?? false;
    this.send({ type: "link_found", start: { link, claimId, claimedBefore, openKeys } });
    this.send({ type: "status_answered", result: ok({ ...this.handoff.status, ...status }), now: NOW });
  }

  reveal(email: string, passphrase = ""): boolean {
    return this.send({ type: "reveal", typed: { email, passphrase } });
  }

  async derive(): Promise<void> {
    this.send({ type: "derived", openKeys: await deriveOpenKeys(this.handoff.link, { email: EMAIL }) });
  }

  claimAnswered(
    result: Parameters<typeof ok>[0] | Refusal | typeof unreachable = ok(this.handoff.claim),
    now = NOW,
  ): void {
    this.send({ type: "claim_answered", result: result as never, now });
  }

  async open(): Promise<void> {
    await this.begin();
    this.reveal(EMAIL);
    await this.derive();
    this.claimAnswered();
  }
}
