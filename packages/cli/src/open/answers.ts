import { readFile } from "node:fs/promises";
import { needsEmail, needsPassphrase } from "@secret-handoff/protocol";
import type { FieldError, Handoff, Typed } from "@secret-handoff/protocol/recipient";
import { code } from "@secret-handoff/protocol/recipient/code-wording";
import * as say from "@secret-handoff/protocol/recipient/wording";
import { SHORTEST_FILE_PASSWORD } from "@secret-handoff/protocol/saving";
import { onOneLine } from "@secret-handoff/protocol/shown-text";
import { SenderError } from "@secret-handoff/sdk";
import type { Terminal } from "../terminal.ts";

/** What the command line answers already. Each is used once: asked again, it was wrong. */
export type GivenAnswers = { email?: string | undefined; passphraseFile?: string | undefined };

/** Answers what a link asks for: from the command line, from the lines of a pipe, or from the person at the terminal. */
export class Answers {
  readonly #terminal: Terminal;
  readonly #given: GivenAnswers;

  constructor(terminal: Terminal, given: GivenAnswers) {
    this.#terminal = terminal;
    this.#given = { ...given };
  }

  /** @param before what was typed before, of which only what was wrong is asked for again */
  async typed({ link, header }: Handoff, before: Typed, error: FieldError | undefined): Promise<Typed> {
    const again = (field: "email" | "passphrase") =>
      !error || error.field === "answers" || error.field === field;
    const email =
      needsEmail(link.flags) && again("email") ? await this.#email(header.emailHint) : before.email;
    const passphrase =
      needsPassphrase(link.flags) && again("passphrase") ? await this.#passphrase() : before.passphrase;
    return { email, passphrase };
  }

  /**
   * A password for the file that is written, typed twice at a terminal. Never an argument, which other programs could read.
   * @throws SenderError `input` where it is short, or the two differ
   */
  async filePassword(): Promise<string> {
    const what = "The password of the file";
    const password = await this.#ask("Password of the file (at least 12 characters): ", what, {
      hidden: true,
    });
    if ([...password].length < SHORTEST_FILE_PASSWORD) {
      throw new SenderError(
        "input",
        "The password of the file has fewer than 12 characters. Nothing was opened.",
      );
    }
    const again = this.#terminal.inIsTerminal
      ? await this.#ask("The same again: ", what, { hidden: true })
      : password;
    if (again === password) return password;
    throw new SenderError("input", "The two passwords of the file differ. Nothing was opened.");
  }

  /** Empty where another code is wanted. */
  code(): Promise<string> {
    return this.#ask(`${code} (Return for another one): `, "The code that was mailed");
  }

  /** A word, to confirm. */
  word(question: string): Promise<string> {
    return this.#ask(`${question}: `, "The word that confirms");
  }

  async #email(hint: string | undefined): Promise<string> {
    const given = this.#given.email;
    delete this.#given.email;
    if (given !== undefined) return given;
    const about = { hint: hint && say.emailHint(hint), option: "--email" };
    return this.#ask(`${say.email}: `, "The address that the link was sent to", about);
  }

  async #passphrase(): Promise<string> {
    const path = this.#given.passphraseFile;
    delete this.#given.passphraseFile;
    if (path === undefined) {
      const about = { hidden: true, hint: say.passphraseHint, option: "--passphrase-file" };
      return this.#ask(`${say.passphrase}: `, "The passphrase", about);
    }
    try {
      return await readFile(path, "utf8");
    } catch (cause) {
      throw new SenderError(
        "input",
        `The file of --passphrase-file cannot be read: ${path}. Nothing was opened.`,
        {
          cause,
        },
      );
    }
  }

  /**
   * @param what is asked for, as the beginning of a sentence
   * @param about `hint` stands above the question; `option` answers it in advance
   */
  async #ask(
    question: string,
    what: string,
    about: {
      readonly hidden?: boolean;
      readonly hint?: string | undefined;
      readonly option?: string;
    } = {},
  ): Promise<string> {
    const { hidden = false, hint, option } = about;
    const piped = await this.#terminal.pipedLine();
    if (piped !== undefined) return piped;
    if (hint && this.#terminal.canAsk) this.#terminal.say(this.#terminal.style("dim", onOneLine(hint)));
    const answer = await this.#terminal.ask(question, { hidden });
    if (answer !== undefined) return answer;
    throw new SenderError(
      "input",
      `${what} is needed, and there is no terminal to ask at. ${option === undefined ? "Pipe" : `Give ${option}, or pipe`} it in behind the link, on a line of its own.`,
    );
  }
}
