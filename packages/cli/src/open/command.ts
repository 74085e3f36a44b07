import { createClaimMemory, inFull, type Screen } from "@secret-handoff/protocol/recipient";
import * as say from "@secret-handoff/protocol/recipient/wording";
import { onOneLine } from "@secret-handoff/protocol/shown-text";
import { parseEndpoint, SenderError } from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Run } from "../commands.ts";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { Answers } from "./answers.ts";
import { claimFolder, claimStore } from "./claim-store.ts";
import { decryptBlock } from "./encrypted-link.ts";
import { FORMATS, type Format } from "./formats.ts";
import { readLink } from "./link.ts";
import { Recipient } from "./recipient.ts";
import { runSession } from "./session.ts";

/** Opens a link: reads it, answers what it asks for, writes what it brings, and only then acknowledges. */
export const run: Run = async (invocation, context) => {
  const { terminal, runtime } = context;
  const output = outputOf(invocation);
  const endpoint = invocation.text("endpoint");
  const identities = invocation.texts("identity");
  const decrypt = (block: string) => decryptBlock(block, identities, context);
  const read = await readLink(
    terminal,
    endpoint === undefined ? undefined : parseEndpoint(endpoint),
    decrypt,
  );
  if (!read.link) {
    const why = read.why === "version" ? NEWER : say.whyDamaged[read.why];
    return report(
      context,
      invocation,
      read.why === "version" ? say.ofANewerKind : say.partMissing,
      [why],
      "damaged",
    );
  }
  const { link, origin } = read;
  const memory = createClaimMemory(
    { get: () => undefined, set: () => {}, remove: () => {}, keys: () => [] },
    claimStore(claimFolder(context), () =>
      terminal.say(
        terminal.style(
          "yellow",
          "This claim cannot be remembered: if the command is interrupted, it cannot be repeated.",
        ),
      ),
    ),
    runtime.now,
  );
  const answers = new Answers(terminal, {
    email: invocation.text("email"),
    passphraseFile: invocation.text("passphrase-file"),
  });
  const recipient = new Recipient(
    { origin, output, yes: invocation.flag("yes"), report: invocation.flag("report") },
    answers,
    context,
  );
  const stop = terminal.onInterrupt(() => {
    terminal.say(recipient.interrupted());
    terminal.close();
    process.exit(EXIT.interrupted);
  });
  try {
    const end = await runSession(link, { origin, memory, runtime, react: recipient.react });
    return await finish(end, recipient, invocation, context);
  } finally {
    stop();
  }
};

const NEWER = "This program is too old for this link. Install the newest one, or open the link in a browser.";

export type Output = {
  readonly format: Format;
  readonly field: string | undefined;
  readonly path: string | undefined;
};

/** @throws SenderError `input` */
function outputOf(invocation: Invocation): Output {
  const wanted = invocation.text("format");
  const field = invocation.text("field");
  const path = invocation.text("out");
  const format = FORMATS.find((known) => known === wanted) ?? (invocation.flag("json") ? "json" : "text");
  if (format === "files" && path === undefined) {
    throw new SenderError("input", "--format files needs --out and the name of a new folder.");
  }
  if (format === "kdbx" && path === undefined) {
    throw new SenderError("input", "--format kdbx needs --out and the name of a new file.");
  }
  if (field !== undefined && (wanted ?? "raw") !== "raw") {
    throw new SenderError("input", "--field writes one value as it is: drop --format, or make it raw.");
  }
  return { format, field, path };
}

/** Says how the session ended. */
async function finish(
  screen: Screen,
  recipient: Recipient,
  invocation: Invocation,
  context: CliContext,
): Promise<ExitCode> {
  const { terminal } = context;
  const end = (message: say.Message, code: string) =>
    report(context, invocation, message[0], message.slice(1), code);
  switch (screen.kind) {
    case "done": {
      const known = screen.acknowledgement.kind === "known";
      if (invocation.flag("json") && recipient.path !== undefined) {
        const { id } = screen.handoff.link;
        await terminal.json({ id, acknowledged: known, written: recipient.path });
      }
      return recipient.sayDone(screen.acknowledgement.kind);
    }
    case "ended": {
      const when = screen.changedAt === undefined ? undefined : inFull(screen.changedAt);
      const code = await end(say.ending(screen, when, say.senderOf(screen.handoff?.header)), screen.state);
      return screen.byMe ? EXIT.done : code;
    }
    case "broken":
      return end(say.broken(say.senderOf(screen.handoff.header)), "broken");
    case "unreachable":
    case "checking":
      await end(screen.start.claimedBefore ? LOST : say.unreachable, "unreachable");
      return EXIT.unreachable;
    case "interrupted":
      await end(LOST, "unreachable");
      return EXIT.unreachable;
    case "report":
      await end(
        ["Not reported", screen.problem === "unreachable" ? say.notReached : say.wrongWord],
        "report",
      );
      return screen.problem === "unreachable" ? EXIT.unreachable : EXIT.failed;
    case "ready":
      return end(["Not opened", recipient.lastProblem ?? "Nothing was used up."], "not_opened");
    default:
      return end(["Not opened", "Nothing was used up."], screen.kind);
  }
}

const LOST: say.Message = [
  "The connection was lost",
  "If the secret was opened, the same command gets it again for two minutes: run it again, and paste the same link.",
];

/** The words of the page, on standard error. */
async function report(
  { terminal }: CliContext,
  invocation: Invocation,
  heading: string,
  sentences: readonly string[],
  code: string,
): Promise<ExitCode> {
  if (invocation.flag("json")) {
    await terminal.json({ error: { code, message: [heading, ...sentences].join(". ") } });
  }
  terminal.say(terminal.style("bold", onOneLine(heading)));
  for (const sentence of sentences) terminal.say(onOneLine(sentence));
  return EXIT.notOpened;
}
