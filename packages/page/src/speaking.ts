import {
  isRightToLeft,
  LANGUAGE_TAGS,
  type Language,
  nameOf,
  preferredLanguage,
} from "@secret-handoff/protocol/languages";
import {
  readTranslations,
  type Store,
  speak,
  type Translations,
  translated,
} from "@secret-handoff/protocol/recipient";
import { fetchText } from "./modules.ts";
import { element } from "./views/elements.ts";
import { setText } from "./views/words.ts";
import * as say from "./wording.ts";

/** The root over all languages' files: so the page's own hash covers every sentence that it can say (build-page.ts). */
declare const LANGUAGES_ROOT: string;

const KEPT = "secret-handoff/language";

/** Sentences that only an opened secret needs are files of their own. */
const OPENED = "-opened";

/**
 * Speaks the reader's language: what the browser prefers, or what was chosen here. English is in the page, another language is fetched
 * from the service; where that fails, or the file is not the one that was built with the page, the page stays as it is, and says so
 * to somebody who has chosen.
 * @param store remembers the choice
 * @param onChange called when everything has to be said anew
 * @returns what fetches the sentences of an opened secret, too; where it cannot, they are English
 */
export function chooseLanguage(top: Element, store: Store, onChange: () => void): () => Promise<void> {
  const select = document.createElement("select");
  const problem = element("p", { class: "error", role: "alert" });
  const { documentElement: root } = document;
  const fetched = new Map<string, Translations>();
  const parts = [""];
  for (const tag of LANGUAGE_TAGS) select.append(new Option(nameOf(tag), tag));

  async function read(name: string): Promise<Translations> {
    const known = fetched.get(name);
    const table = known ?? readTranslations(await fetchText(`/h/language/${name}`), name, LANGUAGES_ROOT);
    fetched.set(name, table);
    return table;
  }

  /** @returns whether it is still what is chosen: a file may take longer than the next choice */
  async function speakAll(language: Language): Promise<boolean> {
    if (language !== "en") await Promise.all(parts.map((part) => read(language + part)));
    if (language !== select.value) return false;
    // With what came meanwhile: a first file may be late, and those of an opened secret there before it.
    speak(language, Object.assign({}, ...parts.map((part) => fetched.get(language + part))));
    return true;
  }

  async function choose(failed = ""): Promise<void> {
    const language = select.value as Language;
    setText(problem, "");
    try {
      if (!(await speakAll(language))) return;
    } catch {
      if (language !== select.value) return;
      select.value = root.lang;
      setText(problem, failed);
      return;
    }
    root.lang = language;
    root.dir = isRightToLeft(language) ? "rtl" : "";
    select.setAttribute("aria-label", translated(say.language));
    onChange();
  }
  select.addEventListener("change", () => {
    store.set(KEPT, select.value);
    void choose(say.languageFailed);
  });
  select.value = preferredLanguage([store.get(KEPT) ?? "", ...navigator.languages]);
  top.append(select, problem);
  void choose();

  return async () => {
    if (!parts.includes(OPENED)) parts.push(OPENED);
    await speakAll(select.value as Language).catch(() => {});
  };
}
