import { WORDS } from "../wording.ts";
import { element, setText } from "./element.ts";
import { button, card, form, heading, labelledInput, paragraphs, submitButton } from "./parts.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

/** Between Reveal and the secret: deriving, claiming, and what can come between. */

export function openingView(screen: ScreenAt<"opening">): View<ScreenAt<"opening">> {
  const root = card();
  const bar = element("progress", { max: "1", "aria-label": WORDS.opening.progress });
  let step: string | undefined;
  const view = {
    root,
    update(next: ScreenAt<"opening">) {
      if (next.step === "deriving") bar.value = next.progress;
      else bar.removeAttribute("value");
      if (next.step === step) return;
      step = next.step;
      const { heading: title, body } = WORDS.opening[next.step];
      const focused = root.contains(document.activeElement);
      const top = heading(title);
      root.replaceChildren(top, bar, ...paragraphs(body));
      if (focused) top.focus();
    },
  };
  view.update(screen);
  return view;
}

export function interruptedView(
  screen: ScreenAt<"interrupted">,
  { send, now }: Hands,
): View<ScreenAt<"interrupted">> {
  const { heading: title, body, next, button: label } = WORDS.interrupted;
  const when = element("p", { class: "hint" });
  const update = ({ retryAt }: ScreenAt<"interrupted">) => {
    setText(when, next(retryAt === Number.POSITIVE_INFINITY ? 0 : retryAt - now()));
  };
  update(screen);
  return {
    root: card(
      heading(title),
      ...paragraphs(body),
      when,
      button(label, () => send({ is: "try_again" }), "main"),
    ),
    update,
  };
}

export function codeView(screen: ScreenAt<"code">, { send }: Hands): View<ScreenAt<"code">> {
  const { code } = WORDS;
  const box = labelledInput("code", code.label, undefined, {
    type: "text",
    inputmode: "numeric",
    autocomplete: "one-time-code",
    maxlength: "20",
    class: "code",
  });
  const state = element("p", { class: "hint", role: "status" });
  const update = ({ mailing, complaint }: ScreenAt<"code">) => {
    setText(state, code[mailing]);
    box.complain(complaint && WORDS.complaint(complaint, undefined));
  };
  update(screen);
  return {
    root: card(
      heading(code.heading),
      element("p", {}, code.body),
      form(() => send({ is: "code_typed", code: box.input.value }), box.root, submitButton(code.button)),
      state,
      element(
        "div",
        { class: "row" },
        button(code.again, () => send({ is: "send_code_again" })),
        button(code.back, () => send({ is: "back" }), "quiet"),
      ),
    ),
    update,
  };
}
