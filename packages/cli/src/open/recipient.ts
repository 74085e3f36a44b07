import type { Acknowledgement, Handoff, Screen } from "@secret-handoff/protocol/recipient";
import * as sayOfCode from "@secret-handoff/protocol/recipient/code-wording";
import * as say from "@secret-handoff/protocol/recipient/wording";
import { unencrypted } from "@secret-handoff/protocol/saving/wording";
import { onOneLine } from "@secret-handoff/protocol/shown-text";
import { SenderError, systemCode } from "@secret-handoff/sdk";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import type { Answers } from "./answers.ts";
import type { Output } from "./command.ts";
import { AGAIN, written } from "./formats.ts";
import type { Reaction } from "./session.ts";
import { checkPlace, type Place, removeUnfinished, writeNewFile, writeNewFolder } from "./write.ts";

type Wanted = {
  readonly origin: string;
  readonly output: Output;
  readonly yes: boolean;
  readonly report: boolean;
};

/** Tries of a claim whose answer is lost: about a minute. And tries to acknowledge. */
const MOST_CLAIMS = 7;
const MOST_ACKNOWLEDGEMENTS = 5;
/** Stands before a sender's words. */
const SET_OFF = "  | ";

/** The person in front of the flow's screens, as far as a command is one. */
export class Recipient {
  readonly #wanted: Wanted;
  readonly #answers: Answers;
  readonly #context: CliContext;
  #introduced = false;
  #claimed = false;
  #isWritten = false;
  #filePassword: string | undefined;
  #place: Place | undefined;
  /** Why an answer was refused last. */
  lastProblem: string | undefined;

  constructor(wanted: Wanted, answers: Answers, context: CliContext) {
    this.#wanted = wanted;
    this.#answers = answers;
    this.#context = context;
  }

  get path(): string | undefined {
    return this.#wanted.output.path;
  }

