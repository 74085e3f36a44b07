import { MAX_ATTEMPTS, needsEmail, needsPassphrase } from "@secret-handoff/protocol";
import type { FieldError, Handoff, Typed } from "../flow/screens.ts";
import * as say from "../wording.ts";
import {
  button,
  type Content,
  card,
  element,
  form,
  hint,
  labelledInput,
  message,
  submitButton,
} from "./elements.ts";
import type { ScreenOf, View, ViewActions } from "./renderer.ts";

/** Who sent this, what it is for, until when, how it is protected; and the one button that opens it. */
export function readyView(screen: ScreenOf<"ready">, actions: ViewActions): View<ScreenOf<"ready">> {
  const { handoff, resumes } = screen;
  const { header, link, verification } = handoff;
  const questions = askFor(handoff, screen.typed);
  const problem = element("p", { class: "error", role: "alert", tabindex: "-1" });
  const mailsCode = verification === "email-code" && !resumes;

  function update({ error }: ScreenOf<"ready">): void {
    questions.showError(error, header.emailHint);
    const general = error && (error.field === "answers" || error.field === "device");
    problem.textContent = general ? say.fieldError(error, undefined) : "";
    problem.toggleAttribute("data-focus", general === true);
  }
  update(screen);

  const fewer = link.flags !== 0 && handoff.attemptsLeft < MAX_ATTEMPTS && !screen.error && !resumes;
  return {
    update,
    root: element(
      "div",
      {},
      actions.inWebView && warning(say.inWebView),
      card(
        ...message(resumes ? say.openedHere : [say.sentYouASecret(header)]),
        header.title !== undefined && element("p", { class: "title" }, header.title),
        handoff.spoiled && hint(say.memorySpoiled),
        form(
          () => actions.send({ type: "reveal", typed: questions.typed() }),
          ...questions.roots,
          problem,
          fewer && hint(say.triesLeft(handoff.attemptsLeft)),
          submitButton(resumes ? say.showAgain : mailsCode ? say.mailCode : say.reveal),
          !resumes && element("p", {}, mailsCode ? say.whatCode : say.whatReveal),
        ),
        ...details(handoff, actions.now()),
      ),
      element(
        "section",
        { class: "aside" },
        element("h2", {}, say.notExpecting),
        element("p", {}, say.leaveItClosed(say.senderOf(header))),
        button(say.reportThis, () => actions.send({ type: "not_me" }), "quiet"),
      ),
    ),
  };
}

function warning([title, body]: say.Message): HTMLElement {
  return element("section", { class: "note" }, element("h2", {}, title), element("p", {}, body));
}

/** What the sealed header says, as the sender's words, and what is certain, as ours; below the button, which a phone shows at once. */
function details({ header, expiresAt, clockAhead }: Handoff, now: number): Content[] {
  const seconds = Math.floor((now + clockAhead) / 1_000);
  const words = header.message?.trim();
  return [
    words !== undefined &&
      words !== "" &&
      element(
        "figure",
        {},
        element("figcaption", {}, say.senderWrites),
        element("blockquote", {}, ...withLinks(words)),
      ),
    element(
      "dl",
      {},
      fact(say.until, say.untilWhen(expiresAt, seconds)),
      fact(say.from, header.sender),
      ...Object.entries(header.context ?? {}).map(([name, value]) => fact(name, value)),
    ),
  ];
}

function fact(name: string, ...lines: readonly (string | false | undefined)[]): Content {
  const texts = lines.flatMap((line) =>
    line && line.trim() !== "" ? [element("div", {}, ...withLinks(line))] : [],
  );
  return texts.length > 0 && element("div", {}, element("dt", {}, name), element("dd", {}, ...texts));
}

/** Mail addresses in a text can be pressed. Nothing else becomes a link: a sender's address is not to lead anywhere. */
function withLinks(text: string): Content[] {
  return text
    .split(/([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/)
    .map((part, index) => (index % 2 === 0 ? part : element("a", { href: `mailto:${part}` }, part)));
}

/** The inputs that the link's flags ask for. */
function askFor({ link: { flags }, header }: Handoff, typed: Typed) {
  const inputs = {
    email: needsEmail(flags) ? emailInput(header.emailHint) : undefined,
    passphrase: needsPassphrase(flags) ? passphraseInput() : undefined,
  };
  const kinds = ["email", "passphrase"] as const;
  for (const kind of kinds) {
    const input = inputs[kind]?.input;
    if (input) input.value = typed[kind];
  }
  return {
    roots: kinds.map((kind) => inputs[kind]?.root),
    typed: (): Typed => ({
      email: inputs.email?.input.value ?? "",
      passphrase: inputs.passphrase?.input.value ?? "",
    }),
    showError(error: FieldError | undefined, emailHint: string | undefined) {
      for (const kind of kinds) {
        inputs[kind]?.showError(error?.field === kind ? say.fieldError(error, emailHint) : undefined);
      }
    },
  };
}

function emailInput(emailHint: string | undefined) {
  const attributes = { type: "email", autocomplete: "email" };
  return labelledInput("input", "email", say.email, attributes, say.emailHint(emailHint));
}

function passphraseInput() {
  const made = labelledInput("input", "passphrase", say.passphrase, { type: "password" }, say.passphraseHint);
  const box = element("input", {
    type: "checkbox",
    change: () => {
      made.input.type = box.checked ? "text" : "password";
    },
  });
  made.root.append(element("label", { class: "check" }, box, say.showPassphrase));
  return made;
}

/** Apps that open links in a view of their own, and say so in the user agent. */
const APPS = /\b(?:FBA[NV]|Instagram|LinkedInApp|Line\/|MicroMessenger|GSA\/|TeamsMobile)|; wv\)/;

/**
 * Whether the page stands in a web view inside of another app: there a reload, a copy or a download often fails, and the view may
 * be closed by a wrong swipe. Safari and every browser on iOS name Safari; a bare WKWebView does not.
 */
export function isWebView(userAgent: string): boolean {
  const onIos = /\b(?:iPhone|iPad|iPod)\b.*AppleWebKit/.test(userAgent);
  return APPS.test(userAgent) || (onIos && !userAgent.includes("Safari/"));
}
