import { deriveOpenKeys, encodeBase64url, formatFragment, platformRandom } from "@secret-handoff/protocol";
import type { ClaimMemory } from "./claim-memory.ts";
import type { CallEffect, Effect, FlowEvent } from "./flow/events.ts";
import { step } from "./flow/flow.ts";
import type { OpenedScreen, Screen } from "./flow/screens.ts";
import { type LinkResult, pathOf, readAddress, readKey, readPasted } from "./link.ts";
import type { Calls, ServiceClient } from "./service-client.ts";
import type { Clock } from "./time.ts";

export type PagePorts = {
  readonly location: Pick<Location, "pathname" | "search" | "hash" | "origin">;
  readonly memory: ClaimMemory;
  readonly service: ServiceClient;
  readonly clock: Clock;
  /** Puts another address of this origin into the address bar, without loading anything. */
  readonly showAddress: (address: string) => void;
  /** Shows a screen; undefined wipes all there is to see. */
  readonly show: (screen: Screen | undefined) => void;
};

/** Runs the flow: shows its screens, runs its effects, and feeds back what came of them. */
export class Page {
  readonly #ports: PagePorts;
  #screen: Screen | undefined;
  /** Counts the starts: an answer that belongs to an earlier one is dropped. */
  #session = 0;

  constructor(ports: PagePorts) {
    this.#ports = ports;
    ports.clock.every(1_000, () => this.tick());
  }

  tick(): void {
    this.send({ type: "tick", now: this.#ports.clock.now() });
  }

  /** Reads the address and begins; anew after the address changed or the page came back from the back/forward cache. */
  start(): void {
    this.#begin(readAddress(this.#ports.location));
  }

  /** Another tab of this browser has written this key: where it claimed the handoff that waits here, its status is asked again. */
  otherTabWrote(key: string | null): void {
    const screen = this.#screen;
    if (screen?.kind === "ready" && key?.endsWith(screen.handoff.link.id)) this.start();
  }

  /** Begins with a link that the recipient pasted. */
  paste(text: string): void {
    this.#begin(readPasted(text, this.#ports.location));
  }

  /** Another address was put into the bar. A secret that no reload brings back stays: only leaving the page, which asks first, ends it. */
  followAddress(): void {
    const opened = this.#onlyCopy;
    if (opened) this.#ports.showAddress(pathOf(opened.handoff.link.id));
    else this.start();
  }

  /**
   * The page goes out of sight, perhaps into the back/forward cache: nothing of the secret stays in the document. What a reload brings
   * back is forgotten; the only copy is hidden, for a phone leaves without asking.
   */
  leave(): void {
    if (this.#onlyCopy) {
      this.send({ type: "hide", now: this.#ports.clock.now() });
      return;
    }
    this.#session += 1;
    this.#screen = undefined;
    this.#ports.show(undefined);
  }

  /** Out of the back/forward cache: begins again, and shows what a reload may show. */
  comeBack(): void {
    if (this.#onlyCopy) this.tick();
    else this.start();
  }

  /** True while leaving would lose a secret that no reload brings back. */
  get holdsTheOnlyCopy(): boolean {
    return this.#onlyCopy !== undefined;
  }

  get #onlyCopy(): OpenedScreen | undefined {
    const screen = this.#screen;
    const opened = screen?.kind === "hidden" ? screen.opened : screen;
    return opened?.kind === "opened" && opened.acknowledgement.kind !== "due" ? opened : undefined;
  }

  /** A fault of the page's own is told, unless a secret stands there that would be lost by it. */
  send(event: FlowEvent): void {
    const before = this.#screen?.kind;
    try {
      this.#advance(event);
    } catch (error) {
      if (before !== "opened") {
        this.#screen = { kind: "failed" };
        this.#ports.show(this.#screen);
      }
      throw error;
    }
  }

  #advance(event: FlowEvent): void {
    const next = step(this.#screen, event);
    if (!next) return;
    const changed = next.screen !== this.#screen;
    this.#screen = next.screen;
    if (changed) this.#ports.show(next.screen);
    const session = this.#session;
    const reply = (answer: FlowEvent) => {
      if (session === this.#session) this.send(answer);
    };
    for (const effect of next.effects) runEffect(effect, this.#ports, reply);
  }

  #begin(read: LinkResult): void {
    const { memory, showAddress } = this.#ports;
    const { id } = read;
    this.#session += 1;
    const { fragment, claimId, finished, openKeys, spoiled } = id === undefined ? {} : memory.recall(id);
    // The key has left the address at the reveal: after a reload it is in the memory.
    const kept = !read.link && id !== undefined && fragment !== undefined ? readKey(id, fragment) : read;
    if (!kept.link) {
      const why = spoiled || kept !== read ? "memory" : kept.why;
      if (kept !== read && id !== undefined) memory.forget(id);
      this.send(finished ? { type: "finished_before" } : { type: "no_link", why });
      return;
    }
    const { link } = kept;
    // A key that is remembered stays out of the address; any other address is put right, so that it can be copied and reloaded.
    showAddress(pathOf(link.id, fragment === undefined ? formatFragment(link) : undefined));
    const start = {
      link,
      claimId: claimId ?? encodeBase64url(platformRandom(16)),
      claimedBefore: claimId !== undefined,
      openKeys,
      spoiled,
    };
    this.send({ type: "link_found", start });
  }
}

/** Does what the flow asks for. What takes time answers later, with an event. */
function runEffect(effect: Effect, ports: PagePorts, reply: (event: FlowEvent) => void): void {
  const { memory, showAddress } = ports;
  switch (effect.type) {
    case "derive":
      void deriveOpenKeys(effect.link, effect.typed, (fraction) =>
        reply({ type: "derivation_progress", fraction }),
      ).then(
        (openKeys) => reply({ type: "derived", openKeys }),
        // The answers were checked before, so this is the device: scrypt takes 128 MiB.
        () => reply({ type: "derivation_failed" }),
      );
      break;
    case "remember": {
      const { link, claimId } = effect.handoff;
      const claim = effect.openKeys && { claimId, openKeys: effect.openKeys };
      memory.remember(link.id, { fragment: formatFragment(link), claim });
      showAddress(pathOf(link.id));
      break;
    }
    case "forget":
      memory.forget(effect.id);
      break;
    case "finish":
      memory.finish(effect.id);
      break;
    default:
      void call(effect, ports, reply);
  }
}

async function call<Name extends keyof Calls>(
  { type, id, body }: CallEffect<Name>,
  { service, clock }: PagePorts,
  reply: (event: FlowEvent) => void,
): Promise<void> {
  const result = await service(type, id, body);
  // TypeScript does not see that the name of the call and the type of its result belong together.
  reply({ type: `${type}_answered`, result, now: clock.now() } as FlowEvent);
}
