import { encodeBase64url, formatFragment, type HandoffId, platformRandom } from "@secret-handoff/protocol";
import type { Language } from "@secret-handoff/protocol/languages";
import type {
  ClaimMemory,
  FlowEvent,
  OpenedScreen,
  Screen,
  ServiceClient,
} from "@secret-handoff/protocol/recipient";
import { runEffect, step } from "@secret-handoff/protocol/recipient";
import { type LinkResult, pathOf, readAddress, readKey, readPasted } from "./link.ts";
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
  /** Fetches the views of an opened secret. Nothing is claimed before; rejects where they cannot be had. */
  readonly prepare?: () => Promise<void>;
  /** What the page speaks now. */
  readonly language?: () => Language;
};

export type Page = ReturnType<typeof createPage>;

/** Runs the flow: shows its screens, runs its effects, and feeds back what came of them. */
export function createPage(ports: PagePorts) {
  const { location, memory, clock, showAddress } = ports;
  const effectPorts = { ...ports, onRemembered: (id: HandoffId) => showAddress(pathOf(id)) };
  let screen: Screen | undefined;
  /** Counts the starts: an answer that belongs to an earlier one is dropped. */
  let session = 0;

  /** A fault of the page's own is shown, unless a secret stands there that would be lost by it. */
  function send(event: FlowEvent): void {
    const before = opened();
    try {
      advance(event);
    } catch (error) {
      if (!before) {
        screen = { kind: "failed" };
        ports.show(screen);
      }
      throw error;
    }
  }

  function advance(event: FlowEvent): void {
    const next = step(screen, event);
    if (!next) return;
    const changed = next.screen !== screen;
    screen = next.screen;
    if (changed) ports.show(screen);
    const current = session;
    const reply = (answer: FlowEvent) => {
      if (current === session) send(answer);
    };
    for (const effect of next.effects) runEffect(effect, effectPorts, reply);
    resumeOtherTabs();
  }

  /** Where the claim that was in the way is of another tab of this browser, no stranger has it: this tab may read again, too. */
  function resumeOtherTabs(): void {
    if (screen?.kind !== "ended" || screen.state !== "claimed" || !screen.handoff) return;
    const { link } = screen.handoff;
    if (memory.recall(link.id).claimId !== undefined) begin({ link, id: link.id });
  }

  function begin(read: LinkResult): void {
    const { id } = read;
    session += 1;
    const { fragment, claimId, finished, openKeys, spoiled } = id === undefined ? {} : memory.recall(id);
    // The key has left the address at the reveal: after a reload it is in the memory.
    const kept = !read.link && id !== undefined && fragment !== undefined ? readKey(id, fragment) : read;
    if (!kept.link) {
      const why = spoiled || kept !== read ? "memory" : kept.why;
      if (kept !== read && id !== undefined) memory.forget(id);
      send(finished ? { type: "finished_before" } : { type: "no_link", why });
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
    send({ type: "link_found", start });
  }

  /** Reads the address and begins. */
  const start = () => begin(readAddress(location));
  const tick = () => send({ type: "tick", now: clock.now() });
  clock.every(1_000, tick);

  /**
   * The opened secret, shown or hidden. Leaving may lose it: a reload brings it back for two minutes at most, and not once it was
   * acknowledged, be it that the answer got lost.
   */
  function opened(): OpenedScreen | undefined {
    const shown = screen?.kind === "hidden" ? screen.opened : screen;
    return shown?.kind === "opened" ? shown : undefined;
  }

  return {
    start,
    send,
    tick,
    opened,
    /** A module is of another version, or was changed: only a reload helps. An opened secret stays, and can do without the formats. */
    fail(module: string): void {
      if (module === "managers") return;
      if (screen?.kind !== "deriving" && screen?.kind !== "claiming" && screen?.kind !== "interrupted")
        return;
      screen = { kind: "failed" };
      ports.show(screen);
    },
    /** Begins with a link that the recipient pasted. */
    paste: (text: string) => begin(readPasted(text, location)),
    /** Another tab of this browser has written this key: where it claimed the handoff that stands here, or lost it, its status is asked again. */
    otherTabWrote(key: string | null): void {
      const link =
        screen?.kind === "checking" || screen?.kind === "unreachable"
          ? screen.start.link
          : screen?.kind === "ready" && screen.handoff.link;
      if (link && key?.endsWith(link.id)) start();
      resumeOtherTabs();
    },
    /** Another address was put into the bar. An opened secret stays: leaving the page, which asks first, is what ends it. */
    followAddress(): void {
      const { handoff } = opened() ?? {};
      if (handoff) showAddress(pathOf(handoff.link.id));
      else start();
    },
    /**
     * The page goes out of sight, perhaps into the back/forward cache: nothing of the secret stays in the document. It is hidden and
     * not forgotten, for a phone leaves without asking, and the lease may be over when the recipient comes back.
     */
    leave(): void {
      if (opened()) {
        send({ type: "hide", now: clock.now() });
        return;
      }
      session += 1;
      screen = undefined;
      ports.show(screen);
    },
    /** Out of the back/forward cache: goes on with an opened secret, or begins again. */
    comeBack: () => (opened() ? tick() : start()),
  };
}
