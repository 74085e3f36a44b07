import { type Flags, needsEmail, needsPassphrase } from "@secret-handoff/protocol";
import type { Complaint, Handoff, Typed } from "../flow/screens.ts";
import { senderOf, WORDS } from "../wording.ts";
import { element } from "./element.ts";
import {
  button,
  card,
  form,
  heading,
  type LabelledInput,
  labelledInput,
  note,
  submitButton,
} from "./parts.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

/** Who sent this, what it is for, until when, how it is protected; and the one button that opens it. */
export function readyView(screen: ScreenAt<"ready">, hands: Hands): View<ScreenAt<"ready">> {
  const { handoff, resumes } = screen;
  const { ready, notMe } = WORDS;
  const questions = askFor(handoff, screen.typed);
  const problem = element("p", { class: "complaint", role: "alert", tabindex: "-1" });
  const attempts = element("p", { class: "hint" });
  const mailsCode = handoff.verification === "email-code" && !resumes;

  function update({ complaint, handoff: { attemptsLeft, link } }: ScreenAt<"ready">): void {
    attempts.textContent =
      link.flags !== 0 && attemptsLeft < 5 && complaint?.about !== "answers"
        ? ready.attempts(attemptsLeft)
        : "";
    questions.complain(complaint, handoff.header.emailHint);
    const general = complaint && (complaint.about === "answers" || complaint.about === "device");
    problem.textContent = general ? WORDS.complaint(complaint, undefined) : "";
    problem.toggleAttribute("data-focus", Boolean(general));
  }
  update(screen);

  const reveal = form(
    () => hands.send({ is: "reveal", typed: questions.typed() }),
    questions.root,
    problem,
    attempts,
    submitButton(resumes ? ready.buttonAgain : mailsCode ? ready.buttonCode : ready.button),
    element("p", { class: "hint" }, mailsCode ? ready.whatCode : ready.what),
  );
  const refuse = element(
    "section",
    { class: "aside" },
    element("h2", {}, notMe.ready),
    element("p", {}, notMe.readyBody(senderOf(handoff.header))),
    button(notMe.readyButton, () => hands.send({ is: "not_me" }), "quiet"),
  );
  return {
    root: element(
      "div",
      {},
      hands.webView !== undefined && webViewNote(hands.webView),
      card(
        heading(resumes ? ready.resumes : ready.heading(handoff.header)),
        resumes && element("p", {}, ready.resumesBody),
        description(handoff, hands.now()),
        reveal,
      ),
      refuse,
    ),
    update,
  };
}

function webViewNote(app: string): HTMLElement {
  const { heading: title, body } = WORDS.webView(app);
  return note("care", element("h2", {}, title), element("p", {}, body));
}

/** What the sealed header says, as the sender's words, and what is certain, as ours. */
function description(
  { header, link, verification, expiresAt, clockAhead }: Handoff,
  now: number,
): HTMLElement {
  const { ready } = WORDS;
  const seconds = Math.floor((now + clockAhead) / 1_000);
  const rows: readonly (readonly [string, string | undefined])[] = [
    [ready.about, header.title],
    [ready.from, header.sender],
    [ready.until, ready.untilText(expiresAt, seconds)],
    [ready.protection, protectionOf(link.flags, verification === "email-code")],
    ...Object.entries(header.context ?? {}),
  ];
  return element(
    "div",
    {},
    header.message?.trim()
      ? element(
          "figure",
          {},
          element("figcaption", {}, ready.said),
          element("blockquote", {}, header.message.trim()),
        )
      : undefined,
    element(
      "dl",
      { class: "facts" },
      ...rows.flatMap(([name, value]) =>
        value?.trim() ? [element("div", {}, element("dt", {}, name), element("dd", {}, value))] : [],
      ),
    ),
  );
}

function protectionOf(flags: Flags, mailsCode: boolean): string {
  const { protected: always, checks } = WORDS.ready;
  return [
    always,
    needsEmail(flags) && checks.email,
    mailsCode && checks.code,
    needsPassphrase(flags) && checks.passphrase,
  ]
    .filter(Boolean)
    .join(" ");
}

/** The inputs that the link's flags ask for. */
function askFor({ link: { flags }, header }: Handoff, typed: Typed) {
  const { ready } = WORDS;
  const email = needsEmail(flags)
    ? labelledInput("email", ready.email, ready.emailHint(header.emailHint), {
        type: "email",
        autocomplete: "email",
        inputmode: "email",
      })
    : undefined;
  const passphrase = needsPassphrase(flags)
    ? labelledInput("passphrase", ready.passphrase, ready.passphraseHint, {
        type: "password",
        autocomplete: "off",
      })
    : undefined;
  if (email) email.input.value = typed.email;
  if (passphrase) passphrase.input.value = typed.passphrase;
  return {
    root: element("div", {}, email?.root, passphrase && withShowBox(passphrase)),
    typed: (): Typed => ({ email: email?.input.value ?? "", passphrase: passphrase?.input.value ?? "" }),
    complain(complaint: Complaint | undefined, hint: string | undefined) {
      const textFor = (about: Complaint["about"]) =>
        complaint?.about === about ? WORDS.complaint(complaint, hint) : undefined;
      email?.complain(textFor("email"));
      passphrase?.complain(textFor("passphrase"));
    },
  };
}

function withShowBox({ root, input }: LabelledInput): HTMLElement {
  const box = element("input", {
    type: "checkbox",
    change: () => {
      input.type = box.checked ? "text" : "password";
    },
  });
  root.append(element("label", { class: "check" }, box, WORDS.ready.showPassphrase));
  return root;
}
