import { WORDS } from "../wording.ts";
import { element, setText } from "./element.ts";
import { button, card, heading } from "./parts.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

/** Once the secret is covered, and once it is gone. */

export function hiddenView(screen: ScreenAt<"hidden">, { send, now }: Hands): View<ScreenAt<"hidden">> {
  const { heading: title, body, button: again } = WORDS.hiddenScreen;
  const left = element("p", {});
  const clipboard = element("p", { class: "hint" });
  const update = (next: ScreenAt<"hidden">) => setText(left, body(next.forgetAt - next.now));
  update(screen);
  return {
    root: card(
      heading(title),
      left,
      clipboard,
      element(
        "div",
        { class: "row" },
        button(again, () => send({ is: "show_again", now: now() }), "main"),
        button(WORDS.opened.button, () => send({ is: "done" })),
      ),
    ),
    update,
    clipboardChanged: (state, time) => setText(clipboard, WORDS.clipboard(state, time)),
  };
}

export function doneView(screen: ScreenAt<"done">): View<ScreenAt<"done">> {
  const { done } = WORDS;
  const told = element("p", { role: "status" });
  const clipboard = element("p", { class: "hint" });
  const update = ({ acknowledgement: { kind } }: ScreenAt<"done">) => {
    setText(told, kind === "known" || kind === "refused" ? done[kind] : done.sending);
  };
  update(screen);
  return {
    root: card(
      heading(screen.forgotten ? done.forgotten : done.heading),
      element("p", {}, done.gone),
      told,
      element("h2", {}, done.adviceHeading),
      element("ul", { class: "advice" }, ...done.advice.map((sentence) => element("li", {}, sentence))),
      clipboard,
    ),
    update,
    clipboardChanged: (state, time) => setText(clipboard, WORDS.clipboard(state, time)),
  };
}
