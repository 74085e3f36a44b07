import * as say from "../wording-opened.ts";
import { button, card, form, hint, labelledInput, paragraph, row, submitButton } from "./elements.ts";
import type { ScreenOf, View, ViewActions } from "./renderer.ts";
import { setText } from "./words.ts";

/** Where the mailed code is typed. */
export function codeView(_: ScreenOf<"code">, { send }: ViewActions): View<ScreenOf<"code">> {
  const box = labelledInput("input", "code", say.code, {
    inputmode: "numeric",
    autocomplete: "one-time-code",
    class: "code",
  });
  const [title = "", onItsWay = ""] = say.typeTheCode;
  const promise = paragraph(onItsWay);
  const state = hint("", "status");
  const update = ({ mailing, error }: ScreenOf<"code">) => {
    // Nothing is on its way then.
    promise.hidden = mailing === "failed";
    state.className = promise.hidden ? "error" : "hint";
    setText(state, { sending: say.codeSending, sent: say.codeSent, failed: say.notReached }[mailing]);
    box.showError(error && (() => say.codeError(error)));
  };
  return {
    root: card(
      [title],
      promise,
      form(() => send({ type: "code_typed", code: box.input.value }), box.root, submitButton(say.reveal)),
      state,
      row(
        button(say.mailAnother, () => send({ type: "send_code_again" })),
        button(say.changeAddress, () => send({ type: "back" }), "quiet"),
      ),
    ),
    update,
  };
}
