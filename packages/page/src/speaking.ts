import {
  isRightToLeft,
  LANGUAGE_TAGS,
  type Language,
  nameOf,
  preferredLanguage,
} from "@secret-handoff/protocol/languages";
import { readTranslations, type Store, speak, translated } from "@secret-handoff/protocol/recipient";
import * as say from "./wording.ts";

/** The root over all languages' files: so the page's own hash covers every sentence that it can say (build-languages.ts). */
declare const LANGUAGES_ROOT: string;

const KEPT = "secret-handoff/language";

/**
 * Speaks the reader's language: what the browser prefers, or what was chosen here. English is in the page, another language is fetched
 * from the service; where that fails, or the file is not the one that was built with the page, the page stays as it is.
 * @param store remembers the choice
 * @param onChange called when everything has to be said anew
 */
export function chooseLanguage(top: Element, store: Store, onChange: () => void): void {
  const select = document.createElement("select");
  const { documentElement: root } = document;
  for (const tag of LANGUAGE_TAGS) select.append(new Option(nameOf(tag), tag));
  const choose = async () => {
    const language = select.value as Language;
    speak(
      language,
      language === "en"
        ? {}
        : readTranslations(await (await fetch(`/h/language/${language}`)).text(), language, LANGUAGES_ROOT),
    );
    root.lang = language;
    root.dir = isRightToLeft(language) ? "rtl" : "";
    select.setAttribute("aria-label", translated(say.language));
    onChange();
  };
  const tryToChoose = () =>
    choose().catch(() => {
      select.value = root.lang;
    });
  select.addEventListener("change", () => {
    store.set(KEPT, select.value);
    void tryToChoose();
  });
  select.value = preferredLanguage([store.get(KEPT) ?? "", ...navigator.languages]);
  top.append(select);
  void tryToChoose();
}
