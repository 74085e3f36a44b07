import * as say from "../wording.ts";
import { button, card, element, form, hint, labelledInput, row, setText, submitButton } from "./elements.ts";
import type { ScreenOf, View, ViewActions } from "./renderer.ts";

/** Between Reveal and the secret: deriving, claiming, and what can come between. */

/** @param screen without a progress while the service is asked */
export function openingView(_: ScreenOf<"deriving" | "claiming">): View<ScreenOf<"deriving" | "claiming">> {
  const bar = element("progress", { "aria-label": say.progress });
  return {
    root: card(say.opening, bar),
    update(screen) {
      if (screen.kind === "deriving") bar.value = screen.progress;
      else bar.removeAttribute("value");
    },
  };
}

export function codeView(_: ScreenOf<"code">, { send }: ViewActions): View<ScreenOf<"code">> {
  const box = labelledInput("input", "code", say.code, {
    inputmode: "numeric",
    autocomplete: "one-time-code",
    class: "code",
  });
  const state = hint("", "status");
  const update = ({ mailing, error }: ScreenOf<"code">) => {
    setText(state, { sending: say.codeSending, sent: say.codeSent, failed: say.notReached }[mailing]);
    box.showError(error && say.fieldError(error, undefined));
  };
  return {
    root: card(
      say.typeTheCode,
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

export function interruptedView(
  _: ScreenOf<"interrupted">,
  { send, now }: ViewActions,
): View<ScreenOf<"interrupted">> {
  const when = hint();
  const update = ({ retryAt }: ScreenOf<"interrupted">) => {
    setText(when, say.nextTry(retryAt === undefined ? 0 : retryAt - now()));
  };
  return {
    root: card(
      say.interrupted,
      when,
      button(say.tryNow, () => send({ type: "try_again" }), "main"),
    ),
    update,
  };
}
