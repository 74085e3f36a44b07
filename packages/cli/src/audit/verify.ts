import { readFile } from "node:fs/promises";
import { readSealKeys, type SealKey } from "@secret-handoff/protocol/audit";
import {
  type Deadline,
  fileTrail,
  SenderError,
  serviceTrail,
  type Trail,
  type Verdict,
  verifyTrail,
} from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Run } from "../commands.ts";
import { type CliContext, withTimeout } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { openService } from "../sender-service.ts";
import { shown } from "../terminal.ts";

/** Checks the trail against the public key of its seals: that of the service, or exported files, without asking the service anything. */
export const run: Run = async (invocation, context) => {
  const keys = await sealKeys(invocation.text("key"));
  const since = day(invocation, "since");
  const until = day(invocation, "until");
  return withTimeout(
    invocation,
    context,
    async (deadline) => {
      const trail = await trailOf(invocation, { since, until }, context, deadline);
      const done = context.terminal.spin("Verifying the trail");
      const verdict = await verifyTrail(trail, keys, {
        ...(since === undefined ? {} : { since }),
        ...(until === undefined ? {} : { until }),
      });
      done();
      return report(verdict, invocation, context);
    },
    "1h",
  );
};

/** @throws SenderError `input` */
async function sealKeys(path: string | undefined): Promise<readonly SealKey[]> {
  if (path === undefined) {
    throw new SenderError(
      "input",
      "Give --key and the file with the public key of the seals, which the deployment's outputs name.",
    );
  }
  try {
    return readSealKeys(await readFile(path, "utf8"));
  } catch (cause) {
    throw new SenderError(
      "input",
      `The file of --key holds no public key in PEM, or cannot be read: ${path}.`,
      { cause },
    );
  }
}

type Days = { readonly since: string | undefined; readonly until: string | undefined };

async function trailOf(
  invocation: Invocation,
  { since, until }: Days,
  context: CliContext,
  deadline: Deadline,
): Promise<Trail> {
  if (invocation.positionals.length > 0) {
    try {
      return fileTrail(invocation.positionals);
    } catch (cause) {
      throw new SenderError("input", "One of the files of the trail cannot be read. Check the paths.", {
        cause,
      });
    }
  }
  if (since === undefined) {
    throw new SenderError(
      "input",
      "Give --since and the first day, like 2026-11-01, or the files of an export.",
    );
  }
  const today = new Date(context.runtime.now()).toISOString().slice(0, 10);
  return serviceTrail(await openService(invocation, context), { since, until: until ?? today }, deadline);
}

/** @throws SenderError `input` */
export function day(invocation: Invocation, name: "since" | "until"): string | undefined {
  const text = invocation.text(name);
  if (text === undefined || (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)))) return text;
  throw new SenderError("input", `--${name} is not a day. Write it like 2026-11-26.`);
}

async function report(verdict: Verdict, invocation: Invocation, { terminal }: CliContext): Promise<ExitCode> {
  const { finding, seals, sealedEvents, unsealedEvents, first, last, fromTheBeginning } = verdict;
  if (invocation.flag("json"))
    await terminal.out(`${JSON.stringify({ verified: finding === undefined, ...verdict })}\n`);
  else if (finding)
    await terminal.out(`${terminal.style("red", "Not verified.", "stdout")} ${shown(finding.sentence)}\n`);
  else {
    const from = fromTheBeginning ? "from the beginning" : `from ${first ?? "nowhere"}`;
    await terminal.out(
      `${terminal.style("green", "Verified.", "stdout")} ${sealedEvents} events of ${seals} sealed days, ${from} to ${last ?? "nowhere"}.${unsealedEvents > 0 ? ` ${unsealedEvents} newer ones have no seal yet.` : ""}\n`,
    );
  }
  return finding ? EXIT.notVerified : EXIT.done;
}
