import * as say from "../wording.ts";
import { element, setText } from "./element.ts";
import { button, card, heading, hint, row, told } from "./parts.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

/** Once the secret is covered, and once it is gone. */

export function hiddenView(screen: ScreenAt<"hidden">, { send, now }: Hands): View<ScreenAt<"hidden">> {
  const left = element("p");
  const clipboard = hint();
  const update = (next: ScreenAt<"hidden">) => setText(left, say.stillHeld(next.forgetAt - next.now));
  update(screen);
  return {
    root: card(
      heading(say.covered),
      left,
      clipboard,
      row(
        button(say.showAgain, () => send({ is: "show_again", now: now() }), "main"),
        button(say.done, () => send({ is: "done" })),
      ),
    ),
    update,
    clipboardChanged: (state, time) => setText(clipboard, say.clipboard(state, time)),
  };
}

export function doneView(screen: ScreenAt<"done">): View<ScreenAt<"done">> {
  const state = element("p", { role: "status" });
  const clipboard = hint();
  const update = ({ acknowledgement: { kind } }: ScreenAt<"done">) => {
    setText(
      state,
      kind === "known" ? say.senderKnows : kind === "refused" ? say.endedMeanwhile : say.stillTelling,
    );
  };
  update(screen);
  return {
    root: card(
      ...told([screen.forgotten ? say.forgotten : say.done, say.gone]),
      state,
      element("h2", {}, say.leftToDo),
      element("ul", {}, ...say.advice.map((sentence) => element("li", {}, sentence))),
      clipboard,
    ),
    update,
    clipboardChanged: (state, time) => setText(clipboard, say.clipboard(state, time)),
  };
}
