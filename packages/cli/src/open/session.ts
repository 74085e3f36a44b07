import { encodeBase64url, type LinkParts, platformRandom } from "@secret-handoff/protocol";
import {
  type ClaimMemory,
  createServiceClient,
  type FlowEvent,
  runEffect,
  type Screen,
  type ServiceClient,
  step,
} from "@secret-handoff/protocol/recipient";
import type { Runtime } from "@secret-handoff/sdk";

/** What becomes of a screen: an event that goes on from it, or `wait` for what is under way; `over` ends the session. */
export type Reaction = FlowEvent | "wait" | "over";

export type SessionPorts = {
  readonly origin: string;
  readonly memory: ClaimMemory;
  readonly runtime: Runtime;
  /** Looks at each new screen, and does what a person would. */
  readonly react: (screen: Screen, sleep: (ms: number) => Promise<void>) => Promise<Reaction>;
};

/**
 * Runs the recipient's flow, the same that the page runs, on one link.
 * @returns the screen on which it ended
 */
export async function runSession(link: LinkParts, ports: SessionPorts): Promise<Screen> {
  const { memory, runtime } = ports;
  const service = serviceAt(ports.origin, runtime);
  const effectPorts = { memory, service, clock: runtime };
  const events = new Queue<FlowEvent>();
  const sleep = (ms: number) => new Promise<void>((resolve) => void runtime.schedule(ms, resolve));
  const { claimId } = memory.recall(link.id);
  let event: FlowEvent = {
    type: "link_found",
    start: {
      link,
      claimId: claimId ?? encodeBase64url(platformRandom(16)),
      claimedBefore: claimId !== undefined,
    },
  };
  let screen: Screen | undefined;
  for (;;) {
    const next = step(screen, event);
    if (next) {
      screen = next.screen;
      for (const effect of next.effects) runEffect(effect, effectPorts, (answer) => events.push(answer));
    }
    if (!screen) throw new Error("the flow has no screen");
    const reaction = next ? await ports.react(screen, sleep) : "wait";
    if (reaction === "over") return screen;
    event = reaction === "wait" ? await events.next() : reaction;
  }
}

function serviceAt(origin: string, { fetch, now }: Runtime): ServiceClient {
  return createServiceClient((path, init) => fetch(new URL(String(path), origin), init), now);
}

class Queue<T> {
  readonly #items: T[] = [];
  #wake: ((item: T) => void) | undefined;

  push(item: T): void {
    const wake = this.#wake;
    this.#wake = undefined;
    if (wake) wake(item);
    else this.#items.push(item);
  }

  next(): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
