import { WORDS } from "../wording.ts";
import { card, form, heading, labelledInput, paragraphs, submitButton } from "./parts.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

/** A link that is not whole, told before anything is sent; and a box to paste the whole of it. */
export function damagedView(screen: ScreenAt<"damaged">, { paste }: Hands): View<ScreenAt<"damaged">> {
  const { body, unused, label, button, pasted } = WORDS.damaged;
  const box = labelledInput("link", label, undefined, {
    type: "text",
    inputmode: "url",
    autocomplete: "off",
  });
  const complainAbout = ({ pasted: isPasted, why }: ScreenAt<"damaged">) => {
    if (isPasted) box.complain(pasted[why]);
  };
  return {
    root: card(
      heading(WORDS.damaged.heading(screen.why)),
      ...paragraphs([body[screen.why], unused]),
      form(() => paste(box.input.value), box.root, submitButton(button)),
    ),
    update: complainAbout,
  };
}
