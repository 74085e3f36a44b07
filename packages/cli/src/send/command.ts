import { isHandoffId } from "@secret-handoff/protocol";
import {
  awaitHandoffs,
  Concealed,
  checkHandOver,
  type Deadline,
  type HandOver,
  HandOverError,
  handOver,
  type Outcome,
  SenderError,
  type ServiceClient,
} from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { readConfiguration } from "../configuration.ts";
import { type CliContext, withTimeout } from "../context.ts";
import { EXIT, type ExitCode, optionName, sentenceOfError } from "../errors.ts";
import { openService } from "../sender-service.ts";
import { approvedBy } from "./approved.ts";
import { describe, durationOf, recipientsOf, somebody } from "./description.ts";
import { mailOf } from "./mail.ts";
import { passphrasesOf } from "./passphrases.ts";
import { givenValues } from "./reading.ts";
import { reportExpected, reportOutcomes } from "./report.ts";
import { allSecrets, wantedSecrets } from "./secrets.ts";

export const run: Run = async (invocation, context) => {
  const { terminal, runtime, env } = context;
  const { GITHUB_TOKEN: token } = env;
  const configuration = await readConfiguration(context);
  const awaitFor = durationOf(invocation, "await");
  const named = await wantedSecrets(invocation);
  const service = await openService(invocation, context);
  const given = await recipientsOf(invocation);
  const approved = await approvedBy(invocation, given, named.secretIds ?? [], service, context);
  const recipients = somebody(approved?.recipients ?? given);
  const description = describe(invocation, configuration, recipients, approved, context);
  const wanted = { ...named, secretIds: approved?.secrets ?? named.secretIds };
  const mail = await mailOf(invocation, configuration, context);
  const { passphrase, keeper, show } = await passphrasesOf(invocation, configuration, context);
  // Questions are answered before the clock starts.
  const values = await givenValues(invocation, context);
  return withTimeout(
    invocation,
    context,
    async (deadline) => {
      const spin = terminal.spin("Reading what is to be handed over");
      const secrets = await allSecrets(wanted, values, invocation, configuration, context, deadline);
      const request: HandOver = {
        ...description,
        secrets,
        passphrase,
        awaitsReceipt: awaitFor !== undefined,
      };
      const keys = {
        gitHubApi: env.GITHUB_API_URL || undefined,
        gitHubToken: token ? new Concealed(token) : undefined,
      };
      const onWarning = (sentence: string) => terminal.warn(sentence);
      try {
        if (invocation.flag("dry-run")) {
          spin("Asking the service");
          const expected = await checkHandOver(request, {
            ...{ service, keys, runtime, deadline, onWarning },
            names: optionName,
          });
          spin();
          return await reportExpected(expected, invocation, context);
        }
        spin("Handing over");
        const onOutcome = ({ kind, recipient }: Outcome, done: number, all: number) => {
          // At once: stopped while it waits for the others, the command must not keep a passphrase to itself.
          if (kind === "mailed") show?.(recipient);
          spin(`Handing over: ${done} of ${all}`);
        };
        const outcomes = await handOver(request, {
          ...{ service, mail, keys, runtime, deadline, onWarning, onOutcome, names: optionName },
          ...(keeper ? { passphrases: keeper } : {}),
        });
        spin();
        const code = await reportOutcomes(outcomes, invocation, context);
        return awaitFor === undefined
          ? code
          : await awaitReceipts(outcomes, awaitFor, code, service, context, deadline);
      } catch (error) {
        spin();
        if (!(error instanceof HandOverError)) throw error;
        for (const other of error.all.slice(1)) terminal.error(sentenceOfError(other));
        throw new SenderError(error.code, (name) => error.says(name), { cause: error });
      }
    },
    awaitFor === undefined ? undefined : `${awaitFor + 300}s`,
  );
};

/** @param sent the exit code so far */
async function awaitReceipts(
  outcomes: readonly Outcome[],
  seconds: number,
  sent: ExitCode,
  service: ServiceClient,
  { terminal, runtime }: CliContext,
  deadline: Deadline,
): Promise<ExitCode> {
  const ids = outcomes.flatMap((outcome) =>
    outcome.kind === "mailed" ? [outcome.id] : outcome.kind === "earlier" ? [outcome.handoff.id] : [],
  );
  const spin = terminal.spin("Waiting for the recipients");
  const { handoffs, stopped } = await awaitHandoffs(
    ids.filter(isHandoffId),
    { service, runtime },
    seconds * 1_000,
    deadline,
  );
  spin();
  for (const { id, status } of handoffs) terminal.say(`${id}  ${status}`);
  if (stopped) throw stopped;
  return handoffs.every(({ status }) => status === "delivered")
    ? sent
    : (Math.max(sent, EXIT.failed) as ExitCode);
}
