import { isHandoffId } from "@secret-handoff/protocol";
import type { Context } from "aws-lambda";
import { systemClock } from "../clock.ts";
import { publishTo } from "../drainer/publish.ts";
import { stdoutLog } from "../log.ts";
import { Audit } from "../store/audit.ts";
import { Due } from "../store/due.ts";
import { Handoffs } from "../store/handoffs.ts";
import { Outbox } from "../store/outbox.ts";
import { Subjects } from "../store/subjects.ts";
import { sweep } from "../sweeper/sweep.ts";
import { required } from "./environment.ts";
import { openTables } from "./tables.ts";

const { table, auditTable } = openTables();
const deps = {
  outbox: new Outbox(table),
  audit: new Audit(auditTable),
  due: new Due(table),
  handoffs: new Handoffs(table),
  subjects: new Subjects(table),
  publish: publishTo(required("EVENT_BUS_NAME"), stdoutLog),
  log: stdoutLog,
};

/** Milliseconds of its time that a run keeps for the item under way: one that is cut off counts as failed. */
const RESERVE_MS = 10_000;

/** What the rule on bounces hands over: the handoff's id from the mail's tag, and nothing of the recipient. */
type Bounce = { readonly bounced: string };

/**
 * Runs on a schedule, and for each mail that bounced.
 * @throws Error when something could not be swept, so that the function's error alarm tells
 */
export async function handler(event: Bounce | object, context: Context): Promise<void> {
  if ("bounced" in event) return recordBounce(event.bounced);
  const { visited, failed } = await sweep(
    deps,
    systemClock(),
    () => context.getRemainingTimeInMillis() < RESERVE_MS,
  );
  stdoutLog({ level: "info", what: "swept", visited, failed });
  if (failed > 0) throw new Error(`${failed} of ${visited} items could not be swept`);
}

/** The tag comes from whoever mails through the configuration set: another shape is no handoff of ours. */
async function recordBounce(tag: string): Promise<void> {
  const recorded = isHandoffId(tag) && (await deps.handoffs.bounced(tag, systemClock()));
  stdoutLog({ level: "info", what: "bounced", recorded });
}