  readonly react = async (screen: Screen, sleep: (ms: number) => Promise<void>): Promise<Reaction> => {
    const { terminal, runtime } = this.#context;
    switch (screen.kind) {
      case "checking":
        terminal.spin("Checking your link");
        return "wait";
      case "ready":
        return this.#atReady(screen);
      case "deriving":
        terminal.spin(`Opening ${Math.round(screen.progress * 100)} %`);
        return "wait";
      case "code":
        return this.#atCode(screen);
      case "claiming":
        this.#claimed = true;
        terminal.spin("Opening");
        return "wait";
      case "interrupted": {
        if (screen.retryAt === undefined) return "wait";
        if (screen.tries > MOST_CLAIMS) return "over";
        const ms = Math.max(0, screen.retryAt - runtime.now());
        terminal.spin("The connection was lost. Trying again");
        await sleep(ms);
        return { type: "tick", now: Math.max(runtime.now(), screen.retryAt) };
      }
      case "opened":
        await this.#write(screen);
        return { type: "done" };
      case "done": {
        const { acknowledgement } = screen;
        if (acknowledgement.kind === "sending") {
          terminal.spin("Confirming to the sender that you have it");
          return "wait";
        }
        if (acknowledgement.kind !== "due" || acknowledgement.tries >= MOST_ACKNOWLEDGEMENTS) return "over";
        await sleep(Math.max(0, acknowledgement.at - runtime.now()));
        return { type: "tick", now: Math.max(runtime.now(), acknowledgement.at) };
      }
      case "report":
        if (screen.sending) return "wait";
        if (screen.problem) return "over";
        terminal.say(onOneLine(say.whatReport(say.senderOf(screen.handoff.header))));
        return { type: "report", word: await this.#answers.word(say.typeTheWord) };
      case "ended":
        return this.#wanted.report && screen.handoff && !screen.byMe && say.isDoubtful(screen.state)
          ? { type: "not_me" }
          : "over";
      default:
        return "over";
    }
  };

  async #atReady(screen: Screen & { readonly kind: "ready" }): Promise<Reaction> {
    const { handoff, typed, error } = screen;
    const { resumes } = handoff;
    const { terminal } = this.#context;
    this.#claimed = resumes;
    this.#introduce(handoff, resumes);
    if (this.#wanted.report) return { type: "not_me" };
    const { path, format } = this.#wanted.output;
    if (path !== undefined) this.#place = { path, id: handoff.link.id };
    if (this.#place && !error) await checkPlace(this.#place, resumes, format === "files" ? "folder" : "file");
    if (error) {
      this.lastProblem = say.fieldError(error, handoff.header.emailHint);
      terminal.say(terminal.style("yellow", onOneLine(this.lastProblem)));
    }
    if (handoff.link.flags === 0 && !resumes && !this.#wanted.yes && terminal.inIsTerminal) {
      const word = await this.#answers.word("It opens only once. Open it now? [y/N]");
      if (!/^y(es)?$/i.test(word.trim())) return "over";
    }
    const answers = await this.#answers.typed(handoff, typed, error);
    // Asked for before the claim, so that nothing waits for it within the lease.
    if (this.#wanted.output.format === "kdbx") this.#filePassword ??= await this.#answers.filePassword();
    return { type: "reveal", typed: answers };
  }

  /**
   * Who sent it and until when it waits, before anything is asked. What this program knows stands first, and the sender's words are set off
   * from it, also where a line of them goes on: so that none passes for one of this program's.
   */
  #introduce({ header, expiresAt, attemptsLeft, clockAhead }: Handoff, resumes: boolean): void {
    const { terminal, runtime } = this.#context;
    if (this.#introduced) return;
    this.#introduced = true;
    const line = (name: string, value: string) =>
      terminal.say(`${terminal.style("dim", `${name}:`)} ${onOneLine(value)}`.trimEnd());
    const theirs = (text: string) => terminal.say(`${SET_OFF}${onOneLine(text)}`, SET_OFF);
    line("Service", this.#wanted.origin);
    line(say.until, say.untilWhen(expiresAt, Math.floor((runtime.now() + clockAhead) / 1_000)));
    // The claim that is resumed took a try, and no answer is checked again.
    if (attemptsLeft < 5 && !resumes) terminal.say(terminal.style("yellow", say.triesLeft(attemptsLeft)));
    if (resumes) {
      terminal.say(
        "You opened this a moment ago. Only this computer can show it again, until two minutes after you opened it.",
      );
    }
    terminal.say(terminal.style("bold", onOneLine(say.sentYouASecret(header))), SET_OFF);
    if (header.title) theirs(header.title);
    for (const [name, value] of Object.entries(header.context ?? {})) theirs(`${name}: ${value}`);
    if (header.message) {
      line(say.senderWrites, "");
      for (const written of header.message.split(/\r\n|[\n\r\u2028\u2029]/)) theirs(written);
    }
  }

  async #atCode({ mailing, error }: Screen & { readonly kind: "code" }): Promise<Reaction> {
    const { terminal } = this.#context;
    if (mailing === "sending") {
      terminal.spin(sayOfCode.codeSending);
      return "wait";
    }
    if (mailing === "failed") return "over";
    const [heading, ...sentences] = error
      ? [sayOfCode.codeError(error)]
      : [sayOfCode.typeTheCode[0], ...sayOfCode.typeTheCode.slice(1), sayOfCode.codeSent];
    terminal.say(terminal.style(error ? "yellow" : "bold", onOneLine(heading)));
    for (const sentence of sentences) terminal.say(sentence);
    const code = await this.#answers.code();
    return code.trim() === "" ? { type: "send_code_again" } : { type: "code_typed", code };
  }

  async #write({ bundle }: Screen & { readonly kind: "opened" }): Promise<void> {
    const { terminal, runtime } = this.#context;
    const { format, field } = this.#wanted.output;
    const place = this.#place;
    if (format === "kdbx") terminal.spin("Encrypting the file");
    const kdbx = { password: this.#filePassword, now: runtime.now(), argon2: this.#context.argon2 };
    const { content, notes } = await written(bundle.items, format, field, kdbx);
    if (place === undefined) {
      if (typeof content !== "string") throw new Error("files have no place");
      await terminal.out(content).catch((cause: unknown) => {
        // Also where the program behind a pipe has ended: it may not have taken all.
        const code = systemCode(cause instanceof SenderError ? cause.cause : cause) ?? "unknown error";
        throw new SenderError("unexpected", `Standard output could not be written (${code}). ${AGAIN}`, {
          cause,
        });
      });
    } else if (typeof content === "string" || content instanceof Uint8Array) {
      await writeNewFile(place, content);
    } else {
      await writeNewFolder(place, content);
    }
    this.#isWritten = true;
    for (const note of notes) terminal.say(note);
  }

  sayDone(acknowledgement: Acknowledgement["kind"]): ExitCode {
    const { terminal } = this.#context;
    const { path, format } = this.#wanted.output;
    const advice = format === "kdbx" ? "The password that you chose opens it." : unencrypted;
    if (path !== undefined) terminal.say(`Written to ${path}. ${advice}`);
    switch (acknowledgement) {
      case "known":
        terminal.say(
          terminal.style("green", "The sender can see that you received it. The link does not open again."),
        );
        return EXIT.done;
      case "refused":
        terminal.say(terminal.style("yellow", say.endedMeanwhile));
        return EXIT.done;
      default:
        terminal.say(
          terminal.style(
            "yellow",
            "You have the secret. The service could not be reached: the sender sees it as opened and unconfirmed.",
          ),
        );
        return EXIT.done;
    }
  }

  /** Ends before the flow has: nothing half written stays. @returns what has become of the handoff */
  interrupted(): string {
    if (this.#place) removeUnfinished(this.#place);
    if (this.#isWritten) return "Stopped. The secret was written already.";
    return this.#claimed
      ? "Stopped. The same command gets the secret again, for two minutes after it was opened."
      : "Stopped. Nothing was opened.";
  }
}
