import { type BundleFile, type Item, platformRandom } from "@secret-handoff/protocol";
import { fileName, SHORTEST_FILE_PASSWORD } from "@secret-handoff/protocol/saving";
import {
  bitwardenFile,
  type CsvManager,
  csvFile,
  filePassword,
  isHeldByKeePass,
  kdbxFile,
} from "@secret-handoff/protocol/saving/managers";
import * as say from "../wording-managers.ts";
import {
  button,
  element,
  form,
  hint,
  labelledInput,
  row,
  subheading,
  submitButton,
  worded,
} from "./elements.ts";
import { showCopied } from "./field.ts";
import type { OpenedActions } from "./opened-screens.ts";
import { setLabel, setText, spoken } from "./words.ts";

/**
 * Files for password managers. A module of its own, which the page fetches as soon as a secret is opened; without it the secret can be
 * copied and saved all the same.
 * @param onSaved called with the fields and files that a file holds, and its manager takes as they are
 */
export function managersView(
  items: readonly Item[],
  actions: OpenedActions,
  onSaved: (...parts: readonly object[]) => void,
): HTMLElement {
  const fields = items.flatMap((item) => item.fields);
  const files = items.flatMap((item) => item.files ?? []);
  const result = worded("p", "", { class: "status", role: "status" });

  /** @param remarks what to know of the file, in the language that is spoken then */
  function save(name: string, data: BlobPart, remarks: () => readonly string[]): void {
    actions.save(name, data);
    setText(result, () => say.savedWith(name, remarks()));
  }
  function saveCsv(manager: CsvManager): void {
    const { text, moved, leftOut, altered, skippable } = csvFile(items, manager);
    save(`secret-${manager}.csv`, text, () => [
      say.moved(moved),
      say.lineEndsChange(altered),
      say.maySkip(skippable.map(({ name }) => name)),
      say.notHeld([...leftOut, ...namesOf(files)]),
    ]);
    if (altered.length + leftOut.length === 0)
      onSaved(...fields.filter((field) => !skippable.includes(field)));
  }
  function saveBitwarden(): void {
    const { text, leftOut } = bitwardenFile(items);
    save("secret-bitwarden.json", text, () => [say.tooLong(leftOut), say.notHeld(namesOf(files))]);
    if (leftOut.length === 0) onSaved(...fields);
  }
  const keepass = keepassForm(items, actions, (data) => {
    const held = fields.filter(isHeldByKeePass);
    const notHeld = fields.filter((field) => !held.includes(field));
    save("secret.kdbx", data, () => [say.notHeld(notHeld.map(({ name }) => name))]);
    onSaved(...held, ...files);
  });

  return element(
    "section",
    { class: "part" },
    subheading(say.forManagers),
    row(
      keepass.toggle,
      button("1Password", () => saveCsv("1password")),
      button("Bitwarden", saveBitwarden),
      button("Apple Passwords", () => saveCsv("apple")),
      button("KeePassXC (CSV)", () => saveCsv("keepassxc")),
    ),
    hint(say.whichEncrypted),
    keepass.form,
    result,
  );
}

function namesOf(files: readonly BundleFile[]): readonly string[] {
  return files.map(({ name }) => fileName(name));
}

/**
 * The password of each bundle's file, for as long as the page holds the bundle. A secret that was hidden and is shown again has a new view: a
 * file that was saved before must not lose its password by that.
 */
const passwords = new WeakMap<readonly Item[], string>();

/** The button that shows the form, and the form: a password for the file, made or typed, and the file. */
function keepassForm(
  items: readonly Item[],
  actions: OpenedActions,
  save: (data: Uint8Array<ArrayBuffer>) => void,
) {
  const box = labelledInput(
    "input",
    "file-password",
    say.passwordOfFile,
    { class: "code notranslate", translate: "no" },
    say.whyPassword,
  );
  box.input.value = passwords.get(items) ?? filePassword(platformRandom);
  const keep = () => passwords.set(items, box.input.value);
  keep();
  box.input.addEventListener("input", keep);
  box.input.style.maxWidth = "24rem";
  const bar = setLabel(element("progress", { hidden: true }), say.progress);
  const state = hint("", "status");
  let isBusy = false;

  async function make(): Promise<void> {
    const password = box.input.value;
    const isShort = [...password].length < SHORTEST_FILE_PASSWORD;
    box.showError(isShort ? say.passwordShort : undefined);
    if (isShort || isBusy) return;
    isBusy = true;
    bar.hidden = false;
    setText(state, say.encrypting);
    try {
      const onProgress = (fraction: number) => {
        bar.value = fraction;
      };
      const data = await kdbxFile(items, {
        password,
        random: platformRandom,
        now: actions.now(),
        onProgress,
      });
      setText(state, "");
      save(data);
    } catch {
      // All that can be missing is the memory for Argon2id.
      setText(state, say.tooLittleMemory);
    }
    bar.hidden = true;
    isBusy = false;
  }

  const copy = button(
    say.copy,
    async () => {
      if (!(await actions.copy(box.input.value))) {
        box.input.select();
        return;
      }
      showCopied(copy, say.copy, say.passwordOfFile, actions);
    },
    "plain",
    () => `${spoken(say.copy)}: ${spoken(say.passwordOfFile)}`,
  );
  const made = form(() => void make(), box.root, row(copy, submitButton(say.saveFile)), bar, state);
  made.hidden = true;
  const toggle = button("KeePass (.kdbx)", () => {
    made.hidden = !made.hidden;
    toggle.setAttribute("aria-expanded", String(!made.hidden));
  });
  toggle.setAttribute("aria-expanded", "false");
  return { toggle, form: made };
}
