import { isoTime, isRequestId, type RequestView } from "@secret-handoff/protocol/api";
import { onOneLine } from "@secret-handoff/protocol/shown-text";
import {
  addressOf,
  awaitApproval,
  type Deadline,
  formatDuration,
  longestLife,
  originOfRequest,
  parseRoleArn,
  parseSecretIds,
  requestedSecrets,
  requestProblem,
  SenderError,
  type ServiceClient,
  secretsManagerRotation,
} from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Run } from "../commands.ts";
import { readConfiguration } from "../configuration.ts";
import { type CliContext, withTimeout } from "../context.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { durationOf, recipientsOf, somebody } from "../send/description.ts";
import { openService } from "../sender-service.ts";

/** `request`: asks for approval, or with an id shows how a request stands. */
export const run: Run = async (invocation, context) => {
  const awaitFor = durationOf(invocation, "await");
  const work = await prepare(invocation, context);
  const service = await openService(invocation, context);
  return withTimeout(
    invocation,
    context,
    async (deadline) => {
      const done = context.terminal.spin("Asking the service");
      let view = await work(service, deadline);
      if (awaitFor !== undefined && view.state === "pending") {
        done(`Waiting for ${view.missing.join(", ")}`);
        view = await awaitApproval(
          view.id,
          { service, runtime: context.runtime },
          awaitFor * 1_000,
          deadline,
        );
      }
      done();
      await showRequest(view, invocation, context);
      const problem = awaitFor === undefined ? undefined : requestProblem(view);
      if (problem) throw problem;
      return EXIT.done;
    },
    awaitFor === undefined ? undefined : `${awaitFor + 60}s`,
  );
};

/** What is asked of the service, once the command line was read. @throws SenderError `input` or `recipient` */
async function prepare(
  invocation: Invocation,
  context: CliContext,
): Promise<(service: ServiceClient, deadline: Deadline) => Promise<RequestView>> {
  const [id] = invocation.positionals;
  if (id !== undefined) {
    const checked = requestId(id);
    return (service, deadline) => service.request(checked, deadline);
  }
  const configuration = await readConfiguration(context);
  const className = invocation.text("class") ?? configuration.class;
  const reason = invocation.text("reason");
  const selectors = parseSecretIds(invocation.texts("secret-id").join("\n"));
  const role = invocation.text("role-to-assume");
  const roles = role === undefined ? [] : [parseRoleArn(role)];
  const expiresIn = durationOf(invocation, "expires-in");
  if (className === undefined || reason === undefined || selectors.length + roles.length === 0) {
    throw new SenderError(
      "input",
      "A request needs --class, --secret-id or --role-to-assume, --to and --reason. With an id, it is shown.",
    );
  }
  const recipients = somebody(await recipientsOf(invocation)).map(addressOf);
  const issue = invocation.text("issue");
  const region = invocation.text("region") ?? configuration.region;
  return async (service, deadline) => {
    const secrets = secretsManagerRotation(region, deadline, context.runtime);
    const asked = {
      class: className,
      secrets: [...(await requestedSecrets(selectors, secrets)), ...roles],
      recipients,
      expiresIn: expiresIn ?? (await longestLife(className, service, deadline)),
      reason,
    };
    return service.ask({ ...asked, ...(issue === undefined ? {} : { issue }) }, deadline);
  };
}

/** @throws SenderError `input` */
export function requestId(text: string): string {
  if (isRequestId(text)) return text;
  throw new SenderError(
    "input",
    "This is not the id of a request. It begins with req_; whoever made the request has it.",
  );
}

/** `approve` and `deny`. */
export function decide(verb: "approve" | "deny"): Run {
  return async (invocation, context) => {
    const id = requestId(invocation.positionals[0] ?? "");
    const role = invocation.text("role");
    if (role === undefined) {
      throw new SenderError(
        "input",
        "Say for which role: --role. secret-handoff request ID shows which are missing.",
      );
    }
    const comment = invocation.text("comment");
    const service = await openService(invocation, context);
    const body = { role, ...(comment === undefined ? {} : { comment }) };
    const done = context.terminal.spin("Asking the service");
    const view = await withTimeout(invocation, context, (deadline) => service[verb](id, body, deadline));
    done();
    return showRequest(view, invocation, context);
  };
}

async function showRequest(
  view: RequestView,
  invocation: Invocation,
  { terminal }: CliContext,
): Promise<ExitCode> {
  if (invocation.flag("json")) {
    await terminal.json(view);
    return EXIT.done;
  }
  const given = view.approvals.map(answerOf);
  // What was denied misses no approval any more: who denied it, and why, is what its reader needs.
  const answers: readonly (readonly [string, string])[] = view.denied
    ? [
        ...(given.length === 0 ? [] : [["Approved", given.join("; ")] as const]),
        ["Denied", `${answerOf(view.denied)}, ${isoTime(view.denied.time)}`],
      ]
    : [
        ["Approved", given.join("; ") || "by nobody yet"],
        ["Missing", view.missing.join(", ") || "nothing"],
        ["Expires", isoTime(view.expiresAt)],
      ];
  const rows: readonly (readonly [string, string])[] = [
    ["Request", view.id],
    ["State", view.state],
    ["Class", view.class],
    ["Secrets", view.secrets.join(", ")],
    ["Recipients", (view.recipientAddresses ?? view.recipients).join(", ")],
    ["Links live", formatDuration(view.expiresIn)],
    ["Reason", view.reason],
    ["Requested by", `${view.requestedBy}, ${isoTime(view.requestedAt)}`],
    ...originOfRequest(view),
    ...answers,
  ];
  for (const [name, value] of rows) {
    await terminal.line(`${terminal.style("dim", `${name}:`.padEnd(14), "stdout")}${onOneLine(value)}`);
  }
  return EXIT.done;
}

/** Who approved or denied, for which role, how that is known, and their comment. */
function answerOf({ role, by, known, comment }: RequestView["approvals"][number]): string {
  return `${role}: ${by} (${known})${comment === undefined ? "" : `, “${comment}”`}`;
}
