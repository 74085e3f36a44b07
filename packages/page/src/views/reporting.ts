import { senderOf, WORDS } from "../wording.ts";
import { element, setText } from "./element.ts";
import { button, card, form, heading, labelledInput, submitButton } from "./parts.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

/** The second step of "it wasn't me": a word has to be typed, which nothing does that only presses buttons. */
export function reportingView(screen: ScreenAt<"reporting">, { send }: Hands): View<ScreenAt<"reporting">> {
  const { reporting } = WORDS;
  const { handoff, back } = screen;
  const sender = senderOf(handoff.header);
  const taken = back.at === "ended" && back.state !== "locked";
  const box = labelledInput("word", reporting.label, undefined, { type: "text", autocomplete: "off" });
  const state = element("p", { class: "hint", role: "status" });
  return {
    root: card(
      heading(reporting.heading),
      element("p", {}, taken ? reporting.delivered(sender) : reporting.intro(sender)),
      form(
        () => send({ is: "report", word: box.input.value }),
        box.root,
        element(
          "div",
          { class: "row" },
          submitButton(reporting.button, "alarm"),
          button(reporting.back, () => send({ is: "back" }), "quiet"),
        ),
      ),
      state,
    ),
    update({ problem, sending }) {
      setText(state, sending ? reporting.sending : "");
      box.complain(problem && { word: reporting.wrongWord, unreachable: reporting.unreachable }[problem]);
    },
  };
}
