import { inFull } from "../time.ts";
import * as say from "../wording.ts";
import {
  button,
  card,
  element,
  form,
  hint,
  labelledInput,
  message,
  row,
  setText,
  submitButton,
} from "./elements.ts";
import type { ScreenOf, View, ViewActions } from "./renderer.ts";

/** The screens that only tell something, with at most a button. */

export function checkingView(): View {
  return still(card(...message(say.checking)));
}

export function unreachableView(_: ScreenOf<"unreachable">, { send }: ViewActions): View {
  return still(
    card(
      ...message(say.unreachable),
      button(say.tryAgain, () => send({ type: "try_again" }), "main"),
    ),
  );
}

/** A link that is not whole, or too new for this page, told before anything is sent; and a box to paste the whole of it. */
export function damagedView(screen: ScreenOf<"damaged">, { paste }: ViewActions): View<ScreenOf<"damaged">> {
  // A text area: pasted into a line, a link that was wrapped would lose its line ends, and with them how to join it again.
  const box = labelledInput("textarea", "link", say.wholeLink, { inputmode: "url", rows: "3" });
  const title = screen.why === "version" ? say.ofANewerKind : say.partMissing;
  return {
    root: card(
      ...message([title, say.whyDamaged[screen.why], say.nothingSent]),
      form(() => paste(box.input.value), box.root, submitButton(say.openThis)),
    ),
    update: ({ why }) => box.showError(say.whyDamaged[why]),
  };
}

export function failedView(): View {
  return still(card(...message(say.failed)));
}

export function brokenView({ handoff }: ScreenOf<"broken">): View {
  return still(card(...message(say.broken(say.senderOf(handoff.header)))));
}

/** After any of these somebody else may have opened it, or tried to. */
const DOUBTFUL: ReadonlySet<string> = new Set(["claimed", "delivered", "unconfirmed", "locked"]);

export function endedView(screen: ScreenOf<"ended">, { send }: ViewActions): View {
  const { handoff, state, changedAt } = screen;
  const when = changedAt === undefined ? undefined : inFull(changedAt);
  return still(
    card(
      ...message(say.ending(screen, when, say.senderOf(handoff?.header))),
      handoff?.spoiled && element("p", {}, say.memorySpoiled),
      handoff && DOUBTFUL.has(state) && button(say.notMe, () => send({ type: "not_me" })),
    ),
  );
}

/** The second step of "it wasn't me": a word has to be typed, which nothing does that only presses buttons. */
export function reportView(
  { handoff, back }: ScreenOf<"report">,
  { send }: ViewActions,
): View<ScreenOf<"report">> {
  const sender = say.senderOf(handoff.header);
  const ended = back.kind === "ended";
  const box = labelledInput("input", "word", say.typeTheWord);
  const state = hint("", "status");
  return {
    root: card(
      ...message([say.reportHeading, ended ? say.reportTaken(sender) : say.reportOpen(sender)]),
      form(
        () => send({ type: "report", word: box.input.value }),
        box.root,
        row(
          submitButton(say.reportButton, "alarm"),
          button(say.goBack, () => send({ type: "back" }), "quiet"),
        ),
      ),
      state,
    ),
    update({ problem, sending }) {
      setText(state, sending ? say.reporting : "");
      box.showError(problem && { word: say.wrongWord, unreachable: say.notReported }[problem]);
    },
  };
}

function still(root: HTMLElement): View {
  return { root, update() {} };
}
