import * as say from "../wording.ts";
import { setText } from "./element.ts";
import { button, card, form, hint, labelledInput, row, submitButton, told } from "./parts.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

/** The second step of "it wasn't me": a word has to be typed, which nothing does that only presses buttons. */
export function reportingView(
  { handoff, back }: ScreenAt<"reporting">,
  { send }: Hands,
): View<ScreenAt<"reporting">> {
  const sender = say.senderOf(handoff.header);
  const ended = back.at === "ended";
  const box = labelledInput("word", say.typeTheWord);
  const state = hint("", "status");
  return {
    root: card(
      ...told([say.reportHeading, ended ? say.reportTaken(sender) : say.reportOpen(sender)]),
      form(
        () => send({ is: "report", word: box.input.value }),
        box.root,
        row(
          submitButton(say.reportButton, "alarm"),
          button(say.goBack, () => send({ is: "back" }), "quiet"),
        ),
      ),
      state,
    ),
    update({ problem, sending }) {
      setText(state, sending ? say.reporting : "");
      box.complain(problem && { word: say.wrongWord, unreachable: say.notReported }[problem]);
    },
  };
}
