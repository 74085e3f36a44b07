import { inFull } from "../times.ts";
import { senderOf, WORDS } from "../wording.ts";
import { button, card, heading, paragraphs } from "./parts.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

/** The screens that only tell something, with at most a button or two. */

export function checkingView(): View {
  const { heading: title, body } = WORDS.checking;
  return still(card(heading(title), ...paragraphs(body)));
}

export function unreachableView(_: ScreenAt<"unreachable">, { send }: Hands): View {
  const { heading: title, body, button: label } = WORDS.unreachable;
  const again = button(label, () => send({ is: "try_again" }), "main");
  return still(card(heading(title), ...paragraphs(body), again));
}

export function brokenView({ handoff }: ScreenAt<"broken">): View {
  const { heading: title, body } = WORDS.broken(senderOf(handoff.header));
  return still(card(heading(title), ...paragraphs(body)));
}

/** After any of these somebody else may have opened it, or tried to. */
const DOUBTFUL: ReadonlySet<string> = new Set(["claimed", "delivered", "unconfirmed", "locked"]);

export function endedView(screen: ScreenAt<"ended">, { send }: Hands): View {
  const { handoff, state, changedAt } = screen;
  const when = changedAt === undefined ? undefined : inFull(changedAt);
  const { heading: title, body } = WORDS.ending(screen, when, senderOf(handoff?.header));
  const doubt =
    handoff && DOUBTFUL.has(state) && button(WORDS.notMe.button, () => send({ is: "not_me" }), "plain");
  return still(card(heading(title), ...paragraphs(body), doubt));
}

function still(root: HTMLElement): View {
  return { root, update() {} };
}
