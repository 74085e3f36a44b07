import * as say from "../wording.ts";
import { card, form, labelledInput, submitButton, told } from "./parts.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

/** A link that is not whole, or too new for this page, told before anything is sent; and a box to paste the whole of it. */
export function damagedView(screen: ScreenAt<"damaged">, { paste }: Hands): View<ScreenAt<"damaged">> {
  const box = labelledInput("link", say.wholeLink, { inputmode: "url" });
  const title = screen.why === "version" ? say.ofANewerKind : say.notWhole;
  return {
    root: card(
      ...told([title, say.whyDamaged[screen.why], say.nothingSent]),
      form(() => paste(box.input.value), box.root, submitButton(say.openThis)),
    ),
    update: ({ why }) => box.complain(say.whyDamaged[why]),
  };
}
