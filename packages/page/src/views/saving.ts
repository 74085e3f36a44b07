import type { Item } from "@secret-handoff/protocol";
import { csvFor1Password, csvForBitwarden } from "../saving/csv.ts";
import { envFile } from "../saving/env.ts";
import { jsonFile } from "../saving/json.ts";
import * as say from "../wording.ts";
import { element } from "./element.ts";
import { button, hint, row } from "./parts.ts";
import type { Hands } from "./view.ts";

/** Buttons that save all values as a file. */
export function savingView(items: readonly Item[], hands: Hands): HTMLElement {
  const result = hint("", "status");
  function save(name: string, text: string, more = ""): void {
    hands.save(name, text);
    hands.send({ is: "taken" });
    result.textContent = say.saved(name) + more;
  }
  function saveEnv(): void {
    const { text, shellOnly, leftOut } = envFile(items);
    const more =
      (shellOnly.length > 0 ? say.shellOnly(shellOnly) : "") +
      (leftOut.length > 0 ? say.leftOut(leftOut) : "");
    save("secret.env", text, more);
  }
  return element(
    "section",
    { class: "part" },
    element("h2", {}, say.saveAs),
    row(
      button(say.formatEnv, saveEnv),
      button(say.formatJson, () => save("secret.json", jsonFile(items))),
      button(say.format1Password, () => save("secret-1password.csv", csvFor1Password(items))),
      button(say.formatBitwarden, () => save("secret-bitwarden.csv", csvForBitwarden(items))),
    ),
    hint(say.unencrypted),
    result,
  );
}
