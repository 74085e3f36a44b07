import {
  type ClaimId,
  deriveLinkKeys,
  deriveOpenKeys,
  encodeBase64url,
  formatFragment,
  platformRandom,
} from "@secret-handoff/protocol";
import type { ClaimMemory } from "./claim-memory.ts";
import type { Effect, FlowEvent } from "./flow/events.ts";
import { step } from "./flow/flow.ts";
import type { Handoff, LinkParts, OpenedScreen, Screen } from "./flow/screens.ts";
import { type LinkResult, pathOf, readAddress, readKey, readPasted } from "./link.ts";
import type { ServiceClient } from "./service-client.ts";
import type { Clock } from "./time.ts";

export type PagePorts = {
  readonly location: Pick<Location, "pathname" | "search" | "hash" | "hostname">;
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
    this.#begin(this.#recall(readAddress(this.#ports.location)));
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

  /** The key has left the address at the reveal: after a reload it is in the memory. */
  #recall(read: LinkResult): LinkResult | "finished" {
    if (read.kind === "link" || read.id === undefined) return read;
    const { memory } = this.#ports;
    const { fragment, finished, spoiled } = memory.recall(read.id);
    if (finished) return "finished";
    const { id } = read;
    if (fragment === undefined) return spoiled ? { kind: "none", why: "memory", id } : read;
    const kept = readKey(id, fragment);
    if (kept.kind === "link") return kept;
    memory.forget(id);
    return { kind: "none", why: "memory", id };
  }

  #begin(read: LinkResult | "finished"): void {
    this.#session += 1;
    if (read === "finished") this.send({ type: "finished_before" });
    else if (read.kind === "none") this.send({ type: "no_link", why: read.why });
    else this.#beginWith(read.link);
  }

  #beginWith(link: LinkParts): void {
    const { memory, showAddress } = this.#ports;
    const { fragment, claimId, openKeys, spoiled } = memory.recall(link.id);
    // A key that is remembered stays out of the address; any other address is put right, so that it can be copied and reloaded.
    showAddress(pathOf(link.id, fragment === undefined ? formatFragment(link) : undefined));
    const start = {
      link,
      claimId: claimId ?? (platformRandom(16) as ClaimId),
      claimedBefore: claimId !== undefined,
      openKeys,
      spoiled,
    };
    this.send({ type: "link_found", start });
  }
}

/** Does what the flow asks for. What takes time answers later, with an event. */
function runEffect(effect: Effect, ports: PagePorts, reply: (event: FlowEvent) => void): void {
  const { memory, service, showAddress, clock } = ports;
  switch (effect.type) {
    case "ask_status": {
      const { id } = effect.link;
      void service
        .status(id, proofOf(deriveLinkKeys(effect.link)))
        .then((result) => reply({ type: "status_answered", result, now: clock.now() }));
      break;
    }
    case "derive":
      void deriveOpenKeys(effect.link, effect.typed, (fraction) =>
        reply({ type: "derivation_progress", fraction }),
      ).then(
        (openKeys) => reply({ type: "derived", openKeys }),
        // The answers were checked before, so this is the device: scrypt takes 128 MiB.
        () => reply({ type: "derivation_failed" }),
      );
      break;
    case "mail_code": {
      const { link, keys } = effect.handoff;
      const body = { ...proofOf(keys), email: effect.email, emailKey: encodeBase64url(keys.emailKey) };
      void service.mailCode(link.id, body).then((result) => reply({ type: "code_mailed", result }));
      break;
    }
    case "claim": {
      const { link, keys, claimId } = effect.handoff;
      const { openKeys, code } = effect.claim;
      const body = {
        ...proofOf(keys),
        claimToken: encodeBase64url(openKeys.claimToken),
        claimId: encodeBase64url(claimId),
        flags: link.flags,
        ...(code === undefined ? {} : { code }),
      };
      void service
        .claim(link.id, body)
        .then((result) => reply({ type: "claim_answered", result, now: clock.now() }));
      break;
    }
    case "acknowledge": {
      const { link, keys, claimId } = effect.handoff;
      const body = {
        ...proofOf(keys),
        claimId: encodeBase64url(claimId),
        receipt: encodeBase64url(effect.receipt),
      };
      void service
        .acknowledge(link.id, body)
        .then((result) => reply({ type: "acknowledge_answered", result, now: clock.now() }));
      break;
    }
    case "report": {
      const { link, keys } = effect.handoff;
      void service
        .report(link.id, proofOf(keys))
        .then((result) => reply({ type: "report_answered", result, now: clock.now() }));
      break;
    }
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
  }
}

/** What every call carries: proof that its sender holds the link. */
function proofOf({ linkToken }: Handoff["keys"]): { readonly linkToken: string } {
  return { linkToken: encodeBase64url(linkToken) };
}
