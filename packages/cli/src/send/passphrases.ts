import {
  Concealed,
  checkPassphrase,
  GENERATE,
  type HandOver,
  type PassphraseKeeper,
  passphraseParameters,
  SenderError,
} from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Configuration } from "../configuration.ts";
import type { CliContext } from "../context.ts";
import { asked, fileText, withoutLineEnd } from "./reading.ts";

/** The passphrase of the links, and where generated ones go. */
export type Passphrases = {
  readonly passphrase: HandOver["passphrase"];
  readonly keeper?: PassphraseKeeper;
  /** To be called for each recipient whose mail is out. */
  readonly show?: (recipient: string) => void;
};

/** @throws SenderError `input` or `passphrase` */
export async function passphrasesOf(
  invocation: Invocation,
  { region: configured }: Configuration,
  context: CliContext,
): Promise<Passphrases> {
  const file = invocation.text("passphrase-file");
  const how = invocation.text("passphrase");
  const path = invocation.text("passphrase-path");
  if (file !== undefined && how !== undefined)
    throw new SenderError(
      "input",
      "--passphrase and --passphrase-file exclude each other. Drop one of them.",
    );
  if (path !== undefined && how !== GENERATE)
    throw new SenderError(
      "input",
      "--passphrase-path needs --passphrase generate. Add it, or drop the path.",
    );
  if (how === GENERATE && path !== undefined) {
    if (!/^(\/[\w.-]+){1,10}$/.test(path))
      throw new SenderError(
        "input",
        "--passphrase-path is not a path of Parameter Store. Write it like /team/passphrases.",
      );
    const region = invocation.text("region") ?? configured;
    return { passphrase: GENERATE, keeper: passphraseParameters(path, region, context.runtime) };
  }
  if (how === GENERATE) return shownHere(invocation, context);
  if (file === undefined && how === undefined) return { passphrase: undefined };
  const text =
    file === undefined
      ? await asked(context, "Passphrase, which the recipients get another way: ", "--passphrase-file")
      : withoutLineEnd(await fileText(file, "passphrase-file"));
  checkPassphrase(text);
  return { passphrase: new Concealed(text) };
}

/**
 * Generated passphrases are shown once, to the person at the terminal, each as soon as its mail is out. Anything that is kept (a pipe, a
 * file, the log of a pipeline) is no terminal.
 */
function shownHere(invocation: Invocation, { terminal, env }: CliContext): Passphrases {
  const isLogged = Boolean(env.CI || env.GITHUB_ACTIONS || env.GITLAB_CI);
  if (invocation.flag("json") || !terminal.isWatched || isLogged) {
    throw new SenderError(
      "input",
      "--passphrase generate shows the passphrases on your terminal, and here the output goes elsewhere. Run it in a terminal without --json and redirections, or give --passphrase-path to put them into Parameter Store.",
    );
  }
  const kept = new Map<string, { readonly id: string; readonly passphrase: Concealed<string> }>();
  let isFirst = true;
  return {
    passphrase: GENERATE,
    keeper: {
      keep: async ({ id, recipient, passphrase }) => {
        kept.set(recipient, { id, passphrase });
        return "this terminal";
      },
      drop: async (id) => {
        for (const [recipient, { id: one }] of kept) if (one === id) kept.delete(recipient);
      },
    },
    show: (recipient) => {
      const found = kept.get(recipient);
      if (!found) return;
      if (isFirst)
        terminal.say(
          "Tell each recipient their passphrase by telephone. It is shown here once, and kept nowhere:",
        );
      isFirst = false;
      terminal.say(`  ${recipient}  ${terminal.style("bold", found.passphrase.reveal())}`);
      kept.delete(recipient);
    },
  };
}
