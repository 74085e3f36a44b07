import { inFull } from "../times.ts";
import * as say from "../wording.ts";
import { button, card, told } from "./parts.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

/** The screens that only tell something, with at most a button. */

export function checkingView(): View {
  return still(card(...told(say.checking)));
}

export function unreachableView(_: ScreenAt<"unreachable">, { send }: Hands): View {
  return still(
    card(
      ...told(say.unreachable),
      button(say.tryAgain, () => send({ is: "try_again" }), "main"),
    ),
  );
}

export function brokenView({ handoff }: ScreenAt<"broken">): View {
  return still(card(...told(say.broken(say.senderOf(handoff.header)))));
}

/** After any of these somebody else may have opened it, or tried to. */
const DOUBTFUL: ReadonlySet<string> = new Set(["claimed", "delivered", "unconfirmed", "locked"]);

export function endedView(screen: ScreenAt<"ended">, { send }: Hands): View {
  const { handoff, state, changedAt } = screen;
  const when = changedAt === undefined ? undefined : inFull(changedAt);
  return still(
    card(
      ...told(say.ending(screen, when, say.senderOf(handoff?.header))),
      handoff && DOUBTFUL.has(state) && button(say.notMe, () => send({ is: "not_me" })),
    ),
  );
}

function still(root: HTMLElement): View {
  return { root, update() {} };
}
