import type { Item } from "@secret-handoff/protocol";
import { csvFor1Password, csvForBitwarden } from "../saving/csv.ts";
import { envFile } from "../saving/env.ts";
import { jsonFile } from "../saving/json.ts";
import { WORDS } from "../wording.ts";
import { element } from "./element.ts";
import { button } from "./parts.ts";
import type { Hands } from "./view.ts";

/** Buttons that save all values as a file; undefined where there are no values. */
export function savingView(items: readonly Item[], hands: Hands): HTMLElement | undefined {
  if (items.every(({ fields }) => fields.length === 0)) return undefined;
  const { opened } = WORDS;
  const result = element("p", { class: "hint", role: "status" });

  function save(name: string, mediaType: string, text: string, notes: readonly string[] = []): void {
    hands.save(name, mediaType, text);
    hands.send({ is: "taken" });
    result.textContent = [opened.saved(name), ...notes].join(" ");
  }
  function saveEnv(): void {
    const { text, shellOnly, leftOut } = envFile(items);
    save("secret.env", "text/plain", text, [
      ...(shellOnly.length > 0 ? [opened.shellOnly(shellOnly)] : []),
      ...(leftOut.length > 0 ? [opened.leftOut(leftOut)] : []),
    ]);
  }
  const { env, json, onePassword, bitwarden } = opened.formats;
  return element(
    "section",
    { class: "saving" },
    element("h2", {}, opened.saveAs),
    element(
      "div",
      { class: "row" },
      button(env, saveEnv),
      button(json, () => save("secret.json", "application/json", jsonFile(items))),
      button(onePassword, () => save("secret-1password.csv", "text/csv", csvFor1Password(items))),
      button(bitwarden, () => save("secret-bitwarden.csv", "text/csv", csvForBitwarden(items))),
    ),
    element("p", { class: "hint" }, opened.saveWarning),
    result,
  );
}
