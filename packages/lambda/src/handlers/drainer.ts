import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { drain } from "../events/drain.ts";
import { publishTo } from "../events/publish.ts";
import { nameOf, stdoutLog } from "../runtime.ts";
import { Outbox } from "../store/audit.ts";
import type { Key } from "../store/handoff-record.ts";
import { StandaloneEvents } from "../store/standalone-events.ts";
import { callOptions, RESERVE_MS } from "./aws-calls.ts";
import { required } from "./environment.ts";
import { openTables } from "./tables.ts";

const { table, audit } = openTables();
const deps = {
  outbox: new Outbox(table),
  standalone: new StandaloneEvents(table),
  audit,
  publish: publishTo(required("EVENT_BUS_NAME"), stdoutLog, new EventBridgeClient(callOptions())),
};

/**
 * Drains what the stream's records name, each item once: it is read as it is now, with all that the records announce. The stream retries
 * from the first that failed, or that there was no time for (ReportBatchItemFailures).
 */
export async function handler(event: DynamoDBStreamEvent, context: Context): Promise<DynamoDBBatchResponse> {
  const drained = new Set<string>();
  for (const record of event.Records) {
    const key = keyIn(record);
    // TTL's own removals leave nothing to drain.
    if (!key || record.eventName === "REMOVE" || drained.has(key.id)) continue;
    drained.add(key.id);
    const fromHere = { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? "" }] };
    if (context.getRemainingTimeInMillis() < RESERVE_MS) return fromHere;
    try {
      await drain(deps, key);
    } catch (error) {
      stdoutLog({ level: "error", what: "drain_failed", error: nameOf(error) });
      return fromHere;
    }
  }
  return { batchItemFailures: [] };
}

function keyIn({ dynamodb }: DynamoDBRecord): Key | undefined {
  const id = dynamodb?.Keys?.id?.S;
  return id ? { id } : undefined;
}
