import { deriveOpenKeys, type HandoffId, prepareToDerive } from "../keys.ts";
import type { Language } from "../languages.ts";
import { formatFragment } from "../link.ts";
import { begin, whenChecking, whenLeftAlone, whenReady } from "./begin.ts";
import { whenClaiming, whenCode, whenDeriving, whenInterrupted } from "./claim.ts";
import type { ClaimMemory } from "./claim-memory.ts";
import { whenNotMe, whenReport } from "./ended.ts";
import { whenDone, whenHidden, whenOpened } from "./opened.ts";
import type { CallEffect, Effect, FlowEvent, Screen, Step } from "./screens.ts";
import type { Calls, ServiceClient } from "./service-client.ts";

/**
 * The whole flow: what stands on the screen and what is to be done, after an event. A function of its arguments; what does not
 * belong to the screen that stands there (a second press, an answer that comes too late) changes nothing.
 * @returns undefined when nothing changes
 */
export function step(screen: Screen | undefined, event: FlowEvent): Step | undefined {
  return begin(event) ?? (screen && stepFrom(screen, event));
}

function stepFrom(screen: Screen, event: FlowEvent): Step | undefined {
  switch (screen.kind) {
    case "checking":
    case "unreachable":
      return whenChecking(screen, event);
    case "ready":
      return whenReady(screen, event) ?? whenNotMe(screen, event);
    case "deriving":
      return whenDeriving(screen, event);
    case "code":
      return whenCode(screen, event);
    case "claiming":
      return whenClaiming(screen, event);
    case "interrupted":
      return whenInterrupted(screen, event) ?? whenLeftAlone(screen, event);
    case "opened":
      return whenOpened(screen, event);
    case "hidden":
      return whenHidden(screen, event);
    case "done":
      return whenDone(screen, event);
    case "ended":
      return whenNotMe(screen, event);
    case "report":
      return whenReport(screen, event);
    case "damaged":
    case "broken":
    case "failed":
      return undefined;
  }
}

/** What the effects of the flow act on. */
type EffectPorts = {
  readonly memory: ClaimMemory;
  readonly service: ServiceClient;
  /** Milliseconds since 1970. */
  readonly clock: { now(): number };
  /** Called when a link is remembered: from then on nothing else needs its key. */
  readonly onRemembered?: (id: HandoffId) => void;
  /** Fetches what shows a secret. Nothing is derived or claimed before; rejects where it cannot be had. */
  readonly prepare?: () => Promise<unknown>;
  /** What the recipient reads now, for the mail that carries a code; the service speaks English unless told. */
  readonly language?: () => Language;
};

/** Does what the flow asks for, in page and command line alike. What takes time answers later, with an event. */
export function runEffect(effect: Effect, ports: EffectPorts, reply: (event: FlowEvent) => void): void {
  const { memory, onRemembered } = ports;
  switch (effect.type) {
    case "derive":
      void derive(effect, ports, reply);
      break;
    case "remember": {
      const { link, claimId } = effect.handoff;
      const claim = effect.openKeys && { claimId, openKeys: effect.openKeys };
      memory.remember(link.id, { fragment: formatFragment(link), claim });
      // A store may be full: then the address is all that a reload has.
      if (memory.recall(link.id).fragment !== undefined) onRemembered?.(link.id);
      break;
    }
    case "forget":
      memory.forget(effect.id);
      break;
    case "finish":
      memory.finish(effect.id);
      break;
    case "code": {
      const language = ports.language?.();
      void call({ ...effect, body: { ...effect.body, ...(language && { language }) } }, ports, reply);
      break;
    }
    default:
      void call(effect, ports, reply);
  }
}

async function derive(
  { link, typed }: Extract<Effect, { type: "derive" }>,
  { prepare }: EffectPorts,
  reply: (event: FlowEvent) => void,
): Promise<void> {
  try {
    await Promise.all([prepare?.(), prepareToDerive(link.flags)]);
  } catch {
    reply({ type: "derivation_failed", why: "unreachable" });
    return;
  }
  await deriveOpenKeys(link, typed, (fraction) => reply({ type: "derivation_progress", fraction })).then(
    (openKeys) => reply({ type: "derived", openKeys }),
    // The answers were checked before, so this is the device: scrypt takes 128 MiB.
    () => reply({ type: "derivation_failed", why: "device" }),
  );
}

async function call<Name extends keyof Calls>(
  { type, id, body }: CallEffect<Name>,
  { service, clock, prepare }: EffectPorts,
  reply: (event: FlowEvent) => void,
): Promise<void> {
  // After a reload a claim goes on without a derivation.
  const isPrepared = type !== "claim" || (await succeeds(prepare?.()));
  const result = isPrepared ? await service(type, id, body) : ({ kind: "unreachable" } as const);
  // TypeScript does not see that the name of the call and the type of its result belong together.
  reply({ type: `${type}_answered`, result, now: clock.now() } as FlowEvent);
}

async function succeeds(work: Promise<unknown> | undefined): Promise<boolean> {
  try {
    await work;
    return true;
  } catch {
    return false;
  }
}
