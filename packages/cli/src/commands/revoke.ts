import { type Revocation, revokeHandoffs, SenderError } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { withTimeout } from "../context.ts";
import { EXIT, type ExitCode, exitCodeOf } from "../exit-codes.ts";
import { handoffIds } from "../handoff-views.ts";
import { openService } from "../sender-service.ts";

export const run: Run = async (invocation, context) => {
  const { terminal } = context;
  const named = handoffIds(invocation.positionals);
  const filter = Object.fromEntries(
    (["secret", "run"] as const).flatMap((name) => {
      const value = invocation.text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const filtered = Object.keys(filter).length > 0;
  if (filtered === named.length > 0) {
    throw new SenderError("input", "Say which handoffs: their ids, or --secret or --run, and not both.");
  }
  const service = await openService(invocation, context);
  const done = terminal.spin("Revoking");
  const revocations = await withTimeout(invocation, context, async (deadline) => {
    const ids = filtered
      ? (await service.list({ ...filter, state: "open" }, deadline)).map(({ id }) => id)
      : named;
    return revokeHandoffs(ids, service, deadline);
  });
  done();
  if (invocation.flag("json")) {
    await terminal.out(`${JSON.stringify({ handoffs: revocations.map(asJson) })}\n`);
  } else {
    if (revocations.length === 0) terminal.say("There are no such open handoffs.");
    for (const revocation of revocations) await terminal.out(`${revocation.id}  ${sentenceOf(revocation)}\n`);
  }
  return Math.max(EXIT.done, ...revocations.map(codeOf)) as ExitCode;
};

function asJson({ id, ending }: Revocation) {
  return ending instanceof SenderError
    ? { id, ending: "failed", error: { code: ending.code, message: ending.message } }
    : { id, ending };
}

function sentenceOf({ ending }: Revocation): string {
  if (ending instanceof SenderError) return ending.message;
  return {
    revoked: "revoked, or ended unread before",
    released: "opened already: rotate the secret if that was wrong",
    unknown: "not known to the service, or not yours",
  }[ending];
}

function codeOf({ ending }: Revocation): ExitCode {
  if (ending instanceof SenderError) return exitCodeOf(ending.code);
  return ending === "revoked" ? EXIT.done : EXIT.refused;
}
