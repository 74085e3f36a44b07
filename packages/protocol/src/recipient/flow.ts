import { begin, whenChecking, whenReady } from "./begin.ts";
import { whenClaiming, whenCode, whenDeriving, whenInterrupted } from "./claim.ts";
import { whenNotMe, whenReport } from "./ended.ts";
import { whenDone, whenHidden, whenOpened } from "./opened.ts";
import type { FlowEvent, Screen, Step } from "./screens.ts";

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
      return whenChecking(screen.start, event);
    case "ready":
      return whenReady(screen, event) ?? whenNotMe(screen, event);
    case "deriving":
      return whenDeriving(screen, event);
    case "code":
      return whenCode(screen, event);
    case "claiming":
      return whenClaiming(screen, event);
    case "interrupted":
      return whenInterrupted(screen, event);
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
