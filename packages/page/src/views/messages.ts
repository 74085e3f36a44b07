import { inFull } from "@secret-handoff/protocol/recipient";
import { unparted } from "../time.ts";
import * as say from "../wording.ts";
import {
  button,
  card,
  element,
  form,
  hint,
  labelledInput,
  paragraph,
  row,
  submitButton,
  withLinks,
} from "./elements.ts";
import type { ScreenOf, View, ViewActions } from "./renderer.ts";
import { setText } from "./words.ts";

/** The screens that only show a message, with at most a button. */

export function checkingView({ start }: ScreenOf<"checking">): View {
  const [title, nothingYet = ""] = say.checking;
  return { root: card([title], !start.claimedBefore && paragraph(nothingYet)) };
}

export function unreachableView(_: ScreenOf<"unreachable">, { send }: ViewActions): View {
  return {
    root: card(
      say.unreachable,
      button(say.tryAgain, () => send({ type: "try_again" }), "main"),
    ),
  };
}

const [, nothingOpened = ""] = say.checking;

/** A link that is not whole, or too new for this page, shown before anything is sent; and a box to paste the whole of it. */
export function damagedView(screen: ScreenOf<"damaged">, { paste }: ViewActions): View<ScreenOf<"damaged">> {
  // A text area: pasted into a line, a link that was wrapped would lose its line ends, and with them how to join it again.
  const box = labelledInput("textarea", "link", say.wholeLink, { inputmode: "url", rows: "3" });
  // A newer kind of link is whole: only a newer page opens it, and pasted again it would not.
  const whole = screen.why === "version";
  const title = whole ? say.ofANewerKind : say.partMissing;
  return {
    root: card(
      [title, say.whyDamaged[screen.why]],
      // What was stored may have been of a secret that was opened.
      screen.why !== "memory" && paragraph(whole ? nothingOpened : say.nothingSent),
      !whole && form(() => paste(box.input.value), box.root, submitButton(say.openThis)),
    ),
    update: (next) => next !== screen && box.showError(say.whyDamaged[next.why]),
  };
}

export function failedView(): View {
  return { root: card(say.failed) };
}

export function brokenView({ handoff }: ScreenOf<"broken">): View {
  return { root: card(() => say.broken(say.senderOf(handoff.header))) };
}

export function endedView(screen: ScreenOf<"ended">, { send }: ViewActions): View {
  const { handoff, state, changedAt } = screen;
  const when = () => (changedAt === undefined ? undefined : unparted(inFull(changedAt)));
  return {
    root: card(
      () => say.ending(screen, when(), say.senderOf(handoff?.header)),
      handoff?.spoiled && paragraph(say.memorySpoiled),
      handoff && say.isDoubtful(state) && button(say.notMe, () => send({ type: "not_me" })),
    ),
  };
}

/** The second step of "it wasn't me": a word has to be typed, which nothing does that only presses buttons. */
export function reportView(
  { handoff, back }: ScreenOf<"report">,
  { send, company }: ViewActions,
): View<ScreenOf<"report">> {
  const sender = () => say.senderOf(handoff.header);
  const box = labelledInput("input", "word", say.typeTheWord);
  const state = hint("", "status");
  return {
    root: card(
      () => [say.reportThis, ...(back.kind === "ready" ? [say.leaveItClosed(sender())] : [])],
      back.kind === "ready" && element("p", {}, ...withLinks(company.contact ?? "")),
      paragraph(() => say.whatReport(sender())),
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
      box.showError(problem && { word: say.wrongWord, unreachable: say.notReached }[problem]);
    },
  };
}
