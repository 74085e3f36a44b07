import { type ClaimId, formatFragment, platformRandom } from "@secret-handoff/protocol";
import { addressOf, type Found, findByKey, findInAddress, findInPasted } from "./address.ts";
import type { Clock } from "./clock.ts";
import { type DoingPorts, perform } from "./doing.ts";
import type { Event } from "./flow/events.ts";
import type { LinkParts, Screen } from "./flow/screens.ts";
import { step } from "./flow/step.ts";

export type PagePorts = DoingPorts & {
  readonly location: Pick<Location, "pathname" | "search" | "hash" | "hostname">;
  readonly clock: Clock;
  /** Shows a screen; undefined wipes all there is to see. */
  readonly show: (screen: Screen | undefined) => void;
};

/** Runs the flow: shows what it says, does what it asks for, and feeds back what came of it. */
export class Page {
  readonly #ports: PagePorts;
  #screen: Screen | undefined;
  /** Counts the starts: an answer to an earlier one is not heard any more. */
  #era = 0;

  constructor(ports: PagePorts) {
    this.#ports = ports;
    ports.clock.every(1_000, () => this.send({ is: "tick", now: ports.clock.now() }));
  }

  /** Reads the address and begins; anew after the address changed or the page came back from the back/forward cache. */
  start(): void {
    this.#begin(this.#recall(findInAddress(this.#ports.location)));
  }

  /** Another tab of this browser has written this key: where it claimed the handoff that waits here, it is looked at anew. */
  otherTabWrote(key: string | null): void {
    const screen = this.#screen;
    if (screen?.at === "ready" && key?.endsWith(screen.handoff.link.id)) this.start();
  }

  /** Begins with a link that the recipient pasted. */
  paste(text: string): void {
    this.#begin(findInPasted(text, this.#ports.location));
  }

  /** Forgets everything but what the claim memory keeps for a reload. */
  wipe(): void {
    this.#era += 1;
    this.#screen = undefined;
    this.#ports.show(undefined);
  }

  /** True while leaving would lose a secret that no reload brings back. */
  get holdsTheOnlyCopy(): boolean {
    const screen = this.#screen;
    const opened = screen?.at === "hidden" ? screen.opened : screen;
    return opened?.at === "opened" && opened.acknowledgement.kind !== "due";
  }

  send(event: Event): void {
    const next = step(this.#screen, event);
    if (!next) return;
    const changed = next.screen !== this.#screen;
    this.#screen = next.screen;
    if (changed) this.#ports.show(next.screen);
    const era = this.#era;
    const reply = (answer: Event) => {
      if (era === this.#era) this.send(answer);
    };
    for (const effect of next.effects) perform(effect, this.#ports, reply);
  }

  /** The key has left the address at the reveal: after a reload it is in the memory. */
  #recall(found: Found): Found | "finished" {
    if (found.kind === "link" || found.id === undefined) return found;
    const { fragment, finished } = this.#ports.memory.recall(found.id);
    if (finished) return "finished";
    return fragment === undefined ? found : findByKey(found.id, fragment);
  }

  #begin(found: Found | "finished"): void {
    this.#era += 1;
    if (found === "finished") this.send({ is: "finished_before" });
    else if (found.kind === "none") this.send({ is: "no_link", why: found.why });
    else this.#beginWith(found.link);
  }

  #beginWith(link: LinkParts): void {
    const { memory, showAddress } = this.#ports;
    const { fragment, claimId, openKeys } = memory.recall(link.id);
    // A key that is remembered stays out of the address; any other address is put right, so that it can be copied and reloaded.
    showAddress(addressOf(link.id, fragment === undefined ? formatFragment(link) : undefined));
    const start = {
      link,
      claimId: claimId ?? (platformRandom(16) as ClaimId),
      claimedBefore: claimId !== undefined,
      openKeys,
    };
    this.send({ is: "link_found", start });
  }
}
