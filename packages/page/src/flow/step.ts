import { begin, check } from "./begin.ts";
import { whenInterrupted, whenOpening, whenReady } from "./claim.ts";
import { whenAwaitingCode } from "./code.ts";
import type { Step } from "./effects.ts";
import type { Event } from "./events.ts";
import { whenDone, whenHidden, whenOpened } from "./open.ts";
import { whenNotMe, whenReporting } from "./report.ts";
import type { Screen } from "./screens.ts";

/**
 * The whole flow: what stands on the screen and what is to be done, after an event. A function of its arguments; what does not
 * belong to the screen that stands there (a second press, an answer that comes too late) changes nothing.
 * @returns undefined when nothing changes
 */
export function step(screen: Screen | undefined, event: Event): Step | undefined {
  return begin(event) ?? (screen && at(screen, event));
}

function at(screen: Screen, event: Event): Step | undefined {
  switch (screen.at) {
    case "checking":
    case "unreachable":
      return check(screen.start, event);
    case "ready":
      return whenReady(screen, event) ?? whenNotMe(screen, event);
    case "opening":
      return whenOpening(screen, event);
    case "interrupted":
      return whenInterrupted(screen, event);
    case "code":
      return whenAwaitingCode(screen, event);
    case "opened":
      return whenOpened(screen, event);
    case "hidden":
      return whenHidden(screen, event);
    case "done":
      return whenDone(screen, event);
    case "ended":
      return whenNotMe(screen, event);
    case "reporting":
      return whenReporting(screen, event);
    case "damaged":
    case "broken":
      return undefined;
  }
}
