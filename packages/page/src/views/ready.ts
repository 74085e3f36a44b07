import { MAX_ATTEMPTS, needsEmail, needsPassphrase } from "@secret-handoff/protocol";
import type { Complaint, Handoff, Typed } from "../flow/screens.ts";
import * as say from "../wording.ts";
import { type Content, element } from "./element.ts";
import { button, card, form, hint, labelledInput, submitButton, told } from "./parts.ts";
import type { Hands, ScreenAt, View } from "./view.ts";

/** Who sent this, what it is for, until when, how it is protected; and the one button that opens it. */
export function readyView(screen: ScreenAt<"ready">, hands: Hands): View<ScreenAt<"ready">> {
  const { handoff, resumes } = screen;
  const { header, link, verification } = handoff;
  const questions = askFor(handoff, screen.typed);
  const problem = element("p", { class: "complaint", role: "alert", tabindex: "-1" });
  const mailsCode = verification === "email-code" && !resumes;

  function update({ complaint }: ScreenAt<"ready">): void {
    questions.complain(complaint, header.emailHint);
    const general = complaint && (complaint.about === "answers" || complaint.about === "device");
    problem.textContent = general ? say.complain(complaint, undefined) : "";
    problem.toggleAttribute("data-focus", general === true);
  }
  update(screen);

  const fewer = link.flags !== 0 && handoff.attemptsLeft < MAX_ATTEMPTS && !screen.complaint && !resumes;
  return {
    update,
    root: element(
      "div",
      {},
      hands.inWebView && warning(say.inWebView),
      card(
        ...told(resumes ? say.openedHere : [say.sendsYouASecret(header)]),
        description(handoff, hands.now()),
        form(
          () => hands.send({ is: "reveal", typed: questions.typed() }),
          ...questions.roots,
          problem,
          fewer && hint(say.triesLeft(handoff.attemptsLeft)),
          submitButton(resumes ? say.showAgain : mailsCode ? say.mailCode : say.reveal),
          !resumes && hint(mailsCode ? say.whatCode : say.whatReveal),
        ),
      ),
      element(
        "section",
        { class: "aside" },
        element("h2", {}, say.notExpecting),
        element("p", {}, say.leaveItClosed(say.senderOf(header))),
        button(say.reportThis, () => hands.send({ is: "not_me" }), "quiet"),
      ),
    ),
  };
}

function warning([title, body]: say.Story): HTMLElement {
  return element("section", { class: "note" }, element("h2", {}, title), element("p", {}, body));
}

/** What the sealed header says, as the sender's words, and what is certain, as ours. */
function description(handoff: Handoff, now: number): HTMLElement {
  const { header, expiresAt, clockAhead } = handoff;
  const seconds = Math.floor((now + clockAhead) / 1_000);
  const message = header.message?.trim();
  const rows: readonly (readonly [name: string, ...lines: (string | false | undefined)[]])[] = [
    [say.about, header.title],
    [say.from, header.sender],
    ...Object.entries(header.context ?? {}),
    [say.until, say.untilWhen(expiresAt, seconds)],
    [say.protection, ...protectionOf(handoff)],
  ];
  return element(
    "div",
    {},
    message !== undefined &&
      message !== "" &&
      element("figure", {}, element("figcaption", {}, say.senderWrites), element("blockquote", {}, message)),
    element("dl", {}, ...rows.map(([name, ...lines]) => factOf(name, lines))),
  );
}

function factOf(name: string, lines: readonly (string | false | undefined)[]): Content {
  const told = lines.flatMap((line) => (line && line.trim() !== "" ? [element("div", {}, line)] : []));
  return told.length > 0 && element("div", {}, element("dt", {}, name), element("dd", {}, ...told));
}

function protectionOf({ link: { flags }, verification }: Handoff) {
  return [
    say.endToEnd,
    needsEmail(flags) && say.opensForAddress,
    verification === "email-code" && say.opensWithCode,
    needsPassphrase(flags) && say.opensWithPassphrase,
  ];
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
    complain(complaint: Complaint | undefined, addressHint: string | undefined) {
      for (const kind of kinds) {
        inputs[kind]?.complain(complaint?.about === kind ? say.complain(complaint, addressHint) : undefined);
      }
    },
  };
}

function emailInput(addressHint: string | undefined) {
  const attributes = { type: "email", autocomplete: "email" };
  return labelledInput("email", say.email, attributes, say.emailHint(addressHint));
}

function passphraseInput() {
  const made = labelledInput("passphrase", say.passphrase, { type: "password" }, say.passphraseHint);
  const box = element("input", {
    type: "checkbox",
    change: () => {
      made.input.type = box.checked ? "text" : "password";
    },
  });
  made.root.append(element("label", { class: "check" }, box, say.showPassphrase));
  return made;
}
