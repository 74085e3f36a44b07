import { MAX_ATTEMPTS, needsEmail, needsPassphrase } from "@secret-handoff/protocol";
import type { Handoff } from "@secret-handoff/protocol/recipient";
import { unparted } from "../time.ts";
import * as say from "../wording.ts";
import {
  button,
  type Content,
  card,
  element,
  form,
  given,
  hint,
  labelledInput,
  paragraph,
  row,
  subheading,
  submitButton,
  withLinks,
  worded,
} from "./elements.ts";
import type { ScreenOf, View, ViewActions } from "./renderer.ts";
import { setLabel, setText } from "./words.ts";

/** Who sent this, what it is for, until when, how it is protected; and the one button that opens it. */
export function readyView(screen: ScreenOf<"ready">, actions: ViewActions): View<ScreenOf<"ready">> {
  const { handoff, typed } = screen;
  const { header, link, verification, attemptsLeft, resumes } = handoff;
  const { send } = actions;
  const email = needsEmail(link.flags) ? emailInput(typed.email, header.emailHint) : undefined;
  const passphrase = needsPassphrase(link.flags) ? passphraseInput(typed.passphrase) : undefined;
  const problem = element("p", { class: "error", role: "alert", tabindex: "-1" });
  const mailsCode = verification === "email-code" && !resumes;
  const fewer = link.flags !== 0 && attemptsLeft < MAX_ATTEMPTS && !screen.error && !resumes;
  const answers = () => ({ email: email?.input.value ?? "", passphrase: passphrase?.input.value ?? "" });
  return {
    update({ error }) {
      const text = error && (() => say.fieldError(error, header.emailHint));
      const field = error?.field;
      email?.showError(field === "email" ? text : undefined);
      passphrase?.showError(field === "passphrase" ? text : undefined);
      const general = field === "answers" || field === "device";
      setText(problem, (general && text) || "");
      problem.toggleAttribute("data-focus", general);
    },
    root: element(
      "div",
      {},
      actions.inWebView && warning(say.inWebView),
      card(
        resumes ? say.openedHere : () => [say.sentYouASecret(header)],
        header.title !== undefined && element("p", { class: "title" }, given(header.title)),
        handoff.spoiled && hint(say.memorySpoiled),
        form(
          () => send({ type: "reveal", typed: answers() }),
          email?.root,
          passphrase?.root,
          problem,
          fewer && worded("p", () => say.triesLeft(attemptsLeft), { class: "error" }),
          submitButton(resumes ? say.showAgain : mailsCode ? say.mailCode : say.reveal),
          !resumes && paragraph(mailsCode ? say.whatCode : say.whatReveal),
        ),
        element("dl", {}, until(handoff, actions.now())),
        // Beside all that invites to open it, and never under a fold: who did not expect it finds the way out at once.
        row(
          worded("span", say.notExpecting),
          button(say.reportThis, () => send({ type: "not_me", typed: answers() }), "quiet"),
        ),
      ),
      described(header),
    ),
  };
}

function warning([title, ...body]: say.Message): HTMLElement {
  return element("section", { class: "note" }, subheading(title), ...body.map(paragraph));
}

function until({ expiresAt, clockAhead }: Handoff, now: number): HTMLElement {
  const when = () => unparted(say.untilWhen(expiresAt, Math.floor((now + clockAhead) / 1_000)));
  return listRow(worded("span", say.until), worded("span", when));
}

/** Of what makes a recipient trust the link a longer message would fill a phone's screen. */
const LONGEST_UNFOLDED = 300;

/** Of a longer title the lines over the button may not show all (style.css): it stands below once more. */
const LONGEST_TITLE = 100;

/** What the sealed header says, apart from what is certain: it is only what its sender wrote. */
function described({ title = "", message = "", context = {} }: Handoff["header"]): Content {
  const words = `${title.length > LONGEST_TITLE ? title : ""}\n\n${message}`.trim();
  const rows = Object.entries(context).filter(([, text]) => text.trim() !== "");
  return (
    (words !== "" || rows.length > 0) &&
    element(
      "details",
      // Not needed to open the link. On a phone, where it may be in the way, a long one is folded.
      { class: "aside", open: words.length <= LONGEST_UNFOLDED || innerWidth > 600 },
      worded("summary", say.senderSays),
      words !== "" && element("blockquote", { dir: "auto" }, ...withLinks(words)),
      element("dl", {}, ...rows.map(([name, text]) => listRow(given(name), ...withLinks(text)))),
    )
  );
}

function listRow(name: Content, ...texts: readonly Content[]): HTMLElement {
  return element("div", {}, element("dt", {}, name), element("dd", {}, element("bdi", {}, ...texts)));
}

function emailInput(typed: string, emailHint: string | undefined) {
  const made = labelledInput("input", "email", say.email, { type: "email", autocomplete: "email" }, () =>
    say.emailHint(emailHint),
  );
  made.input.value = typed;
  return made;
}

function passphraseInput(typed: string) {
  const made = labelledInput(
    "input",
    "passphrase",
    say.passphrase,
    {
      type: "password",
      // Chromium offers to keep any other password: it is for this link alone.
      autocomplete: "one-time-code",
    },
    say.passphraseHint,
  );
  made.input.value = typed;
  const change = () => {
    made.input.type = box.checked ? "text" : "password";
  };
  const box = element("input", { type: "checkbox", change });
  made.root.append(element("label", { class: "check" }, box, worded("span", say.showPassphrase)));
  return made;
}

/** Apps that open links in a view of their own, and say so in the user agent. */
const APPS = /\b(?:FBA[NV]|Instagram|Line|GSA|TeamsMobile)|; wv\)/;

/**
 * Whether the page stands in a web view inside of another app: there a reload, a copy or a download often fails, and the view may
 * be closed by a wrong swipe. Safari and every browser on iOS name Safari; a bare WKWebView does not.
 */
export function isWebView(userAgent: string): boolean {
  const onIos = /\b(?:iPhone|iPad|iPod)\b.*AppleWebKit/.test(userAgent);
  return APPS.test(userAgent) || (onIos && !userAgent.includes("Safari/"));
}

/** Between Reveal and the secret: deriving, which shows its progress, and claiming, which has none. */
export function openingView(_: ScreenOf<"deriving" | "claiming">): View<ScreenOf<"deriving" | "claiming">> {
  const [title = "", fetching = ""] = say.opening;
  const what = paragraph("");
  const bar = setLabel(element("progress"), say.progress);
  return {
    root: card([title], what, bar),
    update(screen) {
      const checks = screen.kind === "deriving" && needsPassphrase(screen.handoff.link.flags);
      setText(what, checks ? say.checkingPassphrase : fetching);
      if (screen.kind === "deriving") bar.value = screen.progress;
      else bar.removeAttribute("value");
    },
  };
}

export function interruptedView(
  _: ScreenOf<"interrupted" | "unreachable">,
  { send, now }: ViewActions,
): View<ScreenOf<"interrupted" | "unreachable">> {
  const when = hint();
  const update = ({ retryAt }: ScreenOf<"interrupted" | "unreachable">) => {
    const left = retryAt === undefined ? 0 : retryAt - now();
    setText(when, () => say.nextTry(left));
  };
  return {
    root: card(
      say.interrupted,
      when,
      button(say.tryNow, () => send({ type: "try_again" }), "main"),
    ),
    update,
  };
}
