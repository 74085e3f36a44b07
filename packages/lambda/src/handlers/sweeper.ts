import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { isHandoffId } from "@secret-handoff/protocol";
import type { Context } from "aws-lambda";
import { publishTo } from "../events/publish.ts";
import { sweep } from "../events/sweep.ts";
import { stdoutLog, systemClock } from "../runtime.ts";
import { Outbox } from "../store/audit.ts";
import { Due } from "../store/due.ts";
import { Erasures } from "../store/erasures.ts";
import { Handoffs } from "../store/handoffs.ts";
import { Requests } from "../store/requests.ts";
import { StandaloneEvents } from "../store/standalone-events.ts";
import { Subjects } from "../store/subjects.ts";
import { callOptions, RESERVE_MS } from "./aws-calls.ts";
import { required } from "./environment.ts";
import { openTables } from "./tables.ts";

const { table, audit } = openTables();
const deps = {
  outbox: new Outbox(table),
  standalone: new StandaloneEvents(table),
  audit,
  due: new Due(table),
  handoffs: new Handoffs(table),
  subjects: new Subjects(table),
  requests: new Requests(table),
  erasures: new Erasures(table),
  publish: publishTo(required("EVENT_BUS_NAME"), stdoutLog, new EventBridgeClient(callOptions())),
  log: stdoutLog,
};

/** What the rule on bounces hands over: the handoff's id from the mail's tag, SES's id of the mail, and nothing of the recipient. */
type Bounce = { readonly bounced: string; readonly messageId?: string };

/**
 * Runs on a schedule, and for each mail that bounced.
 * @throws Error when something could not be swept, so that the alarm on the function's errors is raised
 */
export async function handler(event: Bounce | object, context: Context): Promise<void> {
  if ("bounced" in event) return recordBounce(event);
  const { visited, failed } = await sweep(
    deps,
    systemClock(),
    () => context.getRemainingTimeInMillis() < RESERVE_MS,
  );
  stdoutLog({ level: "info", what: "swept", visited, failed });
  if (failed > 0) throw new Error(`${failed} of ${visited} items could not be swept`);
}

/** The tag comes from whoever mails through the configuration set: it counts only for the very mail that was reported. */
async function recordBounce({ bounced, messageId = "" }: Bounce): Promise<void> {
  const recorded = isHandoffId(bounced) && (await deps.handoffs.bounced(bounced, messageId, systemClock()));
  stdoutLog({ level: "info", what: "bounced", recorded });
}
