import type { HandoffId } from "@secret-handoff/protocol";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { systemClock } from "../clock.ts";
import { drain } from "../drainer/drain.ts";
import { publishTo } from "../drainer/publish.ts";
import { nameOf, stdoutLog } from "../log.ts";
import { Audit } from "../store/audit.ts";
import type { HandoffKey } from "../store/handoff.ts";
import { Outbox } from "../store/outbox.ts";
import { required } from "./environment.ts";
import { openTables } from "./tables.ts";

const { table, auditTable } = openTables();
const deps = {
  outbox: new Outbox(table),
  audit: new Audit(auditTable),
  publish: publishTo(required("EVENT_BUS_NAME"), stdoutLog),
};

/** Drains what the stream's records name. The stream retries from the first that failed (ReportBatchItemFailures). */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  for (const record of event.Records) {
    const key = keyIn(record);
    // TTL's own removals leave nothing to drain.
    if (!key || record.eventName === "REMOVE") continue;
    try {
      await drain(deps, key, systemClock());
    } catch (error) {
      stdoutLog({ level: "error", what: "drain_failed", error: nameOf(error) });
      return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? "" }] };
    }
  }
  return { batchItemFailures: [] };
}

function keyIn({ dynamodb }: DynamoDBRecord): HandoffKey | undefined {
  const id = dynamodb?.Keys?.id?.S;
  return id ? { id: id as HandoffId } : undefined;
}
