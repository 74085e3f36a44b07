import * as say from "../wording.ts";
import { element, fill, setText } from "./element.ts";
import { button, card, form, hint, labelledInput, row, submitButton, told } from "./parts.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

/** Between Reveal and the secret: deriving, claiming, and what can come between. */

export function openingView(screen: ScreenAt<"opening">): View<ScreenAt<"opening">> {
  const root = card();
  const bar = element("progress", { max: "1", "aria-label": say.progress });
  let shown: string | undefined;
  function update({ step, progress }: ScreenAt<"opening">): void {
    if (step === "deriving") bar.value = progress;
    else bar.removeAttribute("value");
    if (step === shown) return;
    const [title, ...body] = told(step === "deriving" ? say.deriving : say.claiming);
    fill(root, title, bar, ...body);
    if (shown) title?.focus();
    shown = step;
  }
  update(screen);
  return { root, update };
}

export function interruptedView(
  screen: ScreenAt<"interrupted">,
  { send, now }: Hands,
): View<ScreenAt<"interrupted">> {
  const when = hint();
  const update = ({ retryAt }: ScreenAt<"interrupted">) => {
    setText(when, say.nextTry(retryAt === undefined ? 0 : retryAt - now()));
  };
  update(screen);
  return {
    root: card(
      ...told(say.interrupted),
      when,
      button(say.tryNow, () => send({ is: "try_again" }), "main"),
    ),
    update,
  };
}

export function codeView(screen: ScreenAt<"code">, { send }: Hands): View<ScreenAt<"code">> {
  const box = labelledInput("code", say.code, {
    inputmode: "numeric",
    autocomplete: "one-time-code",
    class: "code",
  });
  const state = hint("", "status");
  const update = ({ mailing, complaint }: ScreenAt<"code">) => {
    setText(state, { sending: say.codeSending, sent: say.codeSent, failed: say.codeFailed }[mailing]);
    box.complain(complaint && say.complain(complaint, undefined));
  };
  update(screen);
  return {
    root: card(
      ...told(say.typeTheCode),
      form(() => send({ is: "code_typed", code: box.input.value }), box.root, submitButton(say.reveal)),
      state,
      row(
        button(say.mailAnother, () => send({ is: "send_code_again" })),
        button(say.changeAddress, () => send({ is: "back" }), "quiet"),
      ),
    ),
    update,
  };
}
