import type { Screen } from "../flow/screens.ts";
import { doneView, hiddenView } from "./after.ts";
import { damagedView } from "./damaged.ts";
import { openedView } from "./opened.ts";
import { codeView, interruptedView, openingView } from "./opening.ts";
import { readyView } from "./ready.ts";
import { reportingView } from "./reporting.ts";
import { brokenView, checkingView, endedView, unreachableView } from "./story.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

const MAKERS: { readonly [At in Screen["at"]]: (screen: ScreenAt<At>, hands: Hands) => View<ScreenAt<At>> } =
  {
    checking: checkingView,
    damaged: damagedView,
    unreachable: unreachableView,
    ready: readyView,
    opening: openingView,
    interrupted: interruptedView,
    code: codeView,
    opened: openedView,
    hidden: hiddenView,
    done: doneView,
    broken: brokenView,
    ended: endedView,
    reporting: reportingView,
  };

/** The view of a screen that has just come up. */
export function viewOf<At extends Screen["at"]>(screen: ScreenAt<At>, hands: Hands): View<ScreenAt<At>> {
  const make = MAKERS[screen.at as At];
  return make(screen, hands);
}
