import * as say from "../wording.ts";
import {
  button,
  card,
  element,
  fill,
  form,
  hint,
  labelledInput,
  message,
  row,
  setText,
  submitButton,
} from "./elements.ts";
import type { ScreenOf, View, ViewActions } from "./renderer.ts";

/** Between Reveal and the secret: deriving, claiming, and what can come between. */

export function openingView(screen: ScreenOf<"opening">): View<ScreenOf<"opening">> {
  const root = card();
  const bar = element("progress", { max: "1", "aria-label": say.progress });
  let shown: string | undefined;
  function update({ step, progress }: ScreenOf<"opening">): void {
    if (step === "deriving") bar.value = progress;
    else bar.removeAttribute("value");
    if (step === shown) return;
    const [title, ...body] = message(step === "deriving" ? say.deriving : say.claiming);
    fill(root, title, bar, ...body);
    if (shown) title?.focus();
    shown = step;
  }
  update(screen);
  return { root, update };
}

export function interruptedView(
  screen: ScreenOf<"interrupted">,
  { send, now }: ViewActions,
): View<ScreenOf<"interrupted">> {
  const when = hint();
  const update = ({ retryAt }: ScreenOf<"interrupted">) => {
    setText(when, say.nextTry(retryAt === undefined ? 0 : retryAt - now()));
  };
  update(screen);
  return {
    root: card(
      ...message(say.interrupted),
      when,
      button(say.tryNow, () => send({ type: "try_again" }), "main"),
    ),
    update,
  };
}

export function codeView(screen: ScreenOf<"code">, { send }: ViewActions): View<ScreenOf<"code">> {
  const box = labelledInput("input", "code", say.code, {
    inputmode: "numeric",
    autocomplete: "one-time-code",
    class: "code",
  });
  const state = hint("", "status");
  const update = ({ mailing, error }: ScreenOf<"code">) => {
    setText(state, { sending: say.codeSending, sent: say.codeSent, failed: say.codeFailed }[mailing]);
    box.showError(error && say.fieldError(error, undefined));
  };
  update(screen);
  return {
    root: card(
      ...message(say.typeTheCode),
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
