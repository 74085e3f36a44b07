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
};

/** Runs on a schedule. @throws Error when something could not be swept, so that the function's error alarm tells */
export async function handler(): Promise<void> {
  const { visited, failed } = await sweep(deps, systemClock());
  stdoutLog({ level: "info", what: "swept", visited, failed });
  if (failed > 0) throw new Error(`${failed} of ${visited} items could not be swept`);
}
